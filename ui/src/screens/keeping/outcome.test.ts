import { expect, test } from "vitest";
import type { Job, JobResult } from "../../api/generated";
import { outcomeOf } from "./outcome";

const of = (result: JobResult | null, state: Job["state"] = "done") => outcomeOf({ state, result } as Job);
const verified = { type: "verified", objects: 12, bytes: 3_000_000, damaged: [], damagedCount: 0, records: [], sealed: 0 } as const;
const reclaimed = { type: "reclaimed", expired: 0, versions: 0, objects: 0, bytes: 0, keptYoung: 0, stopped: false } as const;

test("what was verified", () => {
  expect(of({ ...verified, damaged: [], records: [] })).toBe("12 items, 3.0 MB looked at: all as stored.");
  expect(of({ ...verified, damaged: [], records: [], sealed: 3 })).toContain("3 versions could not be looked at");
  expect(of({ ...verified, damaged: [], records: [], damagedCount: 2 })).toContain("2 problems found");
  expect(of(null, "cancelled")).toBe("Stopped before the end.");
});

test("what a clean-up did", () => {
  const moved = { type: "moved", from: "/old", to: "/new", renamed: true, objects: 0, bytes: 0, records: 4, damaged: 0 } as const;
  expect(of(moved)).toBe("Moved here from /old. Nothing had to be copied.");
  expect(of({ ...moved, objects: 9, bytes: 5_000_000, damaged: 1 })).toBe(
    "Moved here from /old. 5.0 MB copied, each item compared on the way. 1 item had been damaged before and is not whole here either; verify to see which.",
  );
  expect(of({ type: "oldCopyDeleted", bytes: 5_000_000 })).toBe("The old copy is deleted: 5.0 MB freed.");
  expect(of(reclaimed)).toBe("Nothing to free yet.");
  expect(of({ ...reclaimed, expired: 3, objects: 4, bytes: 5_000_000, keptYoung: 1 })).toBe(
    "3 versions removed, to be brought back for 7 days if need be; 5.0 MB freed; 1 item not 7 days old, kept for now.",
  );
});
