/** A folder asked for where there is no system dialog: the page shows a field for it. */
export const askedPath = $state<{ title: string | null }>({ title: null });
let answer: ((path: string | null) => void) | undefined;

export function askPath(title: string): Promise<string | null> {
  answer?.(null);
  askedPath.title = title;
  return new Promise((resolve) => (answer = resolve));
}

export function answerPath(path: string | null) {
  askedPath.title = null;
  answer?.(path);
  answer = undefined;
}
