// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { RetentionPlan, VersionSummary } from "../../api/generated";
import Preview from "./Preview.svelte";

afterEach(cleanup);

const version = (number: number) => ({ id: `U@${number}.s`, number }) as VersionSummary;
const plan: RetentionPlan = {
  udid: "U", deviceName: "Ada’s iPhone", remove: [], frees: 0, paused: null,
  keep: [1, 2, 3].map((number) => ({ version: version(number), because: "lastThree" as const })),
};
const show = (plans: RetentionPlan[], onaccept = vi.fn()) => {
  render(Preview, { plans, onaccept, busy: false, nameOf: ({ number }: VersionSummary) => `day ${number}` });
  return onaccept;
};
const rows = (name: string) => within(screen.getByRole("list", { name })).getAllByRole("listitem").map(({ textContent }) => textContent);

test("what goes and what stays, newest first, and what that frees", () => {
  show([{ ...plan, remove: Array.from({ length: 12 }, (_, i) => version(i + 10)), frees: 2_000_000 }]);
  screen.getByText("12 versions would go, 3 stay; that frees 2.0 MB after 7 days");
  expect(rows("Would go").slice(0, 2)).toEqual(["day 21Would go", "day 20Would go"]);
  expect(rows("Would go").at(-1)).toBe("…and 4 more that would go");
  expect(rows("Stay")[0]).toBe("day 3Stays: One of the last three");
});

test("all of them on demand", async () => {
  show([{ ...plan, remove: Array.from({ length: 12 }, (_, i) => version(i + 10)) }]);
  await fireEvent.click(screen.getByRole("button", { name: "Show all 15" }));
  expect(rows("Would go")).toHaveLength(12);
});

test("a pause says why, and can be ended", async () => {
  const paused = { from: 2, to: 3, filesBefore: 12_000, filesAfter: 3_000 };
  const onaccept = show([{ ...plan, paused }]);
  screen.getByText("Nothing of Ada’s iPhone is removed for now");
  screen.getByText(/Between “day 2” and “day 3” .*: 12,000\s+became 3,000/);
  await fireEvent.click(screen.getByRole("button", { name: "This Is Right, Go On" }));
  expect(onaccept).toHaveBeenCalledWith({ ...plan, paused });
});
