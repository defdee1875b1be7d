// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { createRawSnippet } from "svelte";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import List from "./List.svelte";
import { Selection } from "./selection.svelte";

// A window of ten rows: the page is laid out by nobody here.
beforeAll(() => {
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, value: 400 });
});

afterEach(cleanup);

const row = createRawSnippet((item: () => string) => ({ render: () => `<b>${item()}</b>` }));
const load = async (from: number, count: number) => Array.from({ length: count }, (_, i) => `row ${from + i}`);

async function shown(props = {}) {
  const selection = new Selection();
  const onpick = vi.fn();
  render(List<string>, { count: 1_000_000, load, rowHeight: 40, label: "Things", row, selection, many: true, onpick, ...props });
  await screen.findByText("row 0");
  return { selection, onpick, list: screen.getByRole("listbox", { name: "Things" }) };
}

test("draws what fits and a little more, of a million", async () => {
  await shown();
  expect(screen.getAllByRole("option").length).toBe(16);
  expect(screen.getAllByRole("option")[0]).toHaveProperty("ariaSetSize", "1000000");
});

test("is walked with the keyboard", async () => {
  const { list, selection, onpick } = await shown();
  await fireEvent.keyDown(list, { key: "ArrowDown" });
  await fireEvent.keyDown(list, { key: "ArrowDown" });
  expect(selection.active).toBe(1);
  expect(onpick).toHaveBeenLastCalledWith("row 1", 1);
  await fireEvent.keyDown(list, { key: "ArrowDown", shiftKey: true });
  expect(selection.ranges).toEqual([[1, 3]]);
  await fireEvent.keyDown(list, { key: "a", ctrlKey: true });
  expect(selection.size).toBe(1_000_000);
  await fireEvent.keyDown(list, { key: "End" });
  await vi.waitFor(() => expect(onpick).toHaveBeenLastCalledWith("row 999999", 999_999));
});

test("is chosen from with the mouse", async () => {
  const { selection } = await shown();
  await fireEvent.click(screen.getByText("row 2"));
  await fireEvent.click(screen.getByText("row 5"), { shiftKey: true });
  await fireEvent.click(screen.getByText("row 3"), { ctrlKey: true });
  expect(selection.ranges).toEqual([[2, 3], [4, 6]]);
});
