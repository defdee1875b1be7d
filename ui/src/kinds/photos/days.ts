import type { Day } from "../../api/generated";
import { calendarDay, monthOfYear } from "../../parts/format";
import type { Section } from "../../parts/grid";
import type { Mark } from "../../parts/scrubber";

/** Days that follow each other in the same month, as one run. */
function months(days: Day[]): Day[] {
  const runs: Day[] = [];
  for (const { day, from, count } of days) {
    const month = day.slice(0, 7);
    const last = runs.at(-1);
    if (last?.day === month) last.count += count;
    else runs.push({ day: month, from, count });
  }
  return runs;
}

/** The headings of the wall: days, or months where the tiles are so small that a day is a line of them. */
export function sectionsOf(days: Day[], byMonth: boolean): Section[] {
  if (!byMonth) return days.map(({ day, from, count }) => ({ title: calendarDay(day), from, count }));
  return months(days).map(({ day, from, count }) => ({ title: monthOfYear(day), from, count }));
}

/** Where each month begins, for jumping there. */
export function marksOf(days: Day[]): Mark[] {
  return months(days).map(({ day, from }) => ({ title: monthOfYear(day), from, group: day.slice(0, 4) }));
}
