// Backups of other programs: a folder with several, a cut one, an offer; and the copy kept for other programs.

import assert from "node:assert/strict";
import { cp, mkdir, readFile, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { backUp, trust, welcome } from "./steps.js";
import { open } from "./window.js";

let it;
before(async () => void (it = await open("imports")));
after(() => it?.close());

test("backups of other programs are kept", async () => {
  try {
    await welcome(it);
    await trust(it);
    await backUp(it, 1, "70-first");
    const folder = await backups();
    await several(folder);
    await incomplete();
    await offered(folder);
    await settings();
    await nativeCopy();
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  it.clean();
});

const dialog = () => it.page.locator("dialog[open]").last();
const versions = async () => (await it.call("versions.list", {})).versions;

/** A job of the engine, to its end. */
async function done(name, body) {
  const { job } = await it.call(name, body);
  for (;;) {
    const found = (await it.call("jobs.list", {})).find(({ id }) => id === job);
    if (found.ended !== null) {
      await it.call("job.dismiss", { job });
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Chooses a folder in the page's own dialog for paths. */
async function enter(path) {
  await it.page.getByRole("textbox", { name: /folder’s path/ }).fill(path);
  await it.button("Choose").click();
}

async function editStatus(folder, from, to) {
  const path = join(folder, "Status.plist");
  const bytes = await readFile(path);
  const at = bytes.indexOf(from);
  assert.ok(at > 0, "the state is in it");
  bytes.write(to, at);
  await writeFile(path, bytes);
}

/** Another date makes it another backup. */
async function redate(folder, year) {
  const path = join(folder, "Info.plist");
  const info = await readFile(path, "utf8");
  const next = info.replace(/(<key>Last Backup Date<\/key>\s*<date>)\d{4}/, `$1${year}`);
  assert.notEqual(next, info);
  await writeFile(path, next);
}

/** A folder as Finder's: the phone's backup as an archive, and copies of it that are damaged and cut. */
async function backups() {
  const folder = join(it.home, "MobileSync", "Backup");
  await mkdir(folder, { recursive: true });
  const written = await done("native.start", { version: "latest", location: null, to: folder });
  assert.equal(written.state, "done");
  const [udid] = await readdir(folder);
  await rename(join(folder, udid), join(folder, `${udid}-20260108-104514`));
  const whole = join(folder, `${udid}-20260108-104514`);
  await cp(whole, join(folder, "damaged"), { recursive: true });
  await writeFile(join(folder, "damaged", "Manifest.db"), "SQLite format 3\0 and then nothing");
  await cp(whole, join(folder, "cut"), { recursive: true });
  await editStatus(join(folder, "cut"), "finished", "moving!!");
  await redate(join(folder, "cut"), 2025);
  const [content] = (await readdir(join(folder, "cut"))).filter((name) => /^[0-9a-f]{2}$/.test(name));
  await rm(join(folder, "cut", content), { recursive: true });
  return folder;
}

async function several(folder) {
  if (!(await it.button("Import a backup…").isVisible())) await it.button("Sidebar").click();
  await it.button("Import a backup…").click();
  await it.picture("71-choose");
  await dialog().getByRole("button", { name: /^Choose a folder/ }).click();
  await enter(folder);
  await dialog().getByText("3 backups in").waitFor();
  for (const word of ["Damaged", "Unfinished"]) await dialog().getByText(word, { exact: true }).waitFor();
  await dialog().getByText(/ in \d+ files/).nth(2).waitFor();
  await it.picture("72-several");
  assert.deepEqual(await dialog().getByRole("checkbox").evaluateAll((boxes) => boxes.map(({ disabled }) => disabled).sort()), [false, false, true, true]);
  await dialog().getByRole("button", { name: "Import", exact: true }).click();
  await it.text(/\d+ files, .* new/);
  await it.page.getByLabel("Running and finished jobs").getByText(/\d+ files, .* new/).waitFor();
  await it.picture("73-imported");
  assert.equal((await versions()).length, 2);
  await it.button("Put away").click();
}

/** What there is of the cut one, marked as what it is. */
async function incomplete() {
  if (!(await it.button("Import a backup…").isVisible())) await it.button("Sidebar").click();
  await it.button("Import a backup…").click();
  await dialog().getByRole("button", { name: /^Choose a folder/ }).click();
  await enter(join(it.home, "MobileSync", "Backup", "cut"));
  await dialog().getByText("Unfinished", { exact: true }).waitFor();
  assert.equal(await dialog().getByRole("button", { name: "Import", exact: true }).count(), 0);
  await dialog().getByText("Keep what there is").click();
  await it.picture("74-cut");
  await dialog().getByRole("button", { name: "Import", exact: true }).click();
  await it.page.getByLabel("Running and finished jobs").getByText(/not in the folder/).first().waitFor();
  await it.picture("75-incomplete");
  await it.button("Put away").click();
  await it.page.getByLabel("Versions", { exact: true }).getByText("Incomplete").waitFor();
  const [cut] = (await versions()).filter((version) => version.incomplete);
  assert.ok(cut.unreadable > 0);
  const at = (await versions()).findIndex((version) => version.incomplete);
  await it.page.getByLabel("Versions", { exact: true }).getByRole("button", { name: /^More about/ }).nth(at).click();
  await it.page.getByRole("menuitem", { name: /^What is in it/ }).click();
  await it.text("cut or lacked files");
  await it.picture("76-report");
  await it.button("Back to the versions").click();
}

/** A watched folder with a finished backup, left alone for long enough. */
async function offered(folder) {
  const [name] = (await readdir(folder)).filter((name) => name.includes("-2026"));
  const whole = join(folder, name);
  const asked = await it.call("settings.get");
  const other = join(it.home, "watched");
  const theirs = join(other, "MobileSync");
  await cp(whole, theirs, { recursive: true });
  await redate(theirs, 2027);
  const past = new Date(Date.now() - 120_000);
  for (const file of ["Info.plist", "Status.plist", "Manifest.plist", "Manifest.db"]) await utimes(join(theirs, file), past, past);
  await it.call("settings.set", { ...asked, watched: [other] });
  await it.page.getByLabel("Found backups").waitFor();
  await it.picture("77-offer");
  await it.button("Keep").click();
  await it.page.getByLabel("Running and finished jobs").getByText(/\d+ files, .* new/).waitFor();
  await it.page.getByLabel("Found backups").waitFor({ state: "detached" });
  await it.button("Put away").click();
  assert.equal((await versions()).length, 4);
}

async function settings() {
  if (!(await it.button("Settings").isVisible())) await it.button("Sidebar").click();
  await it.button("Settings").click();
  await it.heading("Backups of other programs");
  await it.picture("78-settings");
}

async function nativeCopy() {
  if (!(await it.page.getByRole("list", { name: "Kept in" }).isVisible())) await it.button("Sidebar").click();
  await it.page.getByRole("list", { name: "Kept in" }).getByRole("button").first().click();
  const part = it.page.getByRole("region", { name: "A copy other programs can open", exact: true });
  await part.scrollIntoViewIfNeeded();
  await it.picture("79-no-copy");
  await part.getByRole("switch").click();
  await part.getByText("Up to date", { exact: true }).waitFor();
  await part.scrollIntoViewIfNeeded();
  await it.picture("80-copy");
  const [{ path }] = await it.call("locations.list");
  const { devices } = await it.call("native.copies", { path });
  assert.ok((await readdir(devices[0].path)).includes("Manifest.db"));
}
