import { expect, test } from "vitest";
import { albumCovers, grouped, peopleCovers, placeCovers } from "./covers";

test("albums stand under their folders, which can be opened whole", () => {
  const album = { shared: false, count: 3, cover: null };
  const groups = grouped(
    albumCovers([
      { ...album, id: 1, title: "Norge", folders: ["Trips", "North"], folder_ids: [7, 8] },
      { ...album, id: 2, title: "Family", folders: [], folder_ids: [], shared: true },
      { ...album, id: 3, title: "Iceland", folders: ["Trips", "North"], folder_ids: [7, 8], cover: "photo/9" },
    ]),
  );
  expect(groups.map(({ title, filter, covers }) => [title, filter, covers.map(({ title }) => title)])).toEqual([
    [null, undefined, ["Family"]],
    ["Trips › North", { folder: "8" }, ["Norge", "Iceland"]],
  ]);
  expect(groups[1]?.covers[1]).toMatchObject({ filter: { album: "3" }, picture: "photo/9", count: 3 });
  expect(groups[0]?.covers[0]?.shared).toBe(true);
});

test("people without a name come last", () => {
  const groups = grouped(peopleCovers([
    { id: 4, name: null, count: 90, cover: null },
    { id: 5, name: "Ada", count: 2, cover: "photo/1" },
  ]));
  expect(groups.map(({ title, covers }) => [title, covers.map(({ title, filter }) => [title, filter])])).toEqual([
    [null, [["Ada", { person: "5" }]]],
    ["Without a name", [["Unnamed", { person: "4" }]]],
  ]);
});

test("places by country, the most seen first", () => {
  const place = (id: string, country: string | null, count: number) => ({ id, title: id, country, count, cover: null });
  const groups = grouped(placeCovers([place("Oslo", "Norway", 5), place("Porto", "Portugal", 2), place("Lisbon", "Portugal", 9), place("At sea", null, 1)]));
  expect(groups.map(({ title, covers }) => [title, covers.map(({ id }) => id)])).toEqual([
    [null, ["At sea"]],
    ["Portugal", ["Lisbon", "Porto"]],
    ["Norway", ["Oslo"]],
  ]);
});
