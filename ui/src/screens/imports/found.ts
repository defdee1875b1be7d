import type { Code, FoundBackup, ImportedBackup } from "../../api/generated";
import { bytes, counted } from "../../parts/format";

/** What stands in the way of keeping a backup whole, in a word. */
const WORDS: Partial<Record<Code, string>> = {
  backupUnfinished: "Unfinished",
  backupInfoEmpty: "Unfinished",
  backupDamaged: "Damaged",
  backupIncomplete: "Files missing",
  backupOldFormat: "Too old",
  folderForbidden: "Not readable",
};

export interface State {
  word: string;
  look: "plain" | "good" | "warn";
}

/** How a backup in a folder stands: "Kept already", "Unfinished", "Damaged", or nothing to say. */
export function stateOf(found: FoundBackup): State | null {
  if (found.imported !== null) return { word: "Kept already", look: "good" };
  if (found.problem === null) return null;
  return { word: WORDS[found.problem.code] ?? "Not usable", look: "warn" };
}

/** Whether it can be chosen; what is not whole only when that is wanted. */
export function canTake(found: FoundBackup, incomplete: boolean): boolean {
  return found.imported === null && (found.problem === null || (incomplete && found.incomplete));
}

/** What became of all the backups of an import, in a sentence. */
export function outcomeOf(backups: ImportedBackup[]): string {
  const kept = backups.filter(({ version }) => version !== null);
  const fresh = kept.reduce((sum, backup) => sum + backup.new_bytes, 0);
  const shared = kept.reduce((sum, backup) => sum + backup.shared_bytes, 0);
  const size = `${bytes(fresh)} new${shared > 0 ? `, ${bytes(shared)} shared with the folder` : ""}`;
  const [only] = backups;
  if (backups.length === 1 && only) return `${counted(only.files, "file")}, ${size}`;
  const failed = backups.length - kept.length;
  const sum = `${counted(kept.length, "version was", "versions were")} made, ${size}.`;
  return failed > 0 ? `${sum} ${counted(failed, "backup was", "backups were")} not kept.` : sum;
}
