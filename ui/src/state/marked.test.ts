import { expect, test } from "vitest";
import { marked } from "./marked";

test("searched words stand out, whatever their case", () => {
  expect(marked("Lemon cake at the lake", "lake lemon")).toEqual([
    { text: "Lemon", hit: true },
    { text: " cake at the ", hit: false },
    { text: "lake", hit: true },
  ]);
});

test("signs are only signs", () => {
  expect(marked("1+1 (two)", "+ (")).toEqual([
    { text: "1", hit: false },
    { text: "+", hit: true },
    { text: "1 ", hit: false },
    { text: "(", hit: true },
    { text: "two)", hit: false },
  ]);
  expect(marked("text", "  ")).toEqual([{ text: "text", hit: false }]);
});
