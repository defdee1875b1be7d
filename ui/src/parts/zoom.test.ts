import { expect, test } from "vitest";
import { enlarged, fitted, inside, MOST } from "./zoom";

const size = { width: 400, height: 300 };

test("the point under the pointer stays where it is", () => {
  const look = enlarged(fitted, 2, size, 100, -50);
  expect(look).toEqual({ scale: 2, x: -100, y: 50 });
  // The picture's point that was at 100, -50 is there still.
  expect([100 * look.scale + look.x, -50 * look.scale + look.y]).toEqual([100, -50]);
  expect(enlarged(look, 0.5, size, 100, -50)).toEqual({ scale: 1, x: 0, y: 0 });
});

test("no smaller than its box, no larger than eight times", () => {
  expect(enlarged(fitted, 0.2, size).scale).toBe(1);
  expect(enlarged(fitted, 100, size).scale).toBe(MOST);
});

test("no edge comes into the window", () => {
  expect(inside({ scale: 2, x: 900, y: -900 }, size)).toEqual({ scale: 2, x: 200, y: -150 });
  expect(inside({ scale: 1, x: 5, y: 5 }, size)).toEqual({ scale: 1, x: 0, y: 0 });
});
