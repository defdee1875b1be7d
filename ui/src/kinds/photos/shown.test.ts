import { expect, test } from "vitest";
import type { Counts } from "../../api/generated";
import { emptyOf, everything, hidden, noteOf, shownAt, stopOf, stops, type Sizes } from "./shown";

const counts: Counts = {
  shown: 46, favourites: 3, hidden: 2, deleted: 1, shared: 0, missing: 0,
  types: [{ id: "photo", title: "Photos", count: 40 }, { id: "video", title: "Videos", count: 6 }, { id: "slow-motion", title: "Slo-mo", count: 1 }],
};
const sizes: Sizes = { albums: 8, people: 0, places: null, keywords: 2 };

test("every stop leads to what lights it", () => {
  const all = stops(counts, sizes, { places: "could not be read" });
  expect(all.map(({ id }) => id)).toEqual(["all", "favourites", "albums", "places", "keywords", "type video", "type slow-motion", "hidden", "deleted"]);
  for (const { id } of all) expect(stopOf(shownAt(id, counts))).toBe(id);
  expect(all.filter(({ problem }) => problem).map(({ id }) => id)).toEqual(["places"]);
  expect(all.find(({ apart }) => apart)?.id).toBe("hidden");
  expect(all.find(({ group }) => group)?.id).toBe("type video");
  expect(all.map(({ count }) => count)).toEqual(["46", "3", "8", undefined, "2", "6", "1", "2", "1"]);
});

test("a photo of an album lights the albums", () => {
  expect(stopOf({ narrowing: { title: "Norge", filter: { album: "4" } }, of: "albums" })).toBe("albums");
  expect(stopOf({ narrowing: everything })).toBe("all");
});

test("before anything is known there is the library", () => {
  expect(stops(null, { albums: null, people: null, places: null, keywords: null }).map(({ id }) => id)).toEqual(["all"]);
  expect(shownAt("type video", null)).toEqual({ narrowing: everything });
});

test("what stands where nothing is", () => {
  expect(emptyOf(everything, "xyz").title).toBe("Nothing found for “xyz”");
  expect(emptyOf(everything, "").title).toBe("No photos in this version");
  expect(emptyOf(hidden, "").title).toBe("Nothing is hidden in this version");
  expect(emptyOf({ title: "Norge", filter: { album: "4" } }, "").title).toBe("Nothing in “Norge”");
});

test("originals that are elsewhere are counted beside the library only", () => {
  const away = { ...counts, missing: 14, types: [...counts.types, { id: "cloud", title: "Only in iCloud", count: 12 }] };
  expect(noteOf(everything, away)).toBe("originals of 12 are only in iCloud");
  expect(noteOf(everything, { ...counts, missing: 14 })).toBe("originals of 14 are not in this version");
  expect(noteOf(everything, counts)).toBeNull();
  expect(noteOf({ title: "Favourites", filter: { favourites: "1" } }, away)).toBeNull();
});
