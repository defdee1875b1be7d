import { call } from "../api/call";
import type { VersionSummary } from "../api/generated";
import { host } from "../api/host";
import type { Range } from "../parts/selection.svelte";

const CHUNK = 10_000;

/** The ids at these positions of a view. */
export async function idsAt(view: number, ranges: Range[]): Promise<number[]> {
  const ids: number[] = [];
  for (const [start, end] of ranges) {
    for (let from = start; from < end; from += CHUNK) {
      ids.push(...(await call("view.ids", { view, from, count: Math.min(CHUNK, end - from) })));
    }
  }
  return ids;
}

/** Asks where to, then writes a version out as the folder that Apple's own programs take. */
export async function startNative({ id, location }: VersionSummary): Promise<void> {
  const to = await host.chooseFolder("Save the backup folder into which folder?");
  if (to !== null) await call("native.start", { version: id, location, to });
}

export interface ToExport {
  version: string;
  location: string;
  kind: string;
  format: string;
  /** All items of the kind when null. */
  ids: (() => Promise<number[]>) | null;
}

/** Asks where to, then starts the job; it shows itself from there on. Does nothing when no folder is chosen. */
export async function startExport({ version, location, kind, format, ids }: ToExport): Promise<void> {
  const to = await host.chooseFolder("Export into which folder?");
  if (to === null) return;
  const whole = { from: null, until: null, messages: null, attachments: true, hashes: false, again: null };
  await call("export.start", { version, location, kind, format, to, ids: ids && (await ids()), ...whole });
}
