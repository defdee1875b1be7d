import { expect, test } from "vitest";
import type { Device, Job } from "../api/generated";
import { sentence } from "./sentence";

const now = new Date("2026-11-22T12:00:00").getTime();
const device: Device = {
  udid: "U", name: "Ada’s iPhone", model: "iPhone 14 Pro", product_type: "iPhone15,2", system: "17.5.1", build: null,
  serial: null, attached: true, connection: "usb", pretend: false, trust: "trusted", battery: null, charging: null,
  storage_total: null, storage_free: null, encrypts: null, last_version: now - 2 * 3_600_000, versions: 1, location: "/b",
  job: null, problem: null,
};
const job: Job = {
  id: 1, action: "backUp", title: "Back up", udid: "U", state: "running", phase: "receiving", phase_text: "Receiving files",
  progress: 0.5, files: 0, bytes: 0, bytes_total: null, rate: null, started: now, ended: null, skipped: [],
  skipped_count: 0, warnings: [], error: null, result: null,
};
const big = (changes: Partial<Device>, running?: Partial<Job>) =>
  sentence({ ...device, ...changes }, running && { ...job, ...running }, undefined, now).big;

test("at rest", () => {
  expect(big({})).toBe("Backed up 2 hours ago");
  expect(big({ last_version: null })).toBe("Never backed up");
  expect(big({ last_version: now - 12 * 86_400_000 })).toBe("Not backed up for 12 days");
  expect(big({ last_version: now - 400 * 86_400_000 })).toBe("Last backed up 13 months ago");
  expect(big({ trust: "untrusted", last_version: null })).toBe("Not trusted yet");
  expect(sentence({ ...device, attached: false }, undefined, undefined, now).small).toContain("not connected");
});

test("a disk that is away may hold versions", () => {
  const says = (changes: Partial<Device>) => sentence({ ...device, ...changes }, undefined, undefined, now, true).big;
  expect(says({ last_version: null })).toBe("No version within reach");
  expect(says({})).toBe("Backed up 2 hours ago");
  expect(says({ trust: "untrusted", last_version: null })).toBe("Not trusted yet");
});

test("at work", () => {
  expect(big({}, {})).toBe("Backing up…");
  expect(big({}, { phase: "waitingForPasscode" })).toBe("Enter your passcode on the iPhone");
  expect(big({}, { action: "pair", phase: "waitingForTrust" })).toBe("Tap Trust on the iPhone");
  expect(big({}, { action: "pair", phase: "waitingForUnlock" })).toBe("Unlock the iPhone");
  expect(big({}, { action: "changePassword" })).toBe("Changing the backup password…");
  expect(big({}, { action: "changePassword", phase: "waitingForPasscode" })).toBe("Enter your passcode on the iPhone");
  expect(big({}, { action: "restore", phase: "restoring" })).toBe("Restoring…");
  expect(big({}, { state: "cancelling" })).toBe("Stopping…");
  expect(big({}, { state: "failed" })).toBe("Backed up 2 hours ago");
});
