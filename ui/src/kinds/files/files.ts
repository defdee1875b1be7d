import type { Load } from "../../parts/pages";

/** The folder a folder is in; empty at the top. */
export function parent(folder: string): string {
  return folder.includes("/") ? folder.slice(0, folder.lastIndexOf("/")) : "";
}

/** Those that hold every typed word, whatever the case. */
export function filtered<T>(all: T[], typed: string, text: (one: T) => string): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  return all.filter((one) => words.every((word) => text(one).toLowerCase().includes(word)));
}

/** Pages of what is here already. */
export function inMemory<T>(all: T[]): Load<T> {
  return async (from, count) => all.slice(from, from + count);
}
