import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith(".test.ts"))
  .map((name) => ({ name, text: readFileSync(`src/${name}`, "utf8") }));
const breaking = (rule: (file: { name: string; text: string }) => boolean) => files.filter(rule).map(({ name }) => name);

test("the design system knows nothing of phones", () => {
  expect(files.length).toBeGreaterThan(50);
  const parts = ({ name }: { name: string }) => name.startsWith("parts/") && name !== "parts/icons.ts";
  expect(breaking((file) => parts(file) && /from "\.\.\//.test(file.text))).toEqual([]);
  expect(breaking((file) => parts(file) && /iphone|backup|device/i.test(file.text))).toEqual([]);
});

test("kinds and states do not reach up to the screens", () => {
  expect(breaking(({ name, text }) => /^(kinds|state|api)\//.test(name) && /from "(\.\.\/)+screens/.test(text))).toEqual([]);
  expect(breaking(({ name, text }) => /^(state|api)\//.test(name) && /from "(\.\.\/)+kinds/.test(text))).toEqual([]);
});
