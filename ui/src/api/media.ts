import { host } from "./host";

/** Longest side in pixels for lists, the whole window, or the file as it is. */
export type Size = number | "screen" | "original";

/** The version and kind a media path of a card, bubble or tile belongs to. */
export interface Place {
  version: string;
  kind: string;
}

/** The whole path of a picture of an item; each part is escaped by itself. */
export function mediaPath({ version, kind }: Place, size: Size, media: string): string {
  const parts = [version, kind, typeof size === "number" ? `thumb${size}` : size, ...media.split("/")];
  return parts.map(encodeURIComponent).join("/");
}

/** For `<img src>`. */
export function pictureUrl(whole: string): string {
  return host.mediaUrl(whole);
}

/** For `<video src>` and `<audio src>`; `base` is the engine's loopback address, absent where pictures' way serves them too. */
export function streamUrl(base: string | null, whole: string): string {
  return base === null ? host.mediaUrl(whole) : base + whole;
}
