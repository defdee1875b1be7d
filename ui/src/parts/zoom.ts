/** How a picture lies in its box: enlarged `scale` times about the middle, then moved by pixels. */
export interface Look {
  scale: number;
  x: number;
  y: number;
}
export interface Size {
  width: number;
  height: number;
}

export const MOST = 8;
export const fitted: Look = { scale: 1, x: 0, y: 0 };

/** Keeps the picture's box over the whole window. */
export function inside({ scale, x, y }: Look, { width, height }: Size): Look {
  const [wide, high] = [(width * (scale - 1)) / 2, (height * (scale - 1)) / 2];
  return { scale, x: Math.max(-wide, Math.min(wide, x)), y: Math.max(-high, Math.min(high, y)) };
}

/** Enlarges so that the point `px`, `py` from the middle stays where it is. */
export function enlarged(look: Look, by: number, size: Size, px = 0, py = 0): Look {
  const scale = Math.max(1, Math.min(MOST, look.scale * by));
  const moved = scale / look.scale;
  return inside({ scale, x: px - (px - look.x) * moved, y: py - (py - look.y) * moved }, size);
}
