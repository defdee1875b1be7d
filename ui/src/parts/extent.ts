/** Browsers stop drawing elements some way above 16 million pixels, so a taller content is scrolled to scale. */
export const TRACK_MAX = 10_000_000;

/** A content of `total` pixels seen through a window of `view` pixels. */
export interface Extent {
  total: number;
  view: number;
}

/** The height the scrolled element really has. */
export function track({ total }: Extent): number {
  return Math.min(total, TRACK_MAX);
}

export function clampTop({ total, view }: Extent, top: number): number {
  return Math.max(0, Math.min(top, total - view));
}

/** The scroll bar's place for a content place. */
export function scrollFor(extent: Extent, top: number): number {
  if (extent.total <= TRACK_MAX) return top;
  return (top / (extent.total - extent.view)) * (TRACK_MAX - extent.view);
}

/** The content place for the scroll bar's place. */
export function topFor(extent: Extent, scroll: number): number {
  if (extent.total <= TRACK_MAX) return scroll;
  return clampTop(extent, (scroll / (TRACK_MAX - extent.view)) * (extent.total - extent.view));
}

/**
 * Where the content goes when the scroll bar moved: a short way (wheel, finger) moves the content by the same pixels,
 * a long way (dragged thumb) moves it in proportion.
 */
export function follow(extent: Extent, top: number, before: number, after: number): number {
  if (extent.total <= TRACK_MAX) return after;
  const moved = after - before;
  if (Math.abs(moved) > extent.view) return topFor(extent, after);
  const end = TRACK_MAX - extent.view;
  if (after <= 0 && top < extent.view * 2) return 0;
  if (after >= end && extent.total - extent.view - top < extent.view * 2) return extent.total - extent.view;
  return clampTop(extent, top + moved);
}

/** The half-open range of fixed-height rows to draw, with `spare` rows kept ready on both sides. */
export function rowsIn(top: number, view: number, rowHeight: number, count: number, spare: number): [number, number] {
  const from = Math.max(0, Math.floor(top / rowHeight) - spare);
  const to = Math.min(count, Math.ceil((top + view) / rowHeight) + spare);
  return [Math.min(from, to), to];
}

/** The place that brings the pixels `from..to` into view with the least movement. */
export function reveal(extent: Extent, top: number, from: number, to: number): number {
  if (from < top) return clampTop(extent, from);
  if (to > top + extent.view) return clampTop(extent, to - extent.view);
  return top;
}
