// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { call, onLocked } from "./call";
import type { ApiError } from "./generated";
import { host } from "./host";

const locked: ApiError = { code: "passwordNeeded", message: "m", detail: null };
const ask = vi.fn();
const engine = vi.spyOn(host, "call");

beforeEach(() => {
  vi.resetAllMocks();
  onLocked(ask);
});

test("a call that meets a locked version goes on once it is open", async () => {
  engine.mockRejectedValueOnce(locked).mockResolvedValueOnce([{ id: "calls" }]);
  ask.mockResolvedValue(true);
  expect(await call("version.count", { version: "U@1.s", location: "/b" })).toEqual([{ id: "calls" }]);
  expect(ask).toHaveBeenCalledExactlyOnceWith("U@1.s", "/b");
});

test("who does not know the password gets the error", async () => {
  engine.mockRejectedValue(locked);
  ask.mockResolvedValue(false);
  await expect(call("version.open", { version: "U@1.s", location: null })).rejects.toEqual(locked);
  expect(engine).toHaveBeenCalledOnce();
});

test("calls that bring a password, or are about no version, ask for none", async () => {
  engine.mockRejectedValue(locked);
  await expect(call("keychain.open", { version: "U@1.s", password: "p" })).rejects.toEqual(locked);
  await expect(call("version.unlock", { version: "U@1.s", location: null, password: null, remember: false })).rejects.toEqual(locked);
  await expect(call("devices.list")).rejects.toEqual(locked);
  expect(ask).not.toHaveBeenCalled();
});

test("other errors pass through, whatever their shape", async () => {
  engine.mockRejectedValueOnce(new Error("gone"));
  await expect(call("devices.list")).rejects.toMatchObject({ code: "bug", detail: "gone" });
});
