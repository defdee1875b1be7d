import type { Device, Job, Phase, Prompt } from "../api/generated";
import { ago, daysBetween } from "../parts/format";

/** After so many days a backup is called out as old. */
export const OLD_DAYS = 7;

export interface Sentence {
  big: string;
  small: string;
  tone: "good" | "plain" | "warn" | "wait";
}

const ASKS: Partial<Record<Phase, string>> = {
  waitingForTrust: "Tap Trust on the iPhone",
  waitingForUnlock: "Unlock the iPhone",
  waitingForPasscode: "Enter your passcode on the iPhone",
};
const AT_WORK: Partial<Record<Job["action"], string>> = {
  pair: "Connecting…",
  changePassword: "Changing the backup password…",
  restore: "Restoring…",
};

/** What a job waits for the person to do on the device; nothing when it goes on by itself. */
export function asked(job: Job, prompt?: Prompt): string | undefined {
  const byPrompt = { tapTrust: "waitingForTrust", unlock: "waitingForUnlock", enterPasscode: "waitingForPasscode" } as const;
  return ASKS[job.phase] ?? (prompt && job.phase === "starting" ? ASKS[byPrompt[prompt.kind]] : undefined);
}

/** The one big statement of a device page; `away` says whether versions may lie where nothing can be read now. */
export function sentence(device: Device, job: Job | undefined, prompt: Prompt | undefined, now: number, away = false): Sentence {
  if (job && (job.state === "running" || job.state === "cancelling")) return atWork(device, job, prompt);
  const rest = standing(device, now, away);
  if (!device.attached) return { ...rest, small: `${device.name} is not connected now.` };
  if (device.trust === "untrusted") {
    return { big: "Not trusted yet", small: "Your iPhone must trust this computer before it can be backed up.", tone: "plain" };
  }
  return rest;
}

function atWork(device: Device, job: Job, prompt: Prompt | undefined): Sentence {
  if (job.state === "cancelling") return { big: "Stopping…", small: "Finishing what cannot be cut.", tone: "plain" };
  const ask = asked(job, prompt);
  if (ask) return { big: ask, small: "It is waiting for you; nothing happens until then.", tone: "wait" };
  const big = AT_WORK[job.action] ?? "Backing up…";
  return { big, small: job.phase_text || `Keep ${device.name} connected.`, tone: "plain" };
}

/** How long ago the device was backed up, in few words. */
export function since(device: Device, now: number, away: boolean): string {
  if (device.last_version !== null) return `Backed up ${ago(device.last_version, now)}`;
  return away ? "No version within reach" : "Never backed up";
}

function standing(device: Device, now: number, away: boolean): Sentence {
  if (device.last_version === null && away) {
    return { big: since(device, now, away), small: "There may be versions in a location that cannot be read now.", tone: "plain" };
  }
  if (device.last_version === null) {
    return { big: since(device, now, away), small: "The first backup takes longest; later ones only bring what is new.", tone: "warn" };
  }
  const days = daysBetween(device.last_version, now);
  if (days > 60) return { big: `Last backed up ${ago(device.last_version, now)}`, small: "It is time for a new version.", tone: "warn" };
  if (days > OLD_DAYS) return { big: `Not backed up for ${days} days`, small: "It is time for a new version.", tone: "warn" };
  return { big: since(device, now, away), small: "Everything up to then is safe.", tone: "good" };
}
