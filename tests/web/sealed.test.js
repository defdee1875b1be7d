// A sealed location: turned on with the recovery key in hand, and opened with it where nobody knows it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { keyring } from "./keyring.js";
import { backUp, trust, welcome } from "./steps.js";
import { open } from "./window.js";

let secrets;
let it;
let other;
before(async () => {
  secrets = await keyring();
  it = await open("sealed", secrets.env);
});
after(async () => {
  await it?.close();
  await other?.close();
  await secrets?.stop();
});

test("a location is sealed, and opened on another computer", async () => {
  try {
    await welcome(it);
    await trust(it);
    await backUp(it, 1, "60-backup");
    const [{ path }] = await it.call("locations.list");
    const key = await seal(path);
    await showDevice(it);
    await backUp(it, 2, "65-sealed-backup");
    it.clean(/status of 422.*\/call\/sealing\.on/);
    await elsewhere(path, key);
  } catch (error) {
    await (other ?? it).picture("failed");
    throw error;
  }
  other.clean(/status of 422.*\/call\/sealing\.unlock/);
});

const dialog = (on) => on.page.locator("dialog[open]").last();
const press = (on, name) => dialog(on).getByRole("button", { name, exact: true }).click();

const showLocation = async (on, path) => (await listed(on, "Kept in")).getByTitle(path, { exact: true }).click();
const showDevice = async (on) => (await listed(on, "Devices")).getByRole("button").first().click();

/** A list in the sidebar. */
async function listed(on, name) {
  const list = on.page.getByRole("list", { name, exact: true });
  if (!(await list.isVisible())) await on.button("Sidebar").click();
  return list;
}

/** Turns it on, and returns the recovery key. */
async function seal(path) {
  await showLocation(it, path);
  await it.text("New versions are not sealed");
  await it.button("Turn On…").scrollIntoViewIfNeeded();
  await it.picture("61-not-sealed");
  await it.button("Turn On…").click();
  await it.picture("62-what-it-does");
  await press(it, "Show the Recovery Key");
  const shown = dialog(it).getByLabel("Recovery key", { exact: true });
  const key = (await shown.innerText()).trim().split(/\s+/).join("-");
  assert.match(key, /^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
  await press(it, "Save Recovery Sheet…");
  const sheet = join(it.home, "sheet.html");
  await it.page.getByRole("textbox", { name: /file’s path/ }).fill(sheet);
  await it.button("Choose").click();
  await it.text("The recovery sheet is saved.");
  const written = await readFile(sheet, "utf8");
  assert.ok(key.split("-").every((group) => written.includes(group)));
  const typed = dialog(it).getByLabel(/^Type its last group/);
  const turnOn = dialog(it).getByRole("button", { name: "Seal New Versions" });
  assert.ok(await turnOn.isDisabled(), "not before it is written down");
  await typed.fill(key.endsWith("0000") ? "1111" : "0000");
  await turnOn.click();
  await it.text("This is not the last group");
  assert.equal((await it.call("locations.list"))[0].sealing.on, false);
  await it.picture("63-recovery-key");
  await typed.fill(key.split("-").at(-1).toLowerCase());
  await turnOn.click();
  await it.text("New versions are sealed");
  await it.page.getByRole("region", { name: "Sealing" }).scrollIntoViewIfNeeded();
  await it.picture("64-sealed");
  const [{ sealing }] = await it.call("locations.list");
  assert.deepEqual([sealing.on, sealing.needs, path.length > 0], [true, [], true]);
  return key;
}

/** A second home with no keychain: it sees what there is, and opens it with the key. */
async function elsewhere(path, key) {
  other = await open("sealed", { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" });
  await other.heading("Connect your iPhone");
  await other.call("location.add", { path });
  await showLocation(other, path);
  await other.heading("This location needs its recovery key");
  await other.text("1 version sealed");
  await other.picture("66-key-needed");
  await other.button("Enter Recovery Key…").click();
  const field = dialog(other).getByLabel("Recovery key", { exact: true });
  await field.fill(`${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`);
  await press(other, "Open");
  await other.text("a letter of it is wrong");
  await other.picture("67-mistyped");
  await field.fill(key.replaceAll("-", " ").toLowerCase());
  await press(other, "Open");
  await other.page.getByRole("heading", { name: "Versions 2", exact: true }).waitFor();
  await other.text("It will be asked for again");
  await other.picture("68-opened");
}
