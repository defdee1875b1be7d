// A Secret Service of its own: gnome-keyring on a bus of its own, with nothing in it.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Starts it; `env` is what a program needs to find it. */
export async function keyring() {
  const folder = await mkdtemp(join(tmpdir(), "heirloom-keyring-"));
  const [data, run] = [join(folder, "data"), join(folder, "run")];
  await mkdir(data);
  await mkdir(run, { mode: 0o700 });
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address"], { stdio: ["ignore", "pipe", "ignore"] });
  const lines = createInterface(bus.stdout);
  const address = await new Promise((resolve, reject) => {
    lines.once("line", resolve);
    bus.once("error", reject);
    bus.once("exit", () => reject(new Error("dbus-daemon ended")));
  });
  const env = { DBUS_SESSION_BUS_ADDRESS: address, HOME: folder, XDG_DATA_HOME: data, XDG_RUNTIME_DIR: run };
  const daemon = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "ignore", "ignore"],
  });
  daemon.stdin.end("keyring");
  return {
    env,
    async stop() {
      for (const child of [daemon, bus]) child.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
