// @vitest-environment jsdom
import { render } from "@testing-library/svelte";
import { createRawSnippet } from "svelte";
import { expect, test, vi } from "vitest";
import Scroller from "./Scroller.svelte";

test("a scrolling told after the box is gone is nothing to complain of", () => {
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
  const wrong: unknown[] = [];
  window.addEventListener("error", (event) => {
    event.preventDefault();
    wrong.push(event.error);
  });
  const children = createRawSnippet(() => ({ render: () => "<p>row</p>" }));
  const { container, unmount } = render(Scroller, { total: 1000, children });
  const box = container.querySelector(".scroller")!;
  unmount();
  box.dispatchEvent(new Event("scroll"));
  expect(wrong).toEqual([]);
});
