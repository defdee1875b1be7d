import { expect, test } from "vitest";
import type { KindSummary } from "../../api/generated";
import { NAMES, outcome, plain, QUALITIES, said, tables } from "./exporting";

test("the usual wish keeps everything as it is", () => {
  expect(said({ ...plain(), folder: "/out" })).toEqual({
    to: "/out", content: "both", jpeg: null, sidecars: false, folders: "flat", names: null, again: null,
  });
});

test("a wish in the engine's words", () => {
  const wish = { ...plain(), content: "edits" as const, jpeg: true, quality: "small" as const, folders: "album" as const, names: "time", sidecars: true, again: true, folder: "/out/Photos" };
  expect(said(wish)).toEqual({
    to: "/out/Photos", content: "edits", jpeg: 75, sidecars: true, folders: "album", names: "{date} {time} {name}", again: "/out/Photos",
  });
});

test("every quality is one, every name has the photo's own in it", () => {
  for (const { jpeg } of QUALITIES) expect(jpeg).toBeGreaterThanOrEqual(1);
  for (const { jpeg } of QUALITIES) expect(jpeg).toBeLessThanOrEqual(100);
  for (const { pattern } of NAMES.slice(1)) expect(pattern).toContain("{name}");
});

test("what will be there, in a sentence", () => {
  expect(outcome(plain(), 1)).toContain("the originals of 1 item, with your edits beside them");
  expect(outcome({ ...plain(), jpeg: true, content: "originals" }, 3)).toContain("the originals of 3 items, HEIC turned into JPEG");
  expect(outcome({ ...plain(), sidecars: true }, 3)).toContain("XMP");
  expect(outcome({ ...plain(), again: true }, 3)).toMatch(/^Adds to the earlier export/);
  expect(outcome({ ...plain(), as: "csv" }, 3)).toContain("The photos themselves are not in it");
});

test("tables are the formats of one file", () => {
  const kind = { formats: [{ id: "folder", title: "Folder", extension: null }, { id: "csv", title: "CSV", extension: "csv" }] } as KindSummary;
  expect(tables(kind).map(({ id }) => id)).toEqual(["csv"]);
});
