import type { Details, Tile } from "../../api/generated";
import { calendarDay, dateTime } from "../../parts/format";
import type { IconName } from "../../parts/icons";

export const orders = [
  { id: "newest", title: "Newest first" },
  { id: "oldest", title: "Oldest first" },
  { id: "added", title: "As they were added" },
];

const NAMES = { photo: "Photo", video: "Video", live: "Live photo" };

/** What a tile is called, read aloud. */
export function tileName({ kind, when, favourite, edited, cloud }: Tile): string {
  const more = [favourite && "favourite", edited && "edited", cloud && "original only in iCloud"].filter(Boolean);
  return [`${NAMES[kind]}${when === null ? "" : `, ${dateTime(when)}`}`, ...more].join(", ");
}

export interface Badge {
  sign: IconName;
  /** What it means, and why. */
  title: string;
}

/** What is special about a picture, for the corner of its tile. */
export function badgesOf({ kind, edited, cloud, missing, burst, raw }: Tile): Badge[] {
  const badges: Badge[] = [];
  if (kind === "live") badges.push({ sign: "live", title: "Live photo" });
  if (burst) badges.push({ sign: "copy", title: "One of a burst" });
  if (raw) badges.push({ sign: "raw", title: "RAW: the camera’s unprocessed data" });
  if (edited) badges.push({ sign: "pencil", title: "Edited" });
  if (cloud) badges.push({ sign: "cloud", title: missing ?? "The original is only in iCloud." });
  else if (missing) badges.push({ sign: "warning", title: missing });
  return badges;
}

/** The clock where a picture was taken ("2026-11-22 14:03:59 +01:00"), in words; null where it shows the same as the clock here. */
export function clockThere({ when, local_time: there }: Pick<Details, "when" | "local_time">): string | null {
  const [, day, clock, offset] = there?.match(/^(\S+) (\d\d:\d\d):\d\d (\S+)$/) ?? [];
  if (!day) return there;
  const here = when === null ? null : new Date(when - new Date(when).getTimezoneOffset() * 60_000).toISOString();
  return here?.startsWith(`${day}T${clock}`) ? null : `${calendarDay(day)}, ${clock} (UTC${offset})`;
}
