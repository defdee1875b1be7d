import { expect, test } from "vitest";
import type { LocationHealth } from "../../api/generated";
import { verdictOf } from "./health";

const now = new Date("2026-11-22T12:00:00").getTime();
const health: LocationHealth = { lastVerified: now - 3_600_000, covered: 1, damaged: [], paused: [] };
const content = { hash: "h", reason: "r", versions: [], files: [], filesCount: 0, repaired: false, inPlace: false };
const verdict = (changes: Partial<LocationHealth>, records = 0) => {
  const { look, title } = verdictOf({ ...health, ...changes }, records, now);
  return [look, title];
};

test("what is damaged is said before all else", () => {
  expect(verdict({ damaged: [content], covered: 0 })).toEqual(["bad", "1 damaged item"]);
  expect(verdict({ damaged: [content, content] }, 1)).toEqual(["bad", "2 damaged items, 1 unreadable version record"]);
  expect(verdict({ damaged: [{ ...content, repaired: true }] })).toEqual(["good", "Everything is as it was stored"]);
});

test("what was not looked at is not called good", () => {
  expect(verdict({ lastVerified: null, covered: 0 })).toEqual(["warn", "Not verified yet"]);
  expect(verdict({ covered: 0 })).toEqual(["warn", "Not verified yet"]);
  expect(verdict({ covered: 0.001 })).toEqual(["warn", "1% verified, all of that good"]);
  expect(verdict({ covered: 0.994 })).toEqual(["warn", "99% verified, all of that good"]);
  expect(verdict({})).toEqual(["good", "Everything is as it was stored"]);
});
