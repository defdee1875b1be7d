import { afterEach, expect, test, vi } from "vitest";
import { LEVELS, pictureSize, remember, remembered, stepped } from "./zoom";

afterEach(() => vi.unstubAllGlobals());

test("steps end at the ends", () => {
  expect([stepped(3, 1), stepped(0, -1), stepped(LEVELS.length - 1, 1)]).toEqual([4, 0, LEVELS.length - 1]);
});

test("pictures are never smaller than their tile", () => {
  LEVELS.forEach((size, level) => expect(pictureSize(level)).toBeGreaterThan(size * 1.9));
  expect(new Set(LEVELS.map((_, level) => pictureSize(level))).size).toBe(3);
});

test("is remembered, and nonsense is not", () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  expect(remembered()).toBe(3);
  remember(5);
  expect(remembered()).toBe(5);
  for (const nonsense of ["99", "-1", "1.5", "x", ""]) {
    kept.set("photos.zoom", nonsense);
    expect(remembered()).toBe(3);
  }
});
