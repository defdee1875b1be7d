import type { Range } from "./selection.svelte";

/** A run of items under one heading. */
export interface Section {
  title: string;
  /** Position of its first item in the whole list. */
  from: number;
  count: number;
}

export interface Placed<S extends Section = Section> {
  section: S;
  number: number;
  y: number;
  /** The rows of tiles that are in the window. */
  rows: { first: number; count: number; y: number }[];
}

/** A part of the wall, in pixels from its left upper corner. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Square tiles in sections: where everything is, for a given width. */
export class Grid<S extends Section = Section> {
  readonly columns: number;
  readonly tile: number;
  readonly total: number;
  #starts: Float64Array;

  constructor(
    readonly sections: S[],
    width: number,
    smallest: number,
    readonly gap: number,
    readonly heading: number,
  ) {
    this.columns = Math.max(1, Math.floor((width + gap) / (smallest + gap)));
    this.tile = Math.max(1, (width - gap * (this.columns - 1)) / this.columns);
    this.#starts = new Float64Array(sections.length + 1);
    sections.forEach((section, i) => {
      const rows = Math.ceil(section.count / this.columns);
      this.#starts[i + 1] = this.#starts[i]! + heading + rows * this.#pitch;
    });
    this.total = this.#starts[sections.length]!;
  }

  get #pitch() {
    return this.tile + this.gap;
  }

  /** The section at pixel `y`. */
  sectionAt(y: number): number {
    let low = 0;
    let high = this.sections.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Everything between the pixels `from` and `to`. */
  visible(from: number, to: number): Placed<S>[] {
    const placed: Placed<S>[] = [];
    if (this.sections.length === 0) return placed;
    for (let number = this.sectionAt(from); number < this.sections.length && this.#starts[number]! < to; number++) {
      const section = this.sections[number]!;
      const y = this.#starts[number]!;
      const rowCount = Math.ceil(section.count / this.columns);
      const firstRow = Math.max(0, Math.floor((from - y - this.heading) / this.#pitch));
      const lastRow = Math.min(rowCount, Math.ceil((to - y - this.heading) / this.#pitch));
      const rows = [];
      for (let row = firstRow; row < lastRow; row++) {
        const first = section.from + row * this.columns;
        const count = Math.min(this.columns, section.from + section.count - first);
        rows.push({ first, count, y: y + this.heading + row * this.#pitch });
      }
      placed.push({ section, number, y, rows });
    }
    return placed;
  }

  /** Top and bottom pixel of an item. */
  place(index: number): [number, number] {
    const number = this.#sectionOf(index);
    const section = this.sections[number]!;
    const row = Math.floor((index - section.from) / this.columns);
    const y = this.#starts[number]! + this.heading + row * this.#pitch;
    return [y, y + this.tile];
  }

  /** The item nearest to a point; -1 on an empty wall. */
  at(x: number, y: number): number {
    if (this.sections.length === 0) return -1;
    const number = this.sectionAt(y);
    const { from, count } = this.sections[number]!;
    const within = (value: number, most: number) => Math.max(0, Math.min(most, Math.floor(value / this.#pitch)));
    const row = within(y - this.#starts[number]! - this.heading, Math.ceil(count / this.columns) - 1);
    return from + Math.min(row * this.columns + within(x, this.columns - 1), count - 1);
  }

  /** The items whose tiles a box touches, in order; neighbours in one range. */
  touched({ left, top, right, bottom }: Box): Range[] {
    const first = Math.max(0, Math.floor((left - this.tile) / this.#pitch) + 1);
    const last = Math.min(this.columns, Math.ceil(right / this.#pitch));
    const ranges: Range[] = [];
    if (first >= last) return ranges;
    for (let number = this.sectionAt(top); number < this.sections.length && this.#starts[number]! < bottom; number++) {
      const { from, count } = this.sections[number]!;
      const y = this.#starts[number]! + this.heading;
      const above = Math.max(0, Math.floor((top - y - this.tile) / this.#pitch) + 1);
      const below = Math.min(Math.ceil(count / this.columns), Math.ceil((bottom - y) / this.#pitch));
      for (let row = above; row < below; row++) {
        const start = from + row * this.columns;
        const [one, end] = [start + first, Math.min(start + last, from + count)];
        const before = ranges.at(-1);
        if (before?.[1] === one) before[1] = end;
        else if (one < end) ranges.push([one, end]);
      }
    }
    return ranges;
  }

  /** The item above (-1) or below (+1), keeping to the column where the row has one. */
  vertical(index: number, by: -1 | 1): number {
    const number = this.#sectionOf(index);
    const section = this.sections[number]!;
    const within = index - section.from;
    const column = within % this.columns;
    const row = Math.floor(within / this.columns) + by;
    const lastRow = Math.ceil(section.count / this.columns) - 1;
    if (row >= 0 && row <= lastRow) return section.from + Math.min(row * this.columns + column, section.count - 1);
    const next = this.sections[number + by];
    if (!next) return index;
    const nextRow = by > 0 ? 0 : Math.ceil(next.count / this.columns) - 1;
    return next.from + Math.min(nextRow * this.columns + column, next.count - 1);
  }

  #sectionOf(index: number): number {
    let low = 0;
    let high = this.sections.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sections[middle]!.from <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
