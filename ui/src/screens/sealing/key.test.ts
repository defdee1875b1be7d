import { expect, test } from "vitest";
import { LETTERS, lettersOf, linesOf } from "./key";

test("a key is shown in lines of groups and read however it is typed", () => {
  const key = Array.from({ length: 14 }, (_, group) => `A0${String(group).padStart(2, "1")}`).join("-");
  const lines = linesOf(key);
  expect(lines.map((line) => line.split(" ").length)).toEqual([4, 4, 4, 2]);
  expect(lettersOf(lines.join("\n")).length).toBe(LETTERS);
  expect(lettersOf(key.toLowerCase().replace(/0/g, "o"))).toBe(key.replace(/-/g, ""));
  expect(lettersOf(" il-O ")).toBe("110");
});
