import { expect, test } from "vitest";
import type { Bubble, Part } from "../../api/generated";
import { continues, cut, imageBox, isLargeEmoji, mapLink, needsTime, textOf, written } from "./thread";

const base = new Date("2026-11-22T12:00:00").getTime();
function bubble(changes: Partial<Bubble>): Bubble {
  return {
    id: 1, guid: "g", mine: false, sender: "Ada", address: null, face: null, when: base, read: null, delivered: null,
    service: "iMessage", kind: "message", parts: [], reactions: [], reply_to: null, edits: [], unsent: false, effect: null,
    translation: null, deleted: null, marks: [], ...changes,
  };
}
const text = (value: string): Part => ({
  type: "text",
  runs: [{ text: value, bold: false, italic: false, underline: false, strike: false, link: null, mention: null, effect: null, found: null }],
});

test("the time is written after an hour of silence and on a new day", () => {
  const first = bubble({});
  expect(needsTime(first, undefined)).toBe(true);
  expect(needsTime(bubble({ when: base + 600_000 }), first)).toBe(false);
  expect(needsTime(bubble({ when: base + 3_700_000 }), first)).toBe(true);
  expect(needsTime(bubble({ when: null }), first)).toBe(false);
  const late = bubble({ when: new Date("2026-11-22T23:55:00").getTime() });
  expect(needsTime(bubble({ when: late.when! + 600_000 }), late)).toBe(true);
});

test("bubbles of one person belong together", () => {
  const first = bubble({});
  expect(continues(bubble({ when: base + 1_000 }), first)).toBe(true);
  expect(continues(bubble({ sender: "Bo" }), first)).toBe(false);
  expect(continues(bubble({ mine: true }), first)).toBe(false);
  expect(continues(bubble({}), bubble({ kind: "event" }))).toBe(false);
});

test("a few emoji alone are large", () => {
  expect(isLargeEmoji([text("🎉")])).toBe(true);
  expect(isLargeEmoji([text(" 👩‍👩‍👧‍👦🏔️ ")])).toBe(true);
  expect(isLargeEmoji([text("🎉🎉🎉🎉")])).toBe(false);
  expect(isLargeEmoji([text("12")])).toBe(false);
  expect(isLargeEmoji([text("ok 🎉")])).toBe(false);
  expect(isLargeEmoji([])).toBe(false);
});

test("an image has its place before it is here", () => {
  expect(imageBox(4_032, 3_024)).toEqual({ width: 280, height: 210 });
  expect(imageBox(3_024, 4_032)).toEqual({ width: 210, height: 280 });
  expect(imageBox(120, 80)).toEqual({ width: 120, height: 80 });
  expect(imageBox(null, null)).toEqual({ width: 280, height: 210 });
  expect(imageBox(20, 9_000)).toEqual({ width: 48, height: 280 });
});

test("a message is written as a line", () => {
  const when = new Date("2026-11-22T12:00:00").getTime();
  expect(written(bubble({ parts: [text("see you")], when }))).toMatch(/^\[.*2026.*\] Ada: see you$/);
  expect(written(bubble({ mine: true, unsent: true, when: null }))).toBe("Me: (unsent)");
  const poll: Part = { type: "poll", title: "Dinner?", options: [{ text: "Pizza", by: ["Ada"] }] };
  expect(textOf(bubble({ parts: [poll, { type: "location", title: "Hut", latitude: 46.5, longitude: 7.9 }] }))).toBe("Dinner?\nPizza\nHut");
  expect(mapLink({ latitude: 46.5, longitude: -7 })).toContain("mlat=46.5&mlon=-7");
});

test("a long text is cut between letters", () => {
  const [run] = (text("aé🎉b") as Extract<Part, { type: "text" }>).runs;
  const runs = [run!, { ...run!, bold: true }];
  expect(cut(runs, 10)).toBe(runs);
  expect(cut(runs, 3).map((run) => run.text)).toEqual(["aé"]);
  expect(cut(runs, 6).map((run) => [run.text, run.bold])).toEqual([["aé🎉b", false], ["a", true]]);
});
