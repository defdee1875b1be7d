import { expect, test } from "vitest";
import type { RetentionRule } from "../../api/generated";
import { ruleOf, sameRule, typed, wrongWith } from "./rule";

const rule = (changes: Partial<RetentionRule> = {}): RetentionRule => ({
  rule: "limits", maxCount: null, maxBytes: null, freeFloor: null, shrinkAccepted: {}, ...changes,
});

test("a rule comes back from its fields as it was", () => {
  for (const one of [rule({ rule: "thin" }), rule({ maxCount: 12, maxBytes: 1_500_000_000 }), rule({ freeFloor: 50_000_000_000, shrinkAccepted: { U: 7 } })]) {
    expect(ruleOf(typed(one))).toEqual(one);
  }
});

test("limits do not count where everything is kept", () => {
  const fields = typed(rule({ maxCount: 12 }));
  fields.kind = "keepAll";
  expect(ruleOf(fields)).toEqual(rule({ rule: "keepAll" }));
  expect(sameRule(rule({ rule: "keepAll" }), rule({ rule: "keepAll", maxCount: 3 }))).toBe(true);
  expect(sameRule(rule({ maxCount: 12 }), rule({ maxCount: 3 }))).toBe(false);
});

test("what cannot be a limit makes no rule", () => {
  expect(ruleOf(typed(rule()))).toBeNull();
  const fields = typed(rule({ maxCount: 12 }));
  for (const text of ["", "0", "-1", "many", "1.5", "1e99"]) {
    fields.limits.maxCount.text = text;
    expect(ruleOf(fields), text).toBeNull();
  }
  expect([wrongWith("maxCount", { on: true, text: "1.5" }), wrongWith("maxBytes", { on: true, text: "1,5" })]).toEqual(["A whole number.", null]);
});
