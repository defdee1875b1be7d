import { call } from "../api/call";
import { host } from "../api/host";

/** Asks for a folder and makes it a location. `null` when none is chosen. */
export async function addedLocation(): Promise<string | null> {
  const path = await host.chooseFolder("Keep the versions in which folder?");
  return path === null ? null : (await call("location.add", { path })).path;
}
