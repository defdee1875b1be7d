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

test("a refused backup offers to ask for everything again, where the page can", () => {
  const full = vi.fn();
  for (const code of ["backupInconsistent", "deviceRefused"] as const) {
    const error = { code, message: "It said no.", detail: null };
    expect(explain(error, { retry: vi.fn() })).toMatchObject({ button: "Try Again", other: null });
    const { button, other } = explain(error, { retry: vi.fn(), full });
    expect(button).toBe("Try Again");
    expect(other?.button).toBe("Ask for Everything Again");
    expect(other?.note).toContain("nothing is stored twice");
    other?.onaction();
  }
  expect(full).toHaveBeenCalledTimes(2);
  expect(explain({ code: "deviceLocked", message: "m", detail: null }, { full }).other).toBeNull();
});

test("a locked version offers to unlock wherever the page can try again", () => {
  const error = { code: "passwordNeeded" as const, message: "m", detail: null };
  const retry = vi.fn();
  const { button, onaction } = explain(error, { retry });
  expect(button).toBe("Unlock…");
  onaction?.();
  expect(retry).toHaveBeenCalledOnce();
  expect(explain(error).button).toBeNull();
});

test("an unknown code is still explained", () => {
  const explained = explain({ code: "fromTheFuture" as Code, message: "m", detail: null });
  expect(explained.title).toBe(words.bug.title);
  expect(explained.detail).toBe("m");
});
