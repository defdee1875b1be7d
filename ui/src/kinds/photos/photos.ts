import type { Tile } from "../../api/generated";
import { dateTime } from "../../parts/format";

/** What of the library is shown. */
export interface Narrowing {
  title: string;
  filter: Record<string, string>;
}

export const everything: Narrowing = { title: "All Photos", filter: {} };

export const orders = [
  { id: "newest", title: "Newest first" },
  { id: "oldest", title: "Oldest first" },
  { id: "added", title: "As they were added" },
];

export const sorts: Narrowing[] = [
  everything,
  { title: "Favourites", filter: { favourites: "1" } },
  { title: "Videos", filter: { type: "video" } },
  { title: "Live Photos", filter: { type: "live" } },
  { title: "Selfies", filter: { type: "selfie" } },
  { title: "Panoramas", filter: { type: "panorama" } },
  { title: "Bursts", filter: { type: "burst" } },
  { title: "Screenshots", filter: { type: "screenshot" } },
  { title: "Screen Recordings", filter: { type: "recording" } },
  { title: "Slo-mo", filter: { type: "slow-motion" } },
  { title: "Time-lapse", filter: { type: "time-lapse" } },
  { title: "RAW", filter: { type: "raw" } },
  { title: "Edited", filter: { type: "edited" } },
  { title: "Hidden", filter: { hidden: "1" } },
  { title: "Recently Deleted", filter: { deleted: "1" } },
];

const NAMES = { photo: "Photo", video: "Video", live: "Live photo" };

/** What a tile is called, read aloud. */
export function tileName({ kind, when, favourite }: Tile): string {
  return `${NAMES[kind]}${when === null ? "" : `, ${dateTime(when)}`}${favourite ? ", favourite" : ""}`;
}
