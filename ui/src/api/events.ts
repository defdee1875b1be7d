import type { Event, Job, Prompt, Topic } from "./generated";
import { host } from "./host";
import type { Listening } from "./host";

interface Listeners {
  job?: (job: Job) => void;
  changed?: (topic: Topic) => void;
  attention?: (prompt: Prompt) => void;
}

/** Passes on what the engine says until it is stopped. */
export function listen(listeners: Listeners): Listening {
  return host.listen((event: Event) => {
    if (event.type === "job") listeners.job?.(event.value);
    else if (event.type === "changed") listeners.changed?.(event.value);
    else listeners.attention?.(event.value);
  });
}
