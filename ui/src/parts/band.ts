import type { Box } from "./grid";

export interface Point {
  x: number;
  y: number;
}

/** How far a pointer may tremble before a press becomes a drawing, in pixels. */
export const TREMBLE = 5;
/** The strip at the upper and lower edge in which the wall comes along, in pixels. */
const EDGE = 40;
/** Pixels a frame at most. */
const FASTEST = 48;

/** The box between two corners. */
export function between(a: Point, b: Point): Box {
  return { left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y) };
}

export function trembles(a: Point, b: Point): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) < TREMBLE;
}

/** How many pixels a frame the wall goes up (negative) or down while the pointer is at `y` of a window of `height`. */
export function pull(y: number, height: number): number {
  const over = y < EDGE ? y - EDGE : Math.max(0, y - (height - EDGE));
  return Math.max(-FASTEST, Math.min(FASTEST, Math.round(over / 3)));
}
