/** A named place in a long list: "June 2024" begins at item `from`. */
export interface Mark {
  title: string;
  from: number;
  /** Written beside the track where it is the first of its sort: "2024". */
  group: string;
}

/** The mark that item `index` is under; -1 before the first. */
export function markAt(marks: Mark[], index: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (marks[middle]!.from <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The part of the way, 0 to 1, at which a window of `view` pixels on `total` is when its top is at `top`. */
export function share(top: number, total: number, view: number): number {
  return total <= view ? 0 : Math.max(0, Math.min(1, top / (total - view)));
}

/** Where the window's top is at a part of the way. */
export function topAt(share: number, total: number, view: number): number {
  return Math.max(0, Math.min(1, share)) * Math.max(0, total - view);
}

export interface Label {
  title: string;
  /** Pixels from the top of the track. */
  y: number;
}

/** The groups beside a track, each where its first mark is; those that would touch the one before are left out. `y` says where an item is. */
export function labels(marks: Mark[], y: (item: number) => number, least: number): Label[] {
  const written: Label[] = [];
  marks.forEach(({ group, from }, i) => {
    if (i > 0 && marks[i - 1]!.group === group) return;
    const at = y(from);
    const last = written.at(-1);
    if (!last || at - last.y >= least) written.push({ title: group, y: at });
  });
  return written;
}

/** The mark a key leads to from mark `at`, or null for a key that moves nothing. */
export function stepMark(key: string, marks: Mark[], at: number): number | null {
  const last = marks.length - 1;
  const group = marks[at]?.group;
  const firstOf = (i: number) => marks.findIndex((mark) => mark.group === marks[i]?.group);
  const moves: Record<string, () => number> = {
    ArrowUp: () => at - 1,
    ArrowLeft: () => at - 1,
    ArrowDown: () => at + 1,
    ArrowRight: () => at + 1,
    PageUp: () => (firstOf(at) < at ? firstOf(at) : firstOf(Math.max(0, at - 1))),
    PageDown: () => {
      const next = marks.findIndex((mark, i) => i > at && mark.group !== group);
      return next < 0 ? last : next;
    },
    Home: () => 0,
    End: () => last,
  };
  const to = moves[key]?.();
  return to === undefined || last < 0 ? null : Math.max(0, Math.min(last, to));
}
