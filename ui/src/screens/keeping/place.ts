import type { VolumeAbilities } from "../../api/generated";

const NANOSECONDS = { second: 1e9, millisecond: 1e6 };

/** What a volume was seen to do, in lines; one where nothing could be tried. */
export function abilitiesOf(can: VolumeAbilities | null): { what: string; answer: string }[] {
  if (can === null) return [{ what: "Writing", answer: "Not possible now" }];
  const yes = (good: boolean) => (good ? "Yes" : "No");
  return [
    { what: "Refuses a name that is taken", answer: yes(can.createNew) },
    { what: "Renames", answer: yes(can.rename) },
    { what: "Writes down when told to", answer: can.flushFile ? (can.flushFolder ? "Yes" : "Files yes, folders by itself") : "No" },
    { what: "Files of more than 4 GB", answer: can.largeFiles === null ? "Could not be tried" : yes(can.largeFiles) },
    { what: "Keeps the time of a file", answer: stepOf(can.timeStep) },
    { what: "Tells capitals apart", answer: yes(can.caseSensitive) },
    { what: "Hard links", answer: yes(can.hardLink) },
    { what: "Copies that share their space", answer: yes(can.clone) },
    { what: "Tells what is free", answer: yes(can.tellsFree) },
  ];
}

function stepOf(step: number | null): string {
  if (step === null) return "No";
  if (step >= NANOSECONDS.second) return `To ${step / NANOSECONDS.second} s`;
  return step >= NANOSECONDS.millisecond ? `To ${step / NANOSECONDS.millisecond} ms` : "Yes";
}
