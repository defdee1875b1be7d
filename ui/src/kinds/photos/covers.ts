import type { Album, KeywordCount, PhotoPerson, PlaceCount } from "../../api/generated";

/** A cover and what is behind it. */
export interface Cover {
  id: string;
  title: string;
  count: number;
  /** Media path of its picture. */
  picture: string | null;
  filter: Record<string, string>;
  /** The heading it stands under, if any, and what all under it is filtered by. */
  group: string | null;
  groupFilter?: Record<string, string>;
  shared?: boolean;
}

export function albumCovers(albums: Album[]): Cover[] {
  return albums.map((album): Cover => ({
    id: String(album.id),
    title: album.title,
    count: album.count,
    picture: album.cover,
    filter: { album: String(album.id) },
    group: album.folders.join(" › ") || null,
    groupFilter: album.folder_ids.length > 0 ? { folder: String(album.folder_ids.at(-1)) } : undefined,
    shared: album.shared,
  }));
}

export function peopleCovers(people: PhotoPerson[]): Cover[] {
  return people.map((person): Cover => ({
    id: String(person.id),
    title: person.name ?? "Unnamed",
    count: person.count,
    picture: person.cover,
    filter: { person: String(person.id) },
    group: person.name === null ? "Without a name" : null,
  }));
}

/** By country, the one with most pictures first. */
export function placeCovers(places: PlaceCount[]): Cover[] {
  const covers = places.map((place): Cover => ({
    id: place.id,
    title: place.title,
    count: place.count,
    picture: place.cover,
    filter: { place: place.id },
    group: place.country,
  }));
  const sums = new Map<string | null, number>();
  for (const { group, count } of covers) sums.set(group, (sums.get(group) ?? 0) + count);
  return covers.sort((a, b) => (a.group === b.group ? b.count - a.count : (sums.get(b.group) ?? 0) - (sums.get(a.group) ?? 0)));
}

export function keywordCovers(keywords: KeywordCount[]): Cover[] {
  return keywords.map(({ title, count }): Cover => ({ id: title, title, count, picture: null, filter: { keyword: title }, group: null }));
}

/** Covers under one heading. */
export interface Group {
  title: string | null;
  filter?: Record<string, string>;
  covers: Cover[];
}

/** What has the same heading together, what has none first. */
export function grouped(covers: Cover[]): Group[] {
  const groups = new Map<string | null, Group>();
  for (const cover of covers) {
    const group = groups.get(cover.group);
    if (group) group.covers.push(cover);
    else groups.set(cover.group, { title: cover.group, filter: cover.groupFilter, covers: [cover] });
  }
  const all = [...groups.values()];
  return [...all.filter(({ title }) => title === null), ...all.filter(({ title }) => title !== null)];
}
