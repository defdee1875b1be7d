// Looking after what is kept: space, health, which versions stay, and one that goes and comes back.

import assert from "node:assert/strict";
import { chmod, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { backUp, trust, welcome } from "./steps.js";
import { open } from "./window.js";

const BACKUPS = 4;
/** So many of them are followed by a day that changes something. */
const DAYS = 2;

let it;
let path;
before(async () => void (it = await open("keeping")));
after(() => it?.close());

test("what is kept is looked after", async () => {
  try {
    await welcome(it);
    await trust(it);
    for (let count = 1; count <= BACKUPS; count++) {
      await backUp(it, count, `50-backup-${count}`);
      if (count <= DAYS) await it.call("pretend.tap", { tap: "dayPasses" });
    }
    [{ path }] = await it.call("locations.list");
    await toldApart();
    await pin();
    await report();
    await location();
    await space();
    await verify();
    await rule();
    await removeAndBringBack();
    await damage();
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  it.clean();
});

const named = (name) => it.page.getByRole("region", { name, exact: true });
const dialog = () => it.page.locator("dialog[open]").last();
const versions = async () => (await it.call("versions.list", {})).versions;
const timeline = () => it.page.getByLabel("Versions", { exact: true });
const titles = () => timeline().locator(".title").allInnerTexts();
/** Chooses from the menu of the version at this place, newest first. */
async function choose(at, choice) {
  await timeline().getByRole("button", { name: /^More about/ }).nth(at).click();
  await it.page.getByRole("menuitem", { name: choice }).click();
}

/** Backups within one minute have names of their own. */
async function toldApart() {
  const names = await titles();
  assert.equal(new Set(names).size, BACKUPS, names.join(" | "));
}

async function pin() {
  await timeline().getByRole("button", { name: /^More about/ }).last().click();
  await it.picture("51-version-menu");
  await it.page.getByRole("menuitem", { name: /^Pin/ }).click();
  await timeline().getByText("Pinned").waitFor();
  assert.deepEqual((await versions()).map(({ pinned }) => pinned), [false, false, false, true]);
  await it.picture("52-pinned");
}

async function report() {
  await choose(0, /^What is in it/);
  await it.heading("Could it be restored?");
  await it.text("Ready to be restored");
  await it.picture("53-ready");
  await it.button("Back to the versions").click();
}

async function location() {
  if (!(await it.page.getByRole("list", { name: "Kept in" }).isVisible())) await it.button("Sidebar").click();
  await it.page.getByRole("list", { name: "Kept in" }).getByRole("button").first().click();
  await named("Health").waitFor();
}

async function space() {
  const rows = named("Space").getByRole("list", { name: "Versions by what they hold alone" }).getByRole("listitem");
  await rows.first().waitFor();
  assert.equal(await rows.count(), BACKUPS);
  const { versions } = await it.call("location.space", { path });
  assert.equal(versions.length, BACKUPS);
  const largest = Math.max(...versions.map(({ alone }) => alone));
  assert.ok(largest > 0, "the photo that a day threw away is in older versions only");
}

async function verify() {
  await named("Health").getByText("Not verified yet").waitFor();
  await it.picture("54-location");
  await it.button("Verify Now").click();
  await named("Health").getByText("Everything is as it was stored").waitFor();
  await named("Health").getByText(/looked at: all as stored/).waitFor();
  const { covered, damaged } = await it.call("location.health", { path });
  assert.deepEqual([covered, damaged], [1, []]);
  await it.picture("55-verified");
}

/** The pinned one and the last three stay whatever the limit; nothing is left to go. */
async function rule() {
  const section = named("Which versions are kept");
  await section.getByText("Thin out by age").click();
  await section.getByText("all 4 stay").waitFor();
  await it.picture("56-thin");
  await section.getByText("Up to a limit").click();
  await section.getByText("Choose at least one.").waitFor();
  await section.getByRole("checkbox").first().check();
  const most = section.getByRole("textbox").first();
  await most.fill("none");
  await section.getByText("A number above 0.").waitFor();
  await most.fill("1");
  await section.getByText("Stays: You pinned it").waitFor();
  await it.button("Use This Rule").click();
  await it.button("Use This Rule").waitFor({ state: "detached" });
  const { rule, maxCount } = await it.call("retention.get", { path });
  assert.deepEqual([rule, maxCount], ["limits", 1]);
  await it.picture("57-limit");
  await choose(BACKUPS - 1, /^Unpin/);
  await section.getByText(/1 version would go, 3 stay/).waitFor();
  await it.picture("58-would-go");
  await it.button("Remove 1 Version Now…").click();
  await it.picture("59-remove-now");
  await dialog().getByRole("button", { name: "Remove", exact: true }).click();
  const removed = named("Removed versions");
  await removed.getByText(/can be brought back until/).waitFor();
  assert.equal((await versions()).length, BACKUPS - 1);
  await it.picture("60-removed");
  await section.getByText("Keep everything").click();
  await it.button("Use This Rule").click();
  await it.button("Use This Rule").waitFor({ state: "detached" });
  await removed.getByRole("button", { name: /^Bring back/ }).click();
  await removed.waitFor({ state: "detached" });
  assert.equal((await versions()).length, BACKUPS);
}

async function removeAndBringBack() {
  await choose(1, /^Remove…/);
  await dialog().getByText(/can be brought back for 7 days/).waitFor();
  await it.picture("61-remove-one");
  await dialog().getByRole("button", { name: "Remove", exact: true }).click();
  const back = named("Removed versions").getByRole("button", { name: /^Bring back/ });
  await back.waitFor();
  assert.equal((await it.call("expired.list", { path })).length, 1);
  await back.click();
  await named("Removed versions").waitFor({ state: "detached" });
  assert.equal((await versions()).length, BACKUPS);
}

/** A byte of one object is turned on the disk: the files and versions it touches are named. */
async function damage() {
  const objects = (await readdir(path, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name),
  );
  const sizes = await Promise.all(objects.map(async (entry) => ({ file: join(entry.parentPath, entry.name), bytes: await readFile(join(entry.parentPath, entry.name)) })));
  const { file, bytes } = sizes.find(({ bytes }) => bytes.length > 10_000 && bytes[0] === 0xff && bytes[1] === 0xd8) ?? sizes[0];
  bytes[bytes.length >> 1] ^= 1;
  await chmod(file, 0o644);
  await writeFile(file, bytes);
  await it.button("Verify Now").click();
  await named("Health").getByText(/^1 damaged item/).waitFor();
  const items = named("Health").getByRole("list", { name: "Damaged items" });
  await items.getByText(/^In \d versions?:/).waitFor();
  await named("Health").getByText("What to do").waitFor();
  const { damaged } = await it.call("location.health", { path });
  assert.equal(damaged.length, 1);
  assert.ok(damaged[0].files.length > 0);
  await it.picture("62-damaged");
}
