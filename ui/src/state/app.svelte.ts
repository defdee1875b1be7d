import { asApiError, call } from "../api/call";
import { listen } from "../api/events";
import type { Action, ApiError, AppState, DamagedRecord, Device, Job, Location, Offers, Prompt, SealedVersion, Settings, Topic, VersionSummary } from "../api/generated";
import { say } from "../parts/toasts.svelte";

/** What shows on the page of the device it is about. */
const OWN = new Set<Action>(["backUp", "pair", "changePassword", "restore"]);
const FINAL = new Set(["done", "failed", "cancelled"]);

/** What the engine says now; kept fresh by its events. */
class App {
  /** False until the first answers are here. */
  ready = $state(false);
  problem = $state<ApiError | null>(null);
  state = $state.raw<AppState | null>(null);
  settings = $state.raw<Settings | null>(null);
  devices = $state.raw<Device[]>([]);
  locations = $state.raw<Location[]>([]);
  versions = $state.raw<VersionSummary[]>([]);
  /** Version records that could not be read. */
  damaged = $state.raw<DamagedRecord[]>([]);
  /** Versions whose key is not on this computer. */
  sealed = $state.raw<SealedVersion[]>([]);
  jobs = $state.raw<Job[]>([]);
  /** Backups of other programs that could be kept. */
  offers = $state.raw<Offers | null>(null);
  /** What the person should do now, by device. */
  prompts = $state<Record<string, Prompt>>({});
  /** Counts up each minute, so that "2 minutes ago" stays true. */
  now = $state(Date.now());

  #running = new Map<Topic, Promise<void>>();
  #again = new Set<Topic>();
  /** Jobs told of while the list of them is on its way: newer than what it says. */
  #told = new Map<number, Job>();
  #refresh: Record<Topic, () => Promise<void>> = {
    app: async () => void (this.state = await call("app.state")),
    devices: async () => void (this.devices = await call("devices.list")),
    locations: async () => void (this.locations = await call("locations.list")),
    versions: async () => {
      const { versions, damaged, sealed } = await call("versions.list", { udid: null, location: null });
      this.versions = versions;
      this.damaged = damaged;
      this.sealed = sealed;
      this.devices = await call("devices.list");
    },
    settings: async () => void (this.settings = await call("settings.get")),
    pretend: async () => {
      this.state = await call("app.state");
      this.devices = await call("devices.list");
    },
    locks: async () => this.refresh("versions"),
    offers: async () => void (this.offers = await call("offers.list")),
    jobs: async () => {
      this.#told.clear();
      this.jobs = await call("jobs.list");
      for (const job of this.#told.values()) this.#take(job);
    },
  };

  /** Begins to listen, then asks for everything. Returns the function that ends it. */
  start(): () => void {
    const listening = listen({
      job: (job) => this.#take(job),
      changed: (topic) => void this.refresh(topic),
      attention: (prompt) => void (this.prompts[prompt.udid] = prompt),
    });
    const clock = setInterval(() => (this.now = Date.now()), 30_000);
    // Only then, so that no change falls between an answer and the listening.
    void listening.begun.catch(() => {}).then(() => this.load());
    return () => {
      listening.stop();
      clearInterval(clock);
    };
  }

  async load() {
    this.problem = null;
    try {
      const first = ["app", "settings", "locations", "jobs", "offers"] as const;
      await Promise.all(first.map((topic) => this.#refresh[topic]()));
      await this.#refresh.versions();
      this.ready = true;
    } catch (wrong) {
      this.problem = asApiError(wrong);
    }
  }

  /** Asks again for a topic. A change told while an answer is on its way is asked for once more after it. */
  async refresh(topic: Topic) {
    const running = this.#running.get(topic);
    if (running) {
      this.#again.add(topic);
      return running;
    }
    const work = this.#refreshed(topic).finally(() => this.#running.delete(topic));
    this.#running.set(topic, work);
    return work;
  }

  async #refreshed(topic: Topic) {
    do {
      this.#again.delete(topic);
      try {
        await this.#refresh[topic]();
      } catch (wrong) {
        say(asApiError(wrong).message);
      }
    } while (this.#again.has(topic));
  }

  /** Whether versions may lie where nothing can be read now: out of reach, or sealed with a key that is not here. */
  get away(): boolean {
    return this.locations.some(({ problem, sealing }) => problem !== null || sealing.needs.length > 0);
  }

  device(udid: string): Device | undefined {
    return this.devices.find((device) => device.udid === udid);
  }

  version(id: string): VersionSummary | undefined {
    return this.versions.find((version) => version.id === id);
  }

  job(id: number): Job | undefined {
    return this.jobs.find((job) => job.id === id);
  }

  versionsOf(udid: string): VersionSummary[] {
    return this.versions.filter((version) => version.udid === udid);
  }

  /** The job a device is busy with, or the last one of it that ended and was not put away. */
  jobOf(udid: string): Job | undefined {
    const own = this.jobs.filter((job) => job.udid === udid && OWN.has(job.action));
    return own.find((job) => !FINAL.has(job.state)) ?? own.at(-1);
  }

  /** Puts an ended job away. A device that was listed for it alone goes with it. */
  async dismiss(job: Job) {
    this.jobs = this.jobs.filter(({ id }) => id !== job.id);
    try {
      await call("job.dismiss", { job: job.id });
    } catch (wrong) {
      say(asApiError(wrong).message);
    }
    await this.refresh("devices");
  }

  #take(job: Job) {
    this.#told.set(job.id, job);
    const at = this.jobs.findIndex(({ id }) => id === job.id);
    this.jobs = at < 0 ? [...this.jobs, job] : this.jobs.with(at, job);
    const waiting = job.phase === "waitingForTrust" || job.phase === "waitingForUnlock" || job.phase === "waitingForPasscode";
    if (job.udid && (!waiting || FINAL.has(job.state))) delete this.prompts[job.udid];
  }
}

export function isOver(job: Job): boolean {
  return FINAL.has(job.state);
}

export const app = new App();
