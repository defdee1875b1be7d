import { expect, test } from "vitest";
import { abilitiesOf } from "./place";

const can = {
  createNew: true,
  rename: true,
  hardLink: false,
  clone: false,
  flushFile: true,
  flushFolder: false,
  largeFiles: null,
  caseSensitive: false,
  timeStep: 2e9,
  tellsFree: true,
};
const answer = (of: Partial<typeof can> | Record<string, unknown>, what: string) =>
  abilitiesOf({ ...can, ...of } as Parameters<typeof abilitiesOf>[0]).find((line) => line.what === what)?.answer;

test("what was tried is told in plain words", () => {
  expect(answer({}, "Writes down when told to")).toBe("Files yes, folders by itself");
  expect(answer({ flushFile: false }, "Writes down when told to")).toBe("No");
  expect(answer({}, "Files of more than 4 GB")).toBe("Could not be tried");
  expect(answer({ largeFiles: false }, "Files of more than 4 GB")).toBe("No");
  expect(answer({}, "Hard links")).toBe("No");
});

test("how well times are kept", () => {
  const kept = (timeStep: number | null) => answer({ timeStep }, "Keeps the time of a file");
  expect([1, 100, 1e7, 1e9, 2e9, null].map(kept)).toEqual(["Yes", "Yes", "To 10 ms", "To 1 s", "To 2 s", "No"]);
});

test("where nothing can be written there is one line", () => {
  expect(abilitiesOf(null)).toEqual([{ what: "Writing", answer: "Not possible now" }]);
});
