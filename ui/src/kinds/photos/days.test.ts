import { expect, test } from "vitest";
import { marksOf, sectionsOf } from "./days";

const days = [
  { day: "2024-06-30", from: 0, count: 4 },
  { day: "2024-06-02", from: 4, count: 1 },
  { day: "2024-05-31", from: 5, count: 10 },
  { day: "2023-05-31", from: 15, count: 2 },
  { day: "", from: 17, count: 3 },
];

test("days, or months where tiles are small", () => {
  expect(sectionsOf(days, false).map(({ from, count }) => [from, count])).toEqual([[0, 4], [4, 1], [5, 10], [15, 2], [17, 3]]);
  const months = sectionsOf(days, true);
  expect(months.map(({ from, count }) => [from, count])).toEqual([[0, 5], [5, 10], [15, 2], [17, 3]]);
  expect(months.map(({ title }) => title)).toEqual(["June 2024", "May 2024", "May 2023", "No date"]);
});

test("a mark for each month, under its year", () => {
  expect(marksOf(days)).toEqual([
    { title: "June 2024", from: 0, group: "2024" },
    { title: "May 2024", from: 5, group: "2024" },
    { title: "May 2023", from: 15, group: "2023" },
    { title: "No date", from: 17, group: "" },
  ]);
  expect(marksOf([])).toEqual([]);
});
