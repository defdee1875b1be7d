import type { Counts } from "../../api/generated";
import { number } from "../../parts/format";
import type { IconName } from "../../parts/icons";
import type { Stop } from "../../parts/Rail.svelte";

/** Photos that belong together, as the engine's filter names them. */
export interface Narrowing {
  title: string;
  filter: Record<string, string>;
}

export const everything: Narrowing = { title: "All Photos", filter: {} };
export const hidden: Narrowing = { title: "Hidden", filter: { hidden: "1" } };
export const deleted: Narrowing = { title: "Recently Deleted", filter: { deleted: "1" } };

/** Pages of covers. */
export const COLLECTIONS = ["albums", "people", "places", "keywords"] as const;
export type Collection = (typeof COLLECTIONS)[number];

export const TITLES: Record<Collection, string> = { albums: "Albums", people: "People", places: "Places", keywords: "Keywords" };
export const SIGNS: Record<Collection, IconName> = { albums: "album", people: "contacts", places: "mapPin", keywords: "tag" };

/** What the page shows: photos, or the covers of a collection. Photos that were reached over a cover know which. */
export type Shown = { narrowing: Narrowing; of?: Collection } | { collection: Collection };

/** How many of each collection there are; null while unknown. */
export type Sizes = Record<Collection, number | null>;

const TYPE_SIGNS: Record<string, IconName> = {
  video: "video",
  live: "live",
  selfie: "contacts",
  panorama: "side",
  burst: "copy",
  screenshot: "phone",
  recording: "phone",
  "slow-motion": "clock",
  "time-lapse": "clock",
  edited: "pencil",
  cloud: "cloud",
};

const isCollection = (id: string): id is Collection => (COLLECTIONS as readonly string[]).includes(id);
const typeNarrowing = (id: string, title: string): Narrowing => ({ title, filter: { type: id } });

/** The stop that is lit for what is shown. */
export function stopOf(shown: Shown): string {
  if ("collection" in shown) return shown.collection;
  if (shown.of) return shown.of;
  const { filter } = shown.narrowing;
  if (filter.type) return `type ${filter.type}`;
  return Object.keys(filter)[0] ?? "all";
}

/** Where a stop leads. */
export function shownAt(stop: string, counts: Counts | null): Shown {
  if (isCollection(stop)) return { collection: stop };
  const type = counts?.types.find(({ id }) => stop === `type ${id}`);
  if (type) return { narrowing: typeNarrowing(type.id, type.title) };
  const titles: Record<string, Narrowing> = {
    favourites: { title: "Favourites", filter: { favourites: "1" } },
    shared: { title: "Shared", filter: { shared: "1" } },
    hidden,
    deleted,
  };
  return { narrowing: titles[stop] ?? everything };
}

/** Everything there is to look at: the library, its collections, sorts of photos, and what is kept apart. What is empty, or not known yet, is left out. */
export function stops(counts: Counts | null, sizes: Sizes, problems: Partial<Record<Collection, unknown>> = {}): Stop[] {
  const count = (many: number | null | undefined) => (many == null ? undefined : number(many));
  const library: Stop[] = [{ id: "all", title: everything.title, icon: "photos", count: count(counts?.shown) }];
  if (counts?.favourites) library.push({ id: "favourites", title: "Favourites", icon: "heart", count: count(counts.favourites) });
  const collections = COLLECTIONS.filter((id) => sizes[id] || problems[id]).map(
    (id): Stop => ({ id, title: TITLES[id], icon: SIGNS[id], count: count(sizes[id]), problem: problems[id] !== undefined }),
  );
  const types = (counts?.types ?? []).filter(({ id }) => id !== "photo").map(
    ({ id, title, count: many }, i): Stop => ({ id: `type ${id}`, title, icon: TYPE_SIGNS[id] ?? "photos", count: count(many), group: i === 0 ? "Media types" : undefined }),
  );
  const apart: Stop[] = [];
  if (counts?.shared) apart.push({ id: "shared", title: "Shared", icon: "chats", count: count(counts.shared) });
  if (counts?.hidden) apart.push({ id: "hidden", title: hidden.title, icon: "eyeOff", count: count(counts.hidden) });
  if (counts?.deleted) apart.push({ id: "deleted", title: deleted.title, icon: "trash", count: count(counts.deleted) });
  if (apart[0]) apart[0].apart = true;
  return [...library, ...collections, ...types, ...apart];
}

/** What stands where there is nothing to show. */
export function emptyOf({ title, filter }: Narrowing, text: string): { title: string; text?: string } {
  if (text) return { title: `Nothing found for “${text}”`, text: "Names, captions, dates, people, places, albums and keywords are searched." };
  if (filter.hidden) return { title: "Nothing is hidden in this version" };
  if (filter.deleted) return { title: "Nothing was deleted lately", text: "An iPhone keeps deleted photos for up to 40 days." };
  return { title: Object.keys(filter).length === 0 ? "No photos in this version" : `Nothing in “${title}”` };
}

/** What must be known about the photos shown, in a few words. */
export function noteOf({ filter }: Narrowing, counts: Counts | null): string | null {
  const away = counts?.types.find(({ id }) => id === "cloud")?.count ?? 0;
  if (filter.deleted) return "an iPhone keeps them for up to 40 days";
  if (filter.type === "cloud") return "shown is the best picture that was on the iPhone";
  if (Object.keys(filter).length > 0 || !counts) return null;
  if (away > 0) return `originals of ${number(away)} are only in iCloud`;
  return counts.missing > 0 ? `originals of ${number(counts.missing)} are not in this version` : null;
}
