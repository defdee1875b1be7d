// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { call } from "../api/call";
import { host } from "../api/host";
import { unlocking } from "./unlocking.svelte";

const engine = vi.spyOn(host, "call");
const version = { version: "U@1.s", location: null };

beforeEach(() => {
  vi.resetAllMocks();
  unlocking.start();
  unlocking.answer(false);
});

/** An engine whose version is locked until `open` is called. */
function lockedEngine() {
  let locked = true;
  engine.mockImplementation(async (name) => {
    if (locked) throw { code: "passwordNeeded", message: "m", detail: null };
    return name;
  });
  return () => (locked = false);
}

test("lists that find a version locked at the same time ask once", async () => {
  const open = lockedEngine();
  const both = Promise.all([call("version.open", version), call("version.count", version)]);
  await vi.waitFor(() => expect(unlocking.asked).toEqual(version));
  expect(engine.mock.calls.filter(([name]) => name === "version.unlock")).toHaveLength(1);
  open();
  unlocking.answer(true);
  expect(await both).toEqual(["version.open", "version.count"]);
  expect(unlocking.asked).toBeNull();
});

test("a password the computer knows opens it without a question", async () => {
  engine.mockRejectedValueOnce({ code: "passwordNeeded", message: "m", detail: null });
  engine.mockImplementation(async (name) => name);
  expect(await call("version.open", version)).toBe("version.open");
  expect(engine.mock.calls.map(([name]) => name)).toEqual(["version.open", "version.unlock", "version.open"]);
  expect(unlocking.asked).toBeNull();
});

test("another version's question takes the place of the first", async () => {
  lockedEngine();
  const first = call("version.open", version);
  await vi.waitFor(() => expect(unlocking.asked).not.toBeNull());
  const second = call("version.open", { version: "U@2.s", location: null });
  await expect(first).rejects.toMatchObject({ code: "passwordNeeded" });
  await vi.waitFor(() => expect(unlocking.asked?.version).toBe("U@2.s"));
  unlocking.answer(false);
  await expect(second).rejects.toMatchObject({ code: "passwordNeeded" });
});
