import { expect, test } from "vitest";
import { conversationsTitle, outcome, plain, said, wrongDays } from "./exporting";

const everyone = { title: "all 42 conversations", conversations: null, messages: null };

test("a plain wish is for all of it", async () => {
  const wish = { ...plain("pdf"), folder: "/home/me" };
  expect(await said(wish, everyone)).toEqual({
    format: "pdf", to: "/home/me", ids: null, from: null, until: null, messages: null, attachments: true, hashes: false, again: null,
  });
});

test("days are whole, here, and the first is not after the last", async () => {
  const wish = { ...plain("txt"), from: "2026-11-22", until: "2026-11-22", folder: "/x" };
  const { from, until } = await said(wish, everyone);
  expect(from).toBe(new Date(2026, 10, 22).getTime());
  expect(until).toBe(new Date(2026, 10, 22, 23, 59, 59, 999).getTime());
  expect(wrongDays(wish)).toBeNull();
  expect(wrongDays({ ...wish, until: "2026-11-21" })).toBe("This is before the first day.");
});

test("chosen messages have no days, and an addition goes into its export", async () => {
  const wish = { ...plain("csv"), from: "2026-11-22", again: true, attachments: false, hashes: true, folder: "/old/Messages" };
  const some = { title: "2 messages", conversations: async () => [7], messages: [70, 71] };
  expect(await said(wish, some)).toEqual({
    format: "csv", to: "/old/Messages", ids: [7], from: null, until: null, messages: [70, 71], attachments: false, hashes: true, again: "/old/Messages",
  });
});

test("what will be written is said before", () => {
  expect(outcome(plain("pdf"), "Messages")).toBe("Makes a folder “Messages” with a PDF for each conversation and their photos and files.");
  const listed = { ...plain("json"), hashes: true };
  expect(outcome(listed, "WhatsApp")).toBe("Makes a folder “WhatsApp” with one file of all messages, their photos and files and a list of the SHA-256 of every file.");
  expect(outcome({ ...plain("txt"), again: true }, "Messages")).toContain("Adds a folder to the earlier export");
});

test("titles count", () => {
  expect(conversationsTitle(42, true)).toBe("All 42 conversations");
  expect(conversationsTitle(1, true)).toBe("1 conversation");
  expect(conversationsTitle(3, false)).toBe("3 conversations");
});
