import type { KeptBecause, RetentionKind, RetentionRule } from "../../api/generated";

/** A limit as it is typed: whether it counts, and its number. */
export interface TypedLimit {
  on: boolean;
  text: string;
}
export type LimitId = "maxCount" | "maxBytes" | "freeFloor";
export interface TypedRule {
  kind: RetentionKind;
  limits: Record<LimitId, TypedLimit>;
  shrinkAccepted: RetentionRule["shrinkAccepted"];
}

const GB = 1_000_000_000;
const unit = (id: LimitId) => (id === "maxCount" ? 1 : GB);
/** What is offered first when a limit is switched on. */
const FIRST: Record<LimitId, string> = { maxCount: "30", maxBytes: "200", freeFloor: "50" };
const IDS: LimitId[] = ["maxCount", "maxBytes", "freeFloor"];

export function typed(rule: RetentionRule): TypedRule {
  const limit = (id: LimitId): TypedLimit => {
    const value = rule[id];
    return value === null ? { on: false, text: FIRST[id] } : { on: true, text: String(+(value / unit(id)).toFixed(3)) };
  };
  return {
    kind: rule.rule,
    limits: { maxCount: limit("maxCount"), maxBytes: limit("maxBytes"), freeFloor: limit("freeFloor") },
    shrinkAccepted: rule.shrinkAccepted,
  };
}

/** What is wrong with a limit as typed; nothing when it is fine or does not count. */
export function wrongWith(id: LimitId, { on, text }: TypedLimit): string | null {
  const value = Number(text.trim().replace(",", "."));
  if (!on) return null;
  if (text.trim() === "" || !(value > 0) || value > 1_000_000) return "A number above 0.";
  return id === "maxCount" && !Number.isInteger(value) ? "A whole number." : null;
}

/** The rule as the engine takes it; nothing while a number in it is wrong, or there is no limit where there must be one. */
export function ruleOf({ kind, limits, shrinkAccepted }: TypedRule): RetentionRule | null {
  const counting = kind === "keepAll" ? [] : IDS.filter((id) => limits[id].on);
  if (counting.some((id) => wrongWith(id, limits[id]) !== null) || (kind === "limits" && counting.length === 0)) return null;
  const value = (id: LimitId) =>
    counting.includes(id) ? Math.round(Number(limits[id].text.trim().replace(",", ".")) * unit(id)) : null;
  return { rule: kind, maxCount: value("maxCount"), maxBytes: value("maxBytes"), freeFloor: value("freeFloor"), shrinkAccepted };
}

/** Whether two rules keep the same versions. */
export function sameRule(a: RetentionRule, b: RetentionRule): boolean {
  const limits = (rule: RetentionRule) => (rule.rule === "keepAll" ? [] : IDS.map((id) => rule[id]));
  return a.rule === b.rule && JSON.stringify(limits(a)) === JSON.stringify(limits(b));
}

/** Why a version stays. */
export const BECAUSE: Record<KeptBecause, string> = {
  every: "No limit is reached",
  newest: "The newest complete one",
  pinned: "You pinned it",
  imported: "Imported",
  beforeDeviceChange: "The last before another iPhone",
  beforeSystemUpdate: "The last before a major iOS update",
  lastThree: "One of the last three",
  recent: "Recent",
  daily: "The last of its day",
  weekly: "The last of its week",
  monthly: "The last of its month",
  paused: "Nothing goes for now",
};
