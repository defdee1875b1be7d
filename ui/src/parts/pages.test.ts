import { expect, test, vi } from "vitest";
import { Pages } from "./pages";

const settle = () => new Promise((resolve) => setTimeout(resolve));

function counting(count: number, keep = 3) {
  const asked: [number, number][] = [];
  const load = vi.fn(async (from: number, count: number) => {
    asked.push([from, count]);
    return Array.from({ length: count }, (_, i) => from + i);
  });
  const changed = vi.fn();
  return { asked, load, changed, pages: new Pages(load, count, changed, 200, keep) };
}

test("a row asks for its page once, and is there afterwards", async () => {
  const { pages, asked, changed } = counting(1_050);
  expect(pages.get(1_049)).toBeUndefined();
  expect(pages.get(1_001)).toBeUndefined();
  await settle();
  expect(asked).toEqual([[1_000, 50]]);
  expect(changed).toHaveBeenCalledTimes(1);
  expect(pages.get(1_049)).toBe(1_049);
  expect(pages.get(-1)).toBeUndefined();
  expect(pages.get(1_050)).toBeUndefined();
});

test("the pages used last are kept", async () => {
  const { pages, asked } = counting(10_000, 2);
  for (const row of [0, 200, 0, 400]) {
    pages.get(row);
    await settle();
  }
  expect(pages.get(0)).toBe(0);
  expect(pages.get(200)).toBeUndefined();
  await settle();
  expect(asked.map(([from]) => from)).toEqual([0, 200, 400, 200]);
});

test("a range is prepared page by page", async () => {
  const { pages, asked } = counting(500);
  pages.prepare(-50, 450);
  await settle();
  expect(asked).toEqual([[0, 200], [200, 200], [400, 100]]);
});

test("a failed page is not asked for again by itself", async () => {
  const load = vi.fn().mockRejectedValueOnce("gone").mockResolvedValue(["a"]);
  const pages = new Pages<string>(load, 1, () => {});
  pages.get(0);
  await settle();
  expect(pages.error).toBe("gone");
  expect(pages.get(0)).toBeUndefined();
  expect(load).toHaveBeenCalledTimes(1);
  pages.retry();
  pages.get(0);
  await settle();
  expect([pages.error, pages.get(0)]).toEqual([null, "a"]);
});

test("a closed list reports nothing", async () => {
  const { pages, changed } = counting(10);
  pages.get(0);
  pages.close();
  await settle();
  expect(changed).not.toHaveBeenCalled();
});
