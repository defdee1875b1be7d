import { describe, expect, test } from "vitest";
import { clampTop, follow, reveal, rowsIn, scrollFor, topFor, track, TRACK_MAX } from "./extent";

const small = { total: 4_000, view: 600 };
const huge = { total: 52_000_000, view: 600 };

describe("extent", () => {
  test("a content that fits is scrolled as it is", () => {
    expect(track(small)).toBe(4_000);
    expect(scrollFor(small, 1_234)).toBe(1_234);
    expect(topFor(small, 1_234)).toBe(1_234);
    expect(follow(small, 0, 0, 1_234)).toBe(1_234);
  });

  test("a huge content is scaled, and both ends meet", () => {
    expect(track(huge)).toBe(TRACK_MAX);
    expect(topFor(huge, 0)).toBe(0);
    expect(topFor(huge, TRACK_MAX - 600)).toBe(huge.total - 600);
    expect(scrollFor(huge, huge.total - 600)).toBe(TRACK_MAX - 600);
    expect(topFor(huge, scrollFor(huge, 31_415_926))).toBeCloseTo(31_415_926, 3);
  });

  test("a wheel step moves a huge content by the same pixels, a dragged thumb in proportion", () => {
    expect(follow(huge, 1_000_000, 200_000, 200_100)).toBe(1_000_100);
    expect(follow(huge, 1_000_000, 200_000, 5_000_000)).toBeCloseTo(topFor(huge, 5_000_000));
  });

  test("the ends of a huge content are reached, and not by a jump", () => {
    expect(follow(huge, 300, 40, 0)).toBe(0);
    expect(follow(huge, 5_000, 100, 0)).toBe(4_900);
    expect(follow(huge, huge.total - 900, TRACK_MAX - 650, TRACK_MAX - 600)).toBe(huge.total - 600);
  });

  test("the place never leaves the content", () => {
    expect(clampTop(small, -5)).toBe(0);
    expect(clampTop(small, 99_999)).toBe(3_400);
    expect(clampTop({ total: 100, view: 600 }, 50)).toBe(0);
  });

  test("rows in view, with spare ones on both sides", () => {
    expect(rowsIn(0, 600, 40, 1_000, 6)).toEqual([0, 21]);
    expect(rowsIn(4_010, 600, 40, 1_000, 6)).toEqual([94, 122]);
    expect(rowsIn(39_400, 600, 40, 1_000, 6)).toEqual([979, 1_000]);
    expect(rowsIn(0, 600, 40, 0, 6)).toEqual([0, 0]);
  });

  test("a row is brought into view by the least movement", () => {
    expect(reveal(small, 1_000, 900, 940)).toBe(900);
    expect(reveal(small, 1_000, 1_580, 1_620)).toBe(1_020);
    expect(reveal(small, 1_000, 1_100, 1_140)).toBe(1_000);
  });
});
