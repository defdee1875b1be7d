import { expect, test } from "vitest";
import { between, pull, trembles } from "./band";

test("a box whichever way it is drawn", () => {
  const box = { left: 10, top: 5, right: 50, bottom: 90 };
  expect(between({ x: 10, y: 5 }, { x: 50, y: 90 })).toEqual(box);
  expect(between({ x: 50, y: 5 }, { x: 10, y: 90 })).toEqual(box);
});

test("a hand that trembles draws nothing", () => {
  expect(trembles({ x: 100, y: 100 }, { x: 102, y: 103 })).toBe(true);
  expect(trembles({ x: 100, y: 100 }, { x: 103, y: 104 })).toBe(false);
});

test("the wall comes along at its edges, faster the further out", () => {
  expect([40, 300, 560].map((y) => pull(y, 600))).toEqual([0, 0, 0]);
  expect([25, -20, -500].map((y) => pull(y, 600))).toEqual([-5, -20, -48]);
  expect([575, 620, 5_000].map((y) => pull(y, 600))).toEqual([5, 20, 48]);
});
