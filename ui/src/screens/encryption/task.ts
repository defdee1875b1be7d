import { call } from "../../api/call";
import type { EncryptionChange } from "../../api/generated";
import { host } from "../../api/host";
import type { PasswordTask } from "../../state/sheets.svelte";

export const titles: Record<PasswordTask, string> = {
  on: "Encrypt the backups",
  change: "Change the backup password",
  off: "Turn encryption off",
  check: "Check the backup password",
  unknown: "I don’t know the password",
};

/** What is sent to the device. */
export function changeOf(task: PasswordTask, old: string, fresh: string): EncryptionChange {
  if (task === "on") return { kind: "on", new: fresh };
  return task === "change" ? { kind: "change", old, new: fresh } : { kind: "off", old };
}

/** Asks where to, and writes the sheet to print and keep. Answers its path, or null when no place was chosen. */
export async function saveRecoverySheet(udid: string, deviceName: string, password: string): Promise<string | null> {
  const name = `Backup password of ${plainName(deviceName)}.html`;
  const to = await host.chooseNewFile("Save the recovery sheet as", name);
  return to === null ? null : (await call("recovery.save", { udid, password, to })).path;
}

/** A device's name as part of a file's name, for any system. */
export function plainName(name: string): string {
  return name.replace(/[\p{Cc}<>:"/\\|?*]+/gu, " ").replace(/\s+/g, " ").replace(/[. ]+$/, "").trim().slice(0, 60) || "iPhone";
}
