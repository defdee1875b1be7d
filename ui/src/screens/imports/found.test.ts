import { expect, test } from "vitest";
import type { FoundBackup, ImportedBackup } from "../../api/generated";
import { canTake, outcomeOf, stateOf } from "./found";

const whole: FoundBackup = {
  folder: "/b", udid: "U", device_name: "Anna's iPhone", model: "iPhone 15", system: "17.5", made: 1, encrypted: false,
  imported: null, problem: null, incomplete: false, contradictions: [],
};
const problem = (code: "backupUnfinished" | "backupDamaged" | "notABackup") => ({ code, message: "", detail: null });

test("unfinished, damaged and unusable are three words", () => {
  expect(stateOf(whole)).toBe(null);
  expect(stateOf({ ...whole, imported: "U@1" })?.word).toBe("Kept already");
  expect(stateOf({ ...whole, problem: problem("backupUnfinished") })?.word).toBe("Unfinished");
  expect(stateOf({ ...whole, problem: problem("backupDamaged") })?.word).toBe("Damaged");
  expect(stateOf({ ...whole, problem: problem("notABackup") })?.word).toBe("Not usable");
});

test("what is not whole is taken only when wanted and possible", () => {
  const cut = { ...whole, problem: problem("backupUnfinished"), incomplete: true };
  expect([canTake(whole, false), canTake(cut, false), canTake(cut, true)]).toEqual([true, false, true]);
  expect(canTake({ ...cut, incomplete: false }, true)).toBe(false);
  expect(canTake({ ...whole, imported: "U@1" }, true)).toBe(false);
});

test("the outcome counts what was kept and what was not", () => {
  const made: ImportedBackup = {
    folder: "/b", udid: "U", device_name: "", made: 1, version: "U@1", files: 3, bytes: 10, new_bytes: 5, shared_bytes: 0,
    earlier_files: 0, missing: 0, problem: null,
  };
  expect(outcomeOf([made])).toContain("3 files");
  expect(outcomeOf([made, { ...made, version: null, problem: problem("backupDamaged") }])).toContain("1 version was made");
  expect(outcomeOf([made, { ...made, version: null, problem: problem("backupDamaged") }])).toContain("1 backup was not kept");
});
