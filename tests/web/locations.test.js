// Where versions are kept: what the place is, moving to another one, and a folder that is gone and comes back.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { backUp, trust, welcome } from "./steps.js";
import { open } from "./window.js";

/** Another volume than the home's, where there is one: a move then has to copy. */
const MEMORY = "/dev/shm";

let it;
let other;
before(async () => {
  it = await open("locations");
  other = await mkdtemp(existsSync(MEMORY) ? join(MEMORY, "heirloom-web-") : join(it.home, "other-"));
});
after(async () => {
  await it?.close();
  if (other) await rm(other, { recursive: true, force: true });
});

test("a location is looked at, moved, and missed", async () => {
  try {
    await welcome(it);
    await trust(it);
    await backUp(it, 1, "70-backup");
    const [{ path }] = await it.call("locations.list");
    await place(path);
    const to = join(other, "Phones");
    await move(path, to);
    await missed(to);
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  // The page may ask about the place in the moment it is gone.
  it.clean(/status of 422.*\/call\/location\.volume/);
});

const section = () => it.page.getByRole("region", { name: "The place", exact: true });
const dialog = () => it.page.locator("dialog[open]").last();

async function place(path) {
  if (!(await it.page.getByRole("list", { name: "Kept in" }).isVisible())) await it.button("Sidebar").click();
  await it.page.getByRole("list", { name: "Kept in" }).getByRole("button").first().click();
  const { title, notes, can } = await it.call("location.volume", { path });
  await section().getByText(title, { exact: true }).waitFor();
  for (const { text } of notes) await section().getByText(text).waitFor();
  assert.deepEqual([can.createNew, can.rename, can.flushFile], [true, true, true]);
  await section().getByText("What was tried").click();
  await section().getByText("Refuses a name that is taken").waitFor();
  await section().scrollIntoViewIfNeeded();
  await it.picture("71-place");
}

async function move(path, to) {
  const { versions } = await it.call("versions.list", {});
  await section().getByRole("button", { name: "Move…" }).click();
  assert.ok(await dialog().getByRole("button", { name: "Move", exact: true }).isDisabled());
  await dialog().getByRole("button", { name: "Choose…" }).click();
  await dialog().getByRole("textbox").fill(to);
  await dialog().getByRole("button", { name: "Choose", exact: true }).click();
  await dialog().getByText(to).waitFor();
  await it.picture("72-move");
  await dialog().getByRole("button", { name: "Move", exact: true }).click();
  await section().getByText(/^Moved here from/).waitFor();
  await it.heading("Phones");
  const moved = await it.call("versions.list", {});
  assert.deepEqual(
    moved.versions.map(({ id, location }) => [id, location]),
    versions.map(({ id }) => [id, to]),
  );
  const { oldCopy } = await it.call("location.volume", { path: to });
  if (oldCopy !== null) {
    assert.equal(oldCopy, path);
    await section().getByText("A whole copy is still at").waitFor();
    await section().scrollIntoViewIfNeeded();
    await it.picture("73-moved");
    await section().getByRole("button", { name: "Delete the Old Copy" }).click();
    await section().getByText(/^The old copy is deleted/).waitFor();
    await section().getByText("A whole copy is still at").waitFor({ state: "detached" });
    assert.ok(!existsSync(join(path, "Heirloom")));
  }
}

async function missed(to) {
  await rename(to, `${to} elsewhere`);
  await it.page.reload();
  await it.page.getByRole("list", { name: "Kept in" }).or(it.button("Sidebar")).first().waitFor();
  if (!(await it.page.getByRole("list", { name: "Kept in" }).isVisible())) await it.button("Sidebar").click();
  await it.page.getByRole("list", { name: "Kept in" }).getByRole("button").first().click();
  await it.heading("The folder with the versions is gone");
  await it.text(/is gone, while the disk it was on is there/);
  await it.picture("74-missed");
  await rename(`${to} elsewhere`, to);
  await it.button("Try Again").first().click();
  await section().getByText("What was tried").waitFor();
}
