/** Which conversations are listed; empty words and nulls do not narrow. */
export interface Narrowing {
  person: string;
  service: string;
  people: "any" | "one" | "group";
  /** Days as a date field writes them: "2026-11-22". */
  from: string;
  until: string;
  files: boolean;
  deleted: boolean;
}

export function everything(): Narrowing {
  return { person: "", service: "", people: "any", from: "", until: "", files: false, deleted: false };
}

/** The same in the words of the engine; a day ends at its last millisecond, here. */
export function filterOf(wanted: Narrowing): Record<string, string> {
  const filter: Record<string, string> = {};
  const [first, last] = [dayStart(wanted.from), dayStart(wanted.until)];
  if (wanted.person.trim()) filter["person"] = wanted.person.trim();
  if (wanted.service) filter["service"] = wanted.service;
  if (wanted.people !== "any") filter["group"] = wanted.people === "group" ? "1" : "0";
  if (first !== null) filter["from"] = String(first);
  if (last !== null) filter["until"] = String(new Date(last).setHours(23, 59, 59, 999));
  if (wanted.files) filter["files"] = "1";
  if (wanted.deleted) filter["deleted"] = "1";
  return filter;
}

/** The start of a day, here; null for what is no day. */
export function dayStart(day: string): number | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  const at = new Date(year, month - 1, date).getTime();
  return Number.isNaN(at) ? null : at;
}
