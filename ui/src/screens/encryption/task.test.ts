// @vitest-environment jsdom
import { expect, test } from "vitest";
import { changeOf, plainName } from "./task";

test("what is sent is what was asked for", () => {
  expect(changeOf("on", "", "new")).toEqual({ kind: "on", new: "new" });
  expect(changeOf("change", "old", "new")).toEqual({ kind: "change", old: "old", new: "new" });
  expect(changeOf("off", "old", "left over")).toEqual({ kind: "off", old: "old" });
});

test("a device’s name is no path", () => {
  expect(plainName("Ada’s iPhone")).toBe("Ada’s iPhone");
  expect(plainName("../../etc: a|b?\u0000")).toBe(".. .. etc a b");
  expect(plainName("///")).toBe("iPhone");
  expect(plainName("x".repeat(300))).toHaveLength(60);
});
