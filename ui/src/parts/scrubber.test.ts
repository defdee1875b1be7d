import { expect, test } from "vitest";
import { labels, markAt, share, stepMark, topAt, type Mark } from "./scrubber";

const marks: Mark[] = [
  { title: "May 2026", from: 0, group: "2026" },
  { title: "January 2026", from: 40, group: "2026" },
  { title: "December 2025", from: 100, group: "2025" },
  { title: "March 2025", from: 110, group: "2025" },
  { title: "July 2019", from: 900, group: "2019" },
];

test("an item is under the last mark before it", () => {
  expect([0, 39, 40, 109, 899, 5_000].map((item) => markAt(marks, item))).toEqual([0, 0, 1, 2, 3, 4]);
  expect(markAt(marks, -1)).toBe(-1);
  expect(markAt([], 3)).toBe(-1);
});

test("the way and back", () => {
  expect(share(0, 10_600, 600)).toBe(0);
  expect(share(2_500, 10_600, 600)).toBe(0.25);
  expect(share(99_999, 10_600, 600)).toBe(1);
  expect(share(0, 300, 600)).toBe(0);
  expect(topAt(0.25, 10_600, 600)).toBe(2_500);
  expect(topAt(7, 10_600, 600)).toBe(10_000);
  expect(topAt(0.5, 300, 600)).toBe(0);
});

test("years are written once, and never over each other", () => {
  expect(labels(marks, (item) => item, 20)).toEqual([{ title: "2026", y: 0 }, { title: "2025", y: 100 }, { title: "2019", y: 900 }]);
  expect(labels(marks, (item) => item / 10, 20).map(({ title }) => title)).toEqual(["2026", "2019"]);
});

test("keys go by months, pages by years", () => {
  expect(stepMark("ArrowDown", marks, 1)).toBe(2);
  expect(stepMark("ArrowUp", marks, 0)).toBe(0);
  expect(stepMark("PageDown", marks, 0)).toBe(2);
  expect(stepMark("PageDown", marks, 4)).toBe(4);
  expect(stepMark("PageUp", marks, 3)).toBe(2);
  expect(stepMark("PageUp", marks, 2)).toBe(0);
  expect(stepMark("End", marks, 0)).toBe(4);
  expect(stepMark("Home", marks, 4)).toBe(0);
  expect(stepMark("x", marks, 0)).toBeNull();
  expect(stepMark("Home", [], 0)).toBeNull();
});
