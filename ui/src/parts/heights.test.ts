import { expect, test } from "vitest";
import { Heights } from "./heights";

test("guessed heights add up", () => {
  const heights = new Heights(1_000, 50);
  expect(heights.total).toBe(50_000);
  expect(heights.offset(0)).toBe(0);
  expect(heights.offset(10)).toBe(500);
  expect(heights.find(0)).toBe(0);
  expect(heights.find(499)).toBe(9);
  expect(heights.find(500)).toBe(10);
  expect(heights.find(999_999)).toBe(999);
});

test("measured heights move everything below", () => {
  const heights = new Heights(1_000, 50);
  expect(heights.set(3, 120)).toBe(true);
  expect(heights.set(3, 120)).toBe(false);
  expect(heights.offset(3)).toBe(150);
  expect(heights.offset(4)).toBe(270);
  expect(heights.find(269)).toBe(3);
  expect(heights.find(270)).toBe(4);
  expect(heights.total).toBe(50_070);
});

test("agrees with a plain sum, whatever is measured", () => {
  const count = 777;
  const heights = new Heights(count, 40);
  const plain: number[] = Array(count).fill(40);
  for (let i = 0; i < 2_000; i++) {
    const row = (i * 7_919) % count;
    const height = 20 + ((i * 31) % 300);
    heights.set(row, height);
    plain[row] = height;
  }
  let sum = 0;
  plain.forEach((height, row) => {
    expect(heights.offset(row)).toBe(sum);
    expect(heights.find(sum)).toBe(row);
    expect(heights.find(sum + height - 1)).toBe(row);
    sum += height;
  });
  expect(heights.total).toBe(sum);
});

test("nothing is a length too", () => {
  const none = new Heights(0, 40);
  expect([none.total, none.find(10), none.get(0)]).toEqual([0, 0, 0]);
});
