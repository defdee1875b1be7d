import { call } from "../../api/call";
import type { Location } from "../../api/generated";
import { host } from "../../api/host";
import { say } from "../../parts/toasts.svelte";
import { plainName } from "../encryption/task";

/** Asks where to, and writes the sheet with the recovery key to print and keep. */
export async function saveKeySheet({ path, name }: Location): Promise<void> {
  const to = await host.chooseNewFile("Save the recovery sheet as", `Recovery key of ${plainName(name)}.html`);
  if (to === null) return;
  const saved = await call("sealing.sheet", { path, to });
  say("The recovery sheet is saved. Print it, then delete it.", { title: "Show in Folder", run: () => void host.reveal(saved.path) });
}
