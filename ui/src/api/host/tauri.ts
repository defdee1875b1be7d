import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import type { Event } from "../generated";
import type { Host } from "./host";

/** The desktop shell. */
export function tauriHost(): Host {
  // On Windows a custom scheme is an address of its own; asking for an empty path tells which form is in use.
  const media = convertFileSrc("", "media");
  return {
    call: (name, body) => invoke("call", { name, body }),
    listen(on) {
      const started = listen<Event>("event", (event) => on(event.payload));
      return { begun: started.then(() => {}), stop: ending(started) };
    },
    mediaUrl: (path) => media + path,
    chooseFolder: (title) => invoke<string | null>("plugin:dialog|open", { options: { directory: true, title } }),
    chooseFiles: async (title) => (await invoke<string[] | null>("plugin:dialog|open", { options: { multiple: true, title } })) ?? [],
    chooseNewFile: (title, name) => invoke<string | null>("plugin:dialog|save", { options: { title, defaultPath: name } }),
    reveal: (path) => invoke("plugin:opener|reveal_item_in_dir", { paths: [path] }),
    openExternal: (url) => invoke("plugin:opener|open_url", { url }),
    onDrop: (on) =>
      ending(
        getCurrentWebview().onDragDropEvent(({ payload }) => {
          if (payload.type === "drop") on({ type: "dropped", paths: payload.paths });
          else on({ type: payload.type === "leave" ? "away" : "over" });
        }),
      ),
  };
}

/** Ends a listening that is itself still being set up. */
function ending(started: Promise<() => void>): () => void {
  return () => void started.then((stop) => stop());
}
