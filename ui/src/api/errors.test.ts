import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { explain, words } from "./errors";
import type { Code } from "./generated";

/** The codes as the engine writes them down. */
const declared = readFileSync("src/api/generated.ts", "utf8").match(/export type Code = ([^;]+);/)?.[1];
const codes = (declared?.match(/"(\w+)"/g) ?? []).map((quoted) => quoted.slice(1, -1) as Code);

test("there are words for every code, and for no other", () => {
  expect(codes.length).toBeGreaterThan(30);
  expect(Object.keys(words).sort()).toEqual([...codes].sort());
});

test("titles and advice are sentences for people", () => {
  for (const { title, advice } of Object.values(words)) {
    expect(title).toMatch(/^[A-Z][^.]*$/);
    if (advice !== undefined) expect(advice).toMatch(/^[A-Z].*\.$/);
  }
});

test("a button is offered only where the page can do what it says", () => {
  const error = { code: "diskFull" as const, message: "12 GB are needed, 3 GB are free.", detail: "/mnt/usb" };
  expect(explain(error)).toMatchObject({ title: "The disk is full", advice: error.message, button: null });
  const location = vi.fn();
  const explained = explain(error, { location });
  expect(explained.button).toBe("Choose Another Location…");
  explained.onaction?.();
  expect(location).toHaveBeenCalledOnce();
});

test("an unknown code is still explained", () => {
  const explained = explain({ code: "fromTheFuture" as Code, message: "m", detail: null });
  expect(explained.title).toBe(words.bug.title);
  expect(explained.detail).toBe("m");
});
