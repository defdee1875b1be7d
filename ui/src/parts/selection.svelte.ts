/** Positions `from` up to, not including, `to`. */
export type Range = [from: number, to: number];

/** The chosen rows of a list, kept as ranges of positions so that a million of them cost nothing. */
export class Selection {
  ranges = $state.raw<Range[]>([]);
  /** The row the keyboard is on; -1 before the first. */
  active = $state(-1);
  #anchor = -1;

  get size(): number {
    return this.ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  has(index: number): boolean {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ranges[middle]![1] <= index) low = middle + 1;
      else high = middle;
    }
    return low < this.ranges.length && this.ranges[low]![0] <= index;
  }

  clear() {
    this.ranges = [];
    this.active = -1;
    this.#anchor = -1;
  }

  only(index: number) {
    this.ranges = [[index, index + 1]];
    this.active = this.#anchor = index;
  }

  toggle(index: number) {
    this.ranges = this.has(index) ? without(this.ranges, index) : join([...this.ranges, [index, index + 1]]);
    this.active = this.#anchor = index;
  }

  /** Chooses everything between the last clicked row and this one. */
  extendTo(index: number) {
    const anchor = this.#anchor < 0 ? index : this.#anchor;
    this.ranges = [[Math.min(anchor, index), Math.max(anchor, index) + 1]];
    this.active = index;
    this.#anchor = anchor;
  }

  /** Chooses these, and nothing else. */
  choose(ranges: Range[]) {
    this.ranges = join(ranges);
  }

  all(count: number) {
    this.ranges = count > 0 ? [[0, count]] : [];
  }

  /** What a click or an arrow key with these modifiers does to row `index`. */
  pick(index: number, keys: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }, many: boolean) {
    if (many && keys.shiftKey) this.extendTo(index);
    else if (many && (keys.ctrlKey || keys.metaKey)) this.toggle(index);
    else this.only(index);
  }
}

function without(ranges: Range[], index: number): Range[] {
  return ranges.flatMap(([from, to]): Range[] => {
    if (index < from || index >= to) return [[from, to]];
    const kept: Range[] = [[from, index], [index + 1, to]];
    return kept.filter(([a, b]) => a < b);
  });
}

function join(ranges: Range[]): Range[] {
  const joined: Range[] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** The row a key leads to, or null for a key that moves nothing. `columns` is 1 for a list. */
export function step(key: string, active: number, count: number, perPage: number, columns = 1): number | null {
  const moves: Record<string, number> = {
    ArrowUp: active - columns,
    ArrowDown: active + columns,
    PageUp: active - perPage,
    PageDown: active + perPage,
    Home: 0,
    End: count - 1,
  };
  if (columns > 1) Object.assign(moves, { ArrowLeft: active - 1, ArrowRight: active + 1 });
  const to = moves[key];
  if (to === undefined || count === 0) return null;
  if (active < 0) return key === "End" ? count - 1 : 0;
  return Math.max(0, Math.min(count - 1, to));
}
