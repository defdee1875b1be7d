import type { VersionSummary } from "../api/generated";
import { say } from "../parts/toasts.svelte";
import { app } from "./app.svelte";
import { router } from "./route.svelte";

/** Opens a version by its id, wherever it is kept. Says so, and answers false, when it is out of reach. */
export async function browse(id: string, kind = "", item?: number): Promise<boolean> {
  const known = (): VersionSummary | undefined => app.versions.find((version) => version.id === id);
  if (!known()) await app.refresh("versions");
  const version = known();
  if (version) router.go({ page: "browse", version: id, location: version.location, kind, item });
  else say(outOfReach());
  return version !== undefined;
}

function outOfReach(): string {
  const away = app.locations.filter(({ problem }) => problem !== null).map(({ name }) => `“${name}”`);
  if (away.length === 0) return "This version is not in any of the known locations any more.";
  const isAway = away.length === 1 ? "which is not reachable now" : "which are not reachable now";
  return `This version cannot be opened: it may be in ${away.join(" or ")}, ${isAway}. Connect the disk and try again.`;
}
