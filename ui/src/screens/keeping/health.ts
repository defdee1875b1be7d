import type { LocationHealth } from "../../api/generated";
import { ago, counted } from "../../parts/format";

export interface Verdict {
  look: "good" | "warn" | "bad";
  title: string;
  text: string;
}

/** How a location stands, in words. `records`: version records that cannot be read. */
export function verdictOf({ damaged, lastVerified, covered }: LocationHealth, records: number, now: number): Verdict {
  const hurt = damaged.filter(({ repaired }) => !repaired).length;
  if (hurt + records > 0) {
    const what = [hurt > 0 && counted(hurt, "damaged item"), records > 0 && counted(records, "unreadable version record")];
    return { look: "bad", title: what.filter(Boolean).join(", "), text: "The versions and files it touches are named below. All others are not touched by it." };
  }
  if (lastVerified === null || covered <= 0) {
    return { look: "warn", title: "Not verified yet", text: "Nothing was read back so far. A part is looked at each day, all of it within a month; or verify now." };
  }
  const last = `Last looked at ${ago(lastVerified, now)}.`;
  if (covered < 0.995) {
    const percent = Math.max(1, Math.floor(covered * 100));
    return { look: "warn", title: `${percent}% verified, all of that good`, text: `${last} The rest was not read back in the last 60 days; a part of it follows each day.` };
  }
  return { look: "good", title: "Everything is as it was stored", text: `${last} Every byte was read back within the last 60 days.` };
}
