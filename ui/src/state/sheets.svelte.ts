/** What lies over the page just now. */
class Sheets {
  /** The import sheet: open with a folder, or open to choose one. */
  importing = $state.raw<{ folder: string | null } | null>(null);
  /** A link somebody wrote, waiting for a yes. */
  link = $state.raw<string | null>(null);
}

export const sheets = new Sheets();
