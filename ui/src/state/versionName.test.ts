import { expect, test } from "vitest";
import { versionNames } from "./versionName";

const now = new Date("2026-11-22T12:00:00").getTime();
const version = (number: number, made: string, more = {}) => ({
  id: `U@${number}.s`, location: "/b", udid: "U", number, made: new Date(made).getTime(), ...more,
});
const named = (...versions: ReturnType<typeof version>[]) => versions.map(versionNames(versions, now));

test("by day and time as long as that is enough", () => {
  expect(named(version(1, "2026-11-21T09:05:10"), version(2, "2026-11-22T09:05:10"))).toEqual(["Yesterday, 9:05 AM", "Today, 9:05 AM"]);
});

test("to the second within a minute", () => {
  expect(named(version(1, "2026-11-22T09:05:10"), version(2, "2026-11-22T09:05:40"), version(3, "2026-11-22T09:06:00"))).toEqual([
    "Today, 9:05:10 AM", "Today, 9:05:40 AM", "Today, 9:06 AM",
  ]);
});

test("by number within a second", () => {
  expect(named(version(1, "2026-11-22T09:05:10"), version(2, "2026-11-22T09:05:10"))).toEqual([
    "Today, 9:05:10 AM (version 1)", "Today, 9:05:10 AM (version 2)",
  ]);
});

test("other devices and other locations are told apart by their own names", () => {
  expect(named(version(1, "2026-11-22T09:05:10"), version(1, "2026-11-22T09:05:10", { udid: "V", id: "V@1.s" }))).toEqual(["Today, 9:05 AM", "Today, 9:05 AM"]);
  expect(named(version(1, "2026-11-22T09:05:10"), version(1, "2026-11-22T09:05:10", { location: "/c" }))).toEqual(["Today, 9:05 AM", "Today, 9:05 AM"]);
});
