const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"];
const DAY = 86_400_000;

// A system without a language (the "C" locale) does not even group digits.
const language = new Intl.NumberFormat().resolvedOptions().locale;
const locale = /posix/i.test(language) ? "en-US" : language;

// Making a formatter costs a thousand times more than using one.
const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
const wholeNumber = new Intl.NumberFormat(locale);
const clock = dates({ timeStyle: "short" });
const clockToSecond = dates({ timeStyle: "medium" });
const weekday = dates({ weekday: "long" });
const dayMonth = dates({ day: "numeric", month: "long" });
const dayMonthYear = dates({ day: "numeric", month: "long", year: "numeric" });
const monthYear = dates({ month: "long", year: "numeric" });
const shortDate = dates({ day: "numeric", month: "numeric", year: "2-digit" });
const longDay = dates({ weekday: "long", day: "numeric", month: "long" });
const longDayYear = dates({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** A date no calendar reaches is said to be unknown, not an error. */
function write(format: Intl.DateTimeFormat, when: number | Date): string {
  const date = new Date(when);
  return Number.isNaN(date.getTime()) ? "Unknown date" : format.format(date);
}

/** Decimal units, as phones and disks are sold: "1.5 GB". */
export function bytes(count: number): string {
  let unit = 0;
  let value = count;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return count === 1 ? "1 byte" : `${Math.round(count)} bytes`;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** "81,204" in the person's own grouping. */
export function number(count: number): string {
  return wholeNumber.format(count);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** "2:05", "1:02:05". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "22 November 2026". */
export function date(when: number): string {
  return write(dayMonthYear, when);
}

/** "21:49". */
export function time(when: number): string {
  return write(clock, when);
}

/** "21:49:05". */
export function timeToSecond(when: number): string {
  return write(clockToSecond, when);
}

export function dateTime(when: number): string {
  return `${date(when)}, ${time(when)}`;
}

function midnight(when: number): number {
  return new Date(when).setHours(0, 0, 0, 0);
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}

/** Whole calendar days from `then` to `now`, here. */
export function daysBetween(then: number, now: number): number {
  return Math.round((midnight(now) - midnight(then)) / DAY);
}

/** "Today", "Yesterday", "Tuesday", "3 May", "3 May 2024": the shortest that is clear. */
export function day(when: number, now = Date.now()): string {
  const days = daysBetween(when, now);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return write(weekday, when);
  return write(sameYear(when, now) ? dayMonth : dayMonthYear, when);
}

/** For the end of a list row: the time today, else the day. */
export function brief(when: number, now = Date.now()): string {
  const days = daysBetween(when, now);
  if (days === 0) return time(when);
  if (days >= 1 && days < 7) return day(when, now);
  return write(shortDate, when);
}

/** "just now", "5 minutes ago", "2 hours ago", "yesterday", "12 days ago". */
export function ago(when: number, now = Date.now()): string {
  const minutes = Math.floor((now - when) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${counted(minutes, "minute")} ago`;
  const days = daysBetween(when, now);
  if (minutes < 12 * 60 || days === 0) return `${counted(Math.floor(minutes / 60), "hour")} ago`;
  if (days === 1) return "yesterday";
  if (days < 60) return `${counted(days, "day")} ago`;
  if (days < 730) return `${counted(Math.round(days / 30.4), "month")} ago`;
  return `${counted(Math.floor(days / 365.25), "year")} ago`;
}

/** The heading for a local calendar day written "2026-11-22". */
export function calendarDay(iso: string, now = Date.now()): string {
  const [year, month, dayOfMonth] = iso.split("-").map(Number);
  if (!year || !month || !dayOfMonth) return "No date";
  const then = new Date(year, month - 1, dayOfMonth);
  const days = daysBetween(then.getTime(), now);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return write(sameYear(then.getTime(), now) ? longDay : longDayYear, then);
}

/** "November 2026", for a month written "2026-11". */
export function monthOfYear(iso: string): string {
  const [year, month] = iso.split("-").map(Number);
  return year && month ? write(monthYear, new Date(year, month - 1, 1)) : "No date";
}

/** The first letters of a name's first and last word, for a round picture: "MA". */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const picked = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return picked.map((word) => [...word][0]!.toUpperCase()).join("");
}

/** "14 May", for a day whose year is unknown. */
export function dayOfYear(month: number, dayOfMonth: number): string {
  return write(dayMonth, new Date(2000, month - 1, dayOfMonth));
}
