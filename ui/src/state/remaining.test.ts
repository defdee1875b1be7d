import { expect, test } from "vitest";
import { remaining } from "./remaining";

/** After so many seconds, so far. */
const after = (seconds: number, progress: number | null) => remaining({ progress, started: 1000 }, 1000 + seconds * 1000);

test("nothing is guessed at the beginning or at the end", () => {
  expect(after(2, 0.5)).toBeNull();
  expect(after(60, 0.01)).toBeNull();
  expect(after(60, null)).toBeNull();
  expect(after(60, 1)).toBeNull();
});

test("the rest takes as long as what is done took", () => {
  expect(after(10, 0.9)).toBe("a few seconds left");
  expect(after(30, 0.5)).toBe("about 30 seconds left");
  expect(after(54, 0.5)).toBe("about 60 seconds left");
  expect(after(60, 0.5)).toBe("about 1 minute left");
  expect(after(60, 0.25)).toBe("about 3 minutes left");
  expect(after(3600, 0.5)).toBe("about 1 hour left");
});
