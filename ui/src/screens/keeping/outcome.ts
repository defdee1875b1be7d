import type { Job } from "../../api/generated";
import { bytes, counted } from "../../parts/format";

/** What looking after a location came to, in words; nothing for other jobs. */
export function outcomeOf({ state, result }: Job): string | null {
  if (result?.type === "verified") {
    const bad = result.damagedCount + result.records.length;
    const repaired = result.damaged.filter((content) => content.repaired).length;
    const found = `${counted(bad, "problem")} found${repaired > 0 ? `, ${repaired} of them repaired from another location` : ""}; see the health of the location.`;
    const looked = `${counted(result.objects, "item")}, ${bytes(result.bytes)} looked at: `;
    const left = state === "cancelled" ? " Stopped before the end." : "";
    const closed = result.sealed > 0 ? ` ${counted(result.sealed, "version")} could not be looked at: sealed, and the key is not on this computer.` : "";
    return looked + (bad === 0 ? "all as stored." : found) + closed + left;
  }
  if (result?.type === "reclaimed") {
    const parts = [
      result.expired > 0 && `${counted(result.expired, "version")} removed, to be brought back for 7 days if need be`,
      result.versions > 0 && `${counted(result.versions, "version")} gone for good`,
      result.objects > 0 ? `${bytes(result.bytes)} freed` : "nothing to free yet",
      result.keptYoung > 0 && `${counted(result.keptYoung, "item")} not 7 days old, kept for now`,
      result.stopped && "ended early; the rest follows next time",
    ].filter((part) => typeof part === "string");
    const text = parts.join("; ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }
  if (result?.type === "moved") {
    const how = result.objects > 0 ? `${bytes(result.bytes)} copied, each item compared on the way.` : "Nothing had to be copied.";
    const damaged = result.damaged > 0 ? ` ${counted(result.damaged, "item")} had been damaged before and ${result.damaged === 1 ? "is" : "are"} not whole here either; verify to see which.` : "";
    return `Moved here from ${result.from}. ${how}${damaged}`;
  }
  if (result?.type === "oldCopyDeleted") return `The old copy is deleted: ${bytes(result.bytes)} freed.`;
  return state === "cancelled" ? "Stopped before the end." : null;
}
