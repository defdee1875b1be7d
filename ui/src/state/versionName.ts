import type { VersionSummary } from "../api/generated";
import { day, time, timeToSecond } from "../parts/format";

type Named = Pick<VersionSummary, "id" | "location" | "udid" | "number" | "made">;

/** How versions are called among each other: by day and time; to the second, and then by number, only where it takes that to tell them apart. */
export function versionNames(versions: Named[], now: number): (version: Named) => string {
  const toMinute = ({ made }: Named) => `${day(made, now)}, ${time(made)}`;
  const toSecond = ({ made }: Named) => `${day(made, now)}, ${timeToSecond(made)}`;
  const forms = [toMinute, toSecond].map((form) => ({ form, isAlone: alone(versions, form) }));
  return (version) =>
    forms.find(({ isAlone }) => isAlone(version))?.form(version) ?? `${toSecond(version)} (version ${version.number})`;
}

/** Whether no other version of the device in the same location is called as this one. */
function alone(versions: Named[], form: (version: Named) => string): (version: Named) => boolean {
  const key = (version: Named) => `${version.location}\n${version.udid}\n${form(version)}`;
  const times = new Map<string, number>();
  for (const version of versions) times.set(key(version), (times.get(key(version)) ?? 0) + 1);
  return (version) => (times.get(key(version)) ?? 0) <= 1;
}
