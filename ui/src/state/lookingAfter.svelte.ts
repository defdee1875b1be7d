import { call } from "../api/call";
import type { Job } from "../api/generated";
import { app } from "./app.svelte";

type Care = "verify" | "reclaim" | "apply" | "move" | "removeOld";
const CARES: Care[] = ["verify", "reclaim", "apply", "move", "removeOld"];

/** The jobs that look after a location, by its path: its page shows them, the tray where that page is not open. */
class LookingAfter {
  #jobs = $state.raw<Record<string, number>>({});

  async verify(path: string, depth: "presence" | "bytes") {
    this.#took(path, "verify", await call("location.verify", { path, depth }));
  }

  async reclaim(path: string) {
    this.#took(path, "reclaim", await call("location.reclaim", { path }));
  }

  /** Gives up what the location's rule says, now. */
  async apply(path: string) {
    this.#took(path, "apply", await call("retention.apply", { path }));
  }

  async move(path: string, to: string) {
    this.#took(path, "move", await call("location.move", { from: path, to }));
  }

  /** A move has ended: what came of it is shown at the new place. */
  arrived(to: string, job: Job) {
    this.#took(to, "move", { job: job.id });
  }

  async removeOld(path: string) {
    this.#took(path, "removeOld", await call("location.removeOld", { path }));
  }

  job(path: string, care: Care): Job | undefined {
    const id = this.#jobs[`${care} ${path}`];
    return id === undefined ? undefined : app.job(id);
  }

  /** Whether a job is one of this location. */
  isOf(path: string, { id }: Job): boolean {
    return CARES.some((care) => this.#jobs[`${care} ${path}`] === id);
  }

  #took(path: string, care: Care, { job }: { job: number }) {
    this.#jobs = { ...this.#jobs, [`${care} ${path}`]: job };
  }
}

export const lookingAfter = new LookingAfter();
