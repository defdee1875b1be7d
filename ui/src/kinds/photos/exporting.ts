import type { KindSummary, PhotosExportRequest } from "../../api/generated";
import { counted } from "../../parts/format";

type Content = PhotosExportRequest["content"];
type Folders = PhotosExportRequest["folders"];
/** How good a JPEG is made. */
export type Quality = "best" | "good" | "small";

/** How a person wants photos to be written out. */
export interface Wish {
  /** "files", or a format that is a table of what is known. */
  as: string;
  content: Content;
  jpeg: boolean;
  quality: Quality;
  folders: Folders;
  /** One of `NAMES`. */
  names: string;
  sidecars: boolean;
  /** Only what an earlier export does not hold. */
  again: boolean;
  /** The folder to write into, or that of the earlier export. */
  folder: string | null;
}

export const FILES = "files";

export function plain(): Wish {
  return { as: FILES, content: "both", jpeg: false, quality: "good", folders: "flat", names: "own", sidecars: false, again: false, folder: null };
}

export const CONTENTS: { value: Content; title: string; note: string }[] = [
  { value: "originals", title: "Originals", note: "As they were taken, nothing changed" },
  { value: "edits", title: "As you see them", note: "Edited where you edited, else the original" },
  { value: "both", title: "Both", note: "Originals, and your edits beside them" },
];

export const FOLDERS: { value: Folders; title: string }[] = [
  { value: "flat", title: "All in one folder" },
  { value: "month", title: "A folder for each month" },
  { value: "day", title: "A folder for each day" },
  { value: "album", title: "A folder for each album" },
];

/** What files are called, with the pattern the engine takes; none keeps the name they were taken under. */
export const NAMES: { id: string; title: string; pattern: string | null }[] = [
  { id: "own", title: "Their own name, such as IMG_0042.HEIC", pattern: null },
  { id: "date", title: "Date and name: 2026-11-22 IMG_0042.HEIC", pattern: "{date} {name}" },
  { id: "time", title: "Date, time and name: 2026-11-22 14-03-59 IMG_0042.HEIC", pattern: "{date} {time} {name}" },
  { id: "number", title: "Numbered: 0001 IMG_0042.HEIC", pattern: "{number} {name}" },
];

export const QUALITIES: { value: Quality; title: string; jpeg: number }[] = [
  { value: "best", title: "Best", jpeg: 95 },
  { value: "good", title: "Good", jpeg: 88 },
  { value: "small", title: "Small files", jpeg: 75 },
];

/** The formats that are tables, beside the photos themselves. */
export function tables(kind: KindSummary): KindSummary["formats"] {
  return kind.formats.filter(({ extension }) => extension !== null);
}

/** What will lie in the folder, in a sentence. */
export function outcome(wish: Wish, count: number): string {
  const items = counted(count, "item");
  if (wish.as !== FILES) return `Writes one file with what is known of ${items}. The photos themselves are not in it.`;
  const shape = wish.jpeg ? ", HEIC turned into JPEG" : "";
  const what = {
    originals: `the originals of ${items}${shape}`,
    edits: `${items} as you see them on the iPhone${shape}`,
    both: `the originals of ${items}${shape}, with your edits beside them`,
  }[wish.content];
  const beside = wish.sidecars ? " Beside each lies a small XMP file with its title, place, people and keywords." : "";
  if (wish.again) return `Adds to the earlier export what it does not hold yet: ${what}. Nothing that is there is changed.${beside}`;
  return `Makes a folder “Photos” with ${what}. Videos of live photos come along; each file has the time it was taken.${beside}`;
}

type Said = Omit<PhotosExportRequest, "version" | "location" | "view" | "ids">;

/** The wish for the photos themselves, in the engine's words. */
export function said(wish: Wish): Said {
  const folder = wish.folder ?? "";
  return {
    to: folder,
    content: wish.content,
    jpeg: wish.jpeg ? (QUALITIES.find(({ value }) => value === wish.quality)?.jpeg ?? null) : null,
    sidecars: wish.sidecars,
    folders: wish.folders,
    names: NAMES.find(({ id }) => id === wish.names)?.pattern ?? null,
    again: wish.again ? folder : null,
  };
}
