import { expect, test } from "vitest";
import { dayStart, everything, filterOf } from "./filters";

test("nothing chosen narrows nothing", () => {
  expect(filterOf(everything())).toEqual({});
  expect(filterOf({ ...everything(), person: "  ", from: "2026-" })).toEqual({});
});

test("what is chosen is said in the engine's words", () => {
  const wanted = { ...everything(), person: " Ada ", service: "SMS", people: "one" as const, files: true, deleted: true };
  expect(filterOf(wanted)).toEqual({ person: "Ada", service: "SMS", group: "0", files: "1", deleted: "1" });
  expect(filterOf({ ...everything(), people: "group" })).toEqual({ group: "1" });
});

test("a day is whole, here", () => {
  const filter = filterOf({ ...everything(), from: "2026-11-22", until: "2026-11-22" });
  expect(Number(filter["until"]) - Number(filter["from"])).toBe(86_400_000 - 1);
  expect(Number(filter["from"])).toBe(new Date(2026, 10, 22).getTime());
  expect(dayStart("nonsense")).toBeNull();
});
