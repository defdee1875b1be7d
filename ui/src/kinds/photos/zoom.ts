/** The sizes that the tiles of the wall have at least, in pixels, smallest first. */
export const LEVELS = [56, 80, 104, 132, 184, 264] as const;
const USUAL = 3;
const KEY = "photos.zoom";

/** Below this size, the wall is by month. */
export const BY_MONTH = 90;

export function stepped(level: number, by: 1 | -1): number {
  return Math.max(0, Math.min(LEVELS.length - 1, level + by));
}

/** Longest side of the picture that fills a tile on a sharp screen; few sizes, since each is made and kept. */
export function pictureSize(level: number): number {
  const size = LEVELS[level] ?? LEVELS[USUAL];
  return size <= 80 ? 160 : size <= 132 ? 320 : 640;
}

/** The level that was looked at last, in an earlier window too. */
export function remembered(): number {
  const kept = globalThis.localStorage?.getItem(KEY) ?? "";
  return /^\d$/.test(kept) && Number(kept) in LEVELS ? Number(kept) : USUAL;
}

export function remember(level: number) {
  globalThis.localStorage?.setItem(KEY, String(level));
}
