import { describe, expect, test } from "vitest";
import { ago, brief, bytes, calendarDay, counted, dateTime, day, daysBetween, duration, initials, time } from "./format";

const at = (text: string) => new Date(text).getTime();
const now = at("2026-11-22T12:00:00");

test("bytes", () => {
  expect([0, 1, 999, 1_000, 1_540_000, 9_949_999, 64_200_000_000].map(bytes)).toEqual([
    "0 bytes", "1 byte", "999 bytes", "1.0 kB", "1.5 MB", "9.9 MB", "64 GB",
  ]);
  expect(bytes(999_600)).toBe("1.0 MB");
});

test("durations", () => {
  expect([0, 5.4, 65, 3_725, -3].map(duration)).toEqual(["0:00", "0:05", "1:05", "1:02:05", "0:00"]);
});

test("counts", () => {
  expect([counted(1, "file"), counted(1_234, "file"), counted(2, "item was", "items were")]).toEqual([
    "1 file", "1,234 files", "2 items were",
  ]);
});

describe("days", () => {
  test("are calendar days, not 24 hours", () => {
    expect(daysBetween(at("2026-11-21T23:59:00"), at("2026-11-22T00:01:00"))).toBe(1);
    expect(daysBetween(at("2026-11-22T00:01:00"), at("2026-11-22T23:59:00"))).toBe(0);
    expect(daysBetween(at("2026-10-24T12:00:00"), at("2026-10-26T12:00:00"))).toBe(2);
  });

  test("are called by the shortest clear name", () => {
    expect(day(at("2026-11-22T01:00:00"), now)).toBe("Today");
    expect(day(at("2026-11-21T23:00:00"), now)).toBe("Yesterday");
    expect(day(at("2026-11-17T10:00:00"), now)).toBe("Tuesday");
    expect(day(at("2026-05-03T10:00:00"), now)).toBe("May 3");
    expect(day(at("2024-05-03T10:00:00"), now)).toBe("May 3, 2024");
    expect(brief(at("2026-11-22T09:05:00"), now)).toBe(time(at("2026-11-22T09:05:00")));
    expect(brief(at("2024-05-03T10:00:00"), now)).toBe("5/3/24");
  });

  test("of photos come as text", () => {
    expect(calendarDay("2026-11-22", now)).toBe("Today");
    expect(calendarDay("2026-11-01", now)).toBe("Sunday, November 1");
    expect(calendarDay("2019-02-28", now)).toBe("Thursday, February 28, 2019");
    expect(calendarDay("", now)).toBe("No date");
  });

  test("that no calendar reaches do no harm", () => {
    expect(dateTime(9e18)).toContain("Unknown date");
    expect(brief(Number.NaN, now)).toBe("Unknown date");
  });
});

test("how long ago", () => {
  const texts = [20_000, 60_000, 5 * 60_000, 2 * 3_600_000].map((past) => ago(now - past, now));
  expect(texts).toEqual(["just now", "1 minute ago", "5 minutes ago", "2 hours ago"]);
  expect(ago(at("2026-11-21T08:00:00"), now)).toBe("yesterday");
  expect(ago(at("2026-11-10T08:00:00"), now)).toBe("12 days ago");
  expect(ago(at("2026-05-10T08:00:00"), now)).toBe("6 months ago");
  expect(ago(at("2021-05-10T08:00:00"), now)).toBe("5 years ago");
});

test("initials", () => {
  expect(["Ada Lovelace", "Émile", "Jean Luc Picard", "+49 151 000", ""].map(initials)).toEqual(["AL", "É", "JP", "", ""]);
});
