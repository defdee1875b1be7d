/** A path asked for where there is no system dialog: the page shows a field for it. */
export const askedPath = $state<{ title: string | null; what: "folder" | "file"; path: string }>({ title: null, what: "folder", path: "" });
let answer: ((path: string | null) => void) | undefined;

/** `path` is what the field begins with. */
export function askPath(title: string, what: "folder" | "file" = "folder", path = ""): Promise<string | null> {
  answer?.(null);
  Object.assign(askedPath, { title, what, path });
  return new Promise((resolve) => (answer = resolve));
}

export function answerPath(path: string | null) {
  askedPath.title = null;
  answer?.(path);
  answer = undefined;
}
