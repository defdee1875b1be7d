import { expect, test } from "vitest";
import { Grid } from "./grid";

const sections = [
  { title: "a", from: 0, count: 7 },
  { title: "b", from: 7, count: 1 },
  { title: "c", from: 8, count: 12 },
];
// Four columns of 97 px and gaps of 4: rows every 101 px, headings of 40.
const grid = new Grid(sections, 400, 97, 4, 40);

test("tiles fill the width", () => {
  expect([grid.columns, grid.tile]).toEqual([4, 97]);
  expect(grid.total).toBe(40 + 2 * 101 + 40 + 101 + 40 + 3 * 101);
});

test("every item has its place", () => {
  expect(grid.place(0)).toEqual([40, 137]);
  expect(grid.place(6)).toEqual([141, 238]);
  expect(grid.place(7)).toEqual([282, 379]);
  expect(grid.place(19)).toEqual([383 + 40 + 202, 383 + 40 + 202 + 97]);
});

test("only what is in the window is drawn", () => {
  const [first, ...more] = grid.visible(0, 100);
  expect(more).toEqual([]);
  expect(first?.rows).toEqual([{ first: 0, count: 4, y: 40 }]);
  const late = grid.visible(500, 600);
  expect(late.map(({ section }) => section.title)).toEqual(["c"]);
  expect(late[0]?.rows).toEqual([{ first: 8, count: 4, y: 423 }, { first: 12, count: 4, y: 524 }]);
});

test("up and down keep the column across sections", () => {
  expect(grid.vertical(1, 1)).toBe(5);
  expect(grid.vertical(3, 1)).toBe(6);
  expect(grid.vertical(6, 1)).toBe(7);
  expect(grid.vertical(7, 1)).toBe(8);
  expect(grid.vertical(9, -1)).toBe(7);
  expect(grid.vertical(7, -1)).toBe(4);
  expect(grid.vertical(1, -1)).toBe(1);
  expect(grid.vertical(19, 1)).toBe(19);
});

test("the nearest item to a point", () => {
  expect(grid.at(10, 60)).toBe(0);
  expect(grid.at(390, 60)).toBe(3);
  expect(grid.at(390, 200)).toBe(6);
  expect(grid.at(0, 260)).toBe(7);
  expect(grid.at(150, 300)).toBe(7);
  expect(grid.at(-50, -50)).toBe(0);
  expect(grid.at(9_999, 99_999)).toBe(19);
  expect(new Grid([], 400, 97, 4, 40).at(1, 1)).toBe(-1);
});

test("a box touches tiles, not gaps and headings", () => {
  expect(grid.touched({ left: 0, top: 0, right: 400, bottom: 39 })).toEqual([]);
  expect(grid.touched({ left: 98, top: 50, right: 100, bottom: 60 })).toEqual([]);
  expect(grid.touched({ left: 90, top: 130, right: 110, bottom: 150 })).toEqual([[0, 2], [4, 6]]);
  expect(grid.touched({ left: 0, top: 0, right: 400, bottom: 700 })).toEqual([[0, 20]]);
  expect(grid.touched({ left: 350, top: 0, right: 400, bottom: 700 })).toEqual([[3, 4], [11, 12], [15, 16], [19, 20]]);
  expect(grid.touched({ left: 500, top: 0, right: 600, bottom: 700 })).toEqual([]);
});

test("a wall of 200,000 in 6,000 days answers from its sums", () => {
  const days = Array.from({ length: 6_000 }, (_, i) => ({ title: String(i), from: i * 33, count: 33 }));
  const wall = new Grid(days, 820, 132, 4, 44);
  expect(wall.columns).toBe(6);
  const last = wall.visible(wall.total - 700, wall.total).at(-1);
  expect(last?.section.title).toBe("5999");
  expect(last?.rows.at(-1)).toMatchObject({ first: 5_999 * 33 + 30, count: 3 });
});

test("an empty wall is empty", () => {
  expect(new Grid([], 400, 97, 4, 40).visible(0, 600)).toEqual([]);
});
