import type { VersionSummary } from "../api/generated";

/** What to do about the password of a device's backups. */
export type PasswordTask = "on" | "change" | "off" | "check" | "unknown";

/** What lies over the page just now. */
class Sheets {
  /** The import sheet: open with a folder, or open to choose one. */
  importing = $state.raw<{ folder: string | null } | null>(null);
  /** A link somebody wrote, waiting for a yes. */
  link = $state.raw<string | null>(null);
  encryption = $state.raw<{ udid: string; task: PasswordTask } | null>(null);
  /** The version to put onto a device. */
  restoring = $state.raw<VersionSummary | null>(null);
  /** The version to give up. */
  removing = $state.raw<VersionSummary | null>(null);
}

export const sheets = new Sheets();
