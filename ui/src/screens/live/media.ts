import { call } from "../../api/call";
import type { DeviceFile } from "../../api/generated";
import type { Section } from "../../parts/grid";
import type { IconName } from "../../parts/icons";

/** Where the camera roll is. */
const TOP = "DCIM";

export interface Roll {
  files: DeviceFile[];
  /** One for each folder. */
  sections: Section[];
  bytes: number;
}

/** Every photo and video of the camera roll, the newest folder first; `told` hears which folder is read. */
export async function readRoll(udid: string, told: (at: number, of: number) => void, wanted: () => boolean): Promise<Roll | null> {
  const list = (path: string) => call("device.media.list", { udid, path });
  const top = await list(TOP);
  const folders = top.filter(({ kind }) => kind === "folder").sort((a, b) => byName(b, a));
  const groups: [string, DeviceFile[]][] = [];
  for (const [i, folder] of folders.entries()) {
    told(i, folders.length);
    const inside = (await list(folder.path)).filter(({ kind }) => kind === "file").sort((a, b) => newestFirst(a, b));
    if (!wanted()) return null;
    if (inside.length > 0) groups.push([folder.name, inside]);
  }
  const loose = top.filter(({ kind }) => kind === "file");
  if (loose.length > 0) groups.push([TOP, loose]);
  return asRoll(groups);
}

export function asRoll(groups: [string, DeviceFile[]][]): Roll {
  let from = 0;
  const sections = groups.map(([title, { length: count }]) => {
    const section = { title, from, count };
    from += count;
    return section;
  });
  const files = groups.flatMap(([, inside]) => inside);
  return { files, sections, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

function byName(a: DeviceFile, b: DeviceFile): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true });
}

function newestFirst(a: DeviceFile, b: DeviceFile): number {
  return (b.modified ?? 0) - (a.modified ?? 0) || byName(b, a);
}

/** The last part of a path of this computer, whichever system it runs. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** What a file looks like on the wall. */
export function signOf({ name, kind }: DeviceFile): IconName {
  if (kind === "folder") return "folder";
  if (kind === "link") return "link";
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (["mov", "mp4", "m4v"].includes(ending)) return "video";
  if (["jpg", "jpeg", "heic", "png", "dng", "gif", "webp"].includes(ending)) return "photos";
  return "file";
}
