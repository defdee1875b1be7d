/** A recovery key in lines of a few groups, as it is written down. */
export function linesOf(key: string, groups = 4): string[] {
  const all = key.split("-");
  return Array.from({ length: Math.ceil(all.length / groups) }, (_, line) => all.slice(line * groups, (line + 1) * groups).join(" "));
}

/** Letters of a recovery key: what a person typed, without blanks and the letters that are none. */
export function lettersOf(typed: string): string {
  return typed.toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1").replace(/[^0-9A-Z]/g, "");
}

/** How many letters and digits a recovery key has. */
export const LETTERS = 56;
