import { describe, expect, test } from "vitest";
import { Selection, step } from "./selection.svelte";

const none = { shiftKey: false, ctrlKey: false, metaKey: false };
const shift = { ...none, shiftKey: true };
const ctrl = { ...none, ctrlKey: true };

describe("selection", () => {
  test("click, shift and ctrl", () => {
    const chosen = new Selection();
    chosen.pick(5, none, true);
    chosen.pick(8, shift, true);
    expect(chosen.ranges).toEqual([[5, 9]]);
    chosen.pick(2, shift, true);
    expect(chosen.ranges).toEqual([[2, 6]]);
    chosen.pick(10, ctrl, true);
    chosen.pick(4, ctrl, true);
    expect(chosen.ranges).toEqual([[2, 4], [5, 6], [10, 11]]);
    expect([chosen.size, chosen.has(4), chosen.has(5), chosen.active]).toEqual([4, false, true, 4]);
  });

  test("neighbours join", () => {
    const chosen = new Selection();
    for (const row of [3, 5, 4]) chosen.toggle(row);
    expect(chosen.ranges).toEqual([[3, 6]]);
    for (const row of [3, 4, 5]) chosen.toggle(row);
    expect(chosen.size).toBe(0);
  });

  test("a list for one row ignores shift and ctrl", () => {
    const chosen = new Selection();
    chosen.pick(1, none, false);
    chosen.pick(4, shift, false);
    chosen.pick(6, ctrl, false);
    expect(chosen.ranges).toEqual([[6, 7]]);
  });

  test("ranges from anywhere are put in order, and what was given stays as it was", () => {
    const chosen = new Selection();
    const given: [number, number][] = [[8, 10], [2, 4], [3, 6]];
    chosen.choose(given);
    expect(chosen.ranges).toEqual([[2, 6], [8, 10]]);
    expect(given).toEqual([[8, 10], [2, 4], [3, 6]]);
    expect([1, 2, 5, 6, 7, 8, 9, 10].map((row) => chosen.has(row))).toEqual([false, true, true, false, false, true, true, false]);
  });

  test("all of a million costs one range", () => {
    const chosen = new Selection();
    chosen.all(1_000_000);
    expect([chosen.ranges.length, chosen.size]).toEqual([1, 1_000_000]);
    chosen.toggle(500_000);
    expect(chosen.size).toBe(999_999);
    chosen.clear();
    expect([chosen.size, chosen.active]).toEqual([0, -1]);
  });
});

describe("keys", () => {
  test("move within the list", () => {
    expect(step("ArrowDown", 3, 10, 5)).toBe(4);
    expect(step("ArrowUp", 0, 10, 5)).toBe(0);
    expect(step("PageDown", 8, 10, 5)).toBe(9);
    expect(step("Home", 8, 10, 5)).toBe(0);
    expect(step("End", 0, 10, 5)).toBe(9);
    expect(step("x", 3, 10, 5)).toBeNull();
    expect(step("ArrowRight", 3, 10, 5)).toBeNull();
    expect(step("ArrowDown", -1, 0, 5)).toBeNull();
  });

  test("begin at the first row", () => {
    expect(step("ArrowDown", -1, 10, 5)).toBe(0);
    expect(step("End", -1, 10, 5)).toBe(9);
  });

  test("move in two directions on a wall", () => {
    expect(step("ArrowRight", 3, 10, 5, 4)).toBe(4);
    expect(step("ArrowDown", 3, 10, 5, 4)).toBe(7);
  });
});
