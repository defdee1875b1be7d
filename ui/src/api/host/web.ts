import { askPath } from "./asked.svelte";
import type { Topic } from "../generated";
import type { Host } from "./host";

const TOPICS: Topic[] = ["app", "settings", "locations", "versions", "devices", "jobs", "locks", "offers"];

/** The engine behind a web server on the same address. */
export function webHost(): Host {
  return {
    async call(name, body) {
      const response = await fetch(`/call/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw answer;
      return answer;
    },
    listen(on) {
      const source = new EventSource("/events");
      let lost = false;
      source.onmessage = (message: MessageEvent<string>) => on(JSON.parse(message.data));
      const begun = new Promise<void>((resolve) => {
        source.onerror = () => {
          lost = true;
          resolve();
        };
        source.onopen = () => {
          // What happened meanwhile was not told, so everything is asked for again.
          if (lost) TOPICS.forEach((value) => on({ type: "changed", value }));
          resolve();
        };
      });
      return { begun, stop: () => source.close() };
    },
    mediaUrl: (path) => `/media/${path}`,
    chooseFolder: (title) => askPath(title),
    chooseFiles: async (title) => [await askPath(title, "file")].filter((path) => path !== null),
    chooseNewFile: (title, name) => askPath(title, "file", name),
    async reveal(path) {
      await navigator.clipboard?.writeText(path);
    },
    async openExternal(url) {
      window.open(url, "_blank", "noopener,noreferrer");
    },
    onDrop: () => () => {},
  };
}
