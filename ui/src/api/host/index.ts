import type { Host } from "./host";
import { tauriHost } from "./tauri";
import { webHost } from "./web";

export type { Drop, Host, Listening } from "./host";
export { askedPath, answerPath } from "./asked.svelte";

export const host: Host = "__TAURI_INTERNALS__" in window ? tauriHost() : webHost();
