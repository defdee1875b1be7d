// A pretend iPhone looked into without a backup.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { trust, welcome } from "./steps.js";
import { open } from "./window.js";

let it;
let udid;
before(async () => void (it = await open("live")));
after(() => it?.close());

test("a pretend iPhone, live", async () => {
  try {
    await welcome(it);
    await trust(it);
    udid = (await it.call("devices.list")).find(({ pretend }) => pretend).udid;
    await wifi();
    await it.button("Look Inside").click();
    await photos();
    await apps();
    await condition();
    await it.button("Back to the iPhone").click();
    await rename();
    await restart();
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  it.clean();
});

async function wifi() {
  const toggle = it.page.getByRole("switch", { name: "Reach over Wi-Fi" });
  await it.page.waitForFunction(() => !document.querySelector("[role=switch]").disabled);
  if ((await toggle.getAttribute("aria-checked")) === "false") await toggle.click();
  await it.page.locator("[role=switch][aria-checked=true]").waitFor();
  assert.equal((await it.call("wifi.state", { udid })).enabled, true);
  await it.button("Diagnose…").click();
  await it.page.getByRole("list", { name: "The steps" }).waitFor();
  await it.picture("40-wifi");
  await it.button("Done").click();
}

/** Every file of the camera roll is there, and a copy of one has its size. */
async function photos() {
  const wall = it.page.getByRole("listbox", { name: "Photos on the iPhone" });
  const tile = wall.getByRole("option").first();
  await tile.waitFor();
  const folders = await it.call("device.media.list", { udid, path: "DCIM" });
  const inside = await Promise.all(folders.map(({ path }) => it.call("device.media.list", { udid, path })));
  assert.equal(await tile.getAttribute("aria-setsize"), String(inside.flat().length));
  await inCloud();
  await it.picture("41-live-photos");
  await tile.click();
  const name = (await tile.getAttribute("aria-label")).split(",")[0];
  await it.button("Copy 1 Item…").click();
  const folder = join(it.home, "photos");
  await mkdir(folder);
  await it.page.getByRole("textbox", { name: /folder’s path/ }).fill(folder);
  await it.button("Choose").click();
  await it.text(/^1 file, /);
  await it.picture("42-copied");
  const { size } = inside.flat().find((file) => file.name === name);
  const [copied] = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(name));
  assert.equal((await stat(join(folder, copied))).size, size);
  await it.button("Put away").click();
}

/** Those that are only in iCloud are counted, and named on request. */
async function inCloud() {
  const { known, count, originals } = await it.call("device.media.inCloud", { udid });
  assert.ok(known && count > 0, "the pretend iPhone has some");
  await it.text(`${count} originals are only in iCloud`);
  await it.button("Show Them").click();
  const list = it.page.getByRole("listbox", { name: "Originals only in iCloud" });
  const first = list.getByRole("option").first();
  assert.equal(await first.getAttribute("aria-setsize"), String(originals.length));
  await first.getByText(originals[0].name).waitFor();
  await it.picture("47-only-in-icloud");
  await it.button("Close").click();
}

/** A file put into an app's documents comes out of them as it went in. */
async function apps() {
  await it.stop("Apps").click();
  const rows = it.page.getByRole("listbox", { name: "Apps" }).getByRole("option");
  await rows.filter({ hasText: "Shares documents" }).first().click();
  const own = join(it.home, "put there.txt");
  await writeFile(own, "from this computer");
  await it.button("Put Files Here…").click();
  await it.page.getByRole("textbox", { name: /file’s path/ }).fill(own);
  await it.button("Choose").click();
  const documents = it.page.getByRole("listbox", { name: "Documents" });
  await documents.getByText("put there.txt").click();
  await it.button("Put away").first().click();
  await it.picture("43-apps");
  await it.button("Copy…").click();
  const folder = join(it.home, "documents");
  await mkdir(folder);
  await it.page.getByRole("textbox", { name: /folder’s path/ }).fill(folder);
  await it.button("Choose").click();
  await it.text(/^1 file, /);
  const [copied] = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith("put there.txt"));
  assert.equal(await readFile(join(folder, copied), "utf8"), "from this computer");
  await it.button("Put away").first().click();
}

async function condition() {
  await it.stop("Condition").click();
  await it.heading("Battery");
  await it.heading("Storage");
  await it.picture("44-condition");
}

async function rename() {
  await it.button("More about this iPhone").click();
  await it.page.getByRole("menuitem", { name: "Rename…" }).click();
  await it.page.getByRole("textbox", { name: "Name", exact: true }).fill("Grace’s iPhone");
  await it.picture("45-rename");
  await it.button("Rename").click();
  await it.page.getByRole("heading", { level: 1, name: "Grace’s iPhone" }).waitFor();
}

/** It is gone for a moment, and then back. */
async function restart() {
  await it.button("More about this iPhone").click();
  await it.page.getByRole("menuitem", { name: "Restart…" }).click();
  await it.picture("46-restart");
  await it.button("Restart").click();
  await it.text("It is back in about a minute");
}
