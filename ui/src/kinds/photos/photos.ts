import type { Details, Tile } from "../../api/generated";
import { calendarDay, dateTime } from "../../parts/format";

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

/** The clock where a picture was taken ("2026-11-22 14:03:59 +01:00"), in words; null where it shows the same as the clock here. */
export function clockThere({ when, local_time: there }: Pick<Details, "when" | "local_time">): string | null {
  const [, day, clock, offset] = there?.match(/^(\S+) (\d\d:\d\d):\d\d (\S+)$/) ?? [];
  if (!day) return there;
  const here = when === null ? null : new Date(when - new Date(when).getTimezoneOffset() * 60_000).toISOString();
  return here?.startsWith(`${day}T${clock}`) ? null : `${calendarDay(day)}, ${clock} (UTC${offset})`;
}
