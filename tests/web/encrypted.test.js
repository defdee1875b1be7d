// A pretend iPhone whose backups are encrypted: locked, unlocked, looked into, and put back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { film } from "./kinds.js";
import { backUp, counted, trust, welcome } from "./steps.js";
import { open } from "./window.js";

const PASSWORD = "lemon harbour violin 9";

let it;
before(async () => void (it = await open("encrypted")));
after(() => it?.close());

test("an encrypted backup of a pretend iPhone", async () => {
  try {
    await welcome(it);
    await trust(it);
    await encrypt();
    await saveRecoverySheet();
    const version = await backUp(it, 1, "23-encrypted-backup");
    assert.deepEqual([version.encrypted, version.checked], [true, true]);
    await it.call("versions.lock");
    await unlock(version);
    await it.kind("Photos");
    await film(it, version);
    await report();
    await passwords();
    await lockAgain(version);
    await restore(version);
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  // A browser calls every refusal of the engine an error; here some are meant.
  it.clean(/status of 422.*\/call\/(version|keychain)\./);
});

const dialog = () => it.page.locator("dialog[open]").last();
const field = (label) => dialog().getByLabel(label, { exact: true });
const press = (name) => dialog().getByRole("button", { name, exact: true }).click();
/** Where the keyboard is, and what of its text is chosen. */
const chosen = () =>
  it.page.evaluate(() => {
    const { tagName, selectionStart, selectionEnd } = document.activeElement;
    return [tagName, selectionStart, selectionEnd];
  });

async function encrypt() {
  await it.text("Backups of this iPhone are not encrypted");
  await it.button("Encrypt…").click();
  await field("New password").fill("Summer2024");
  await it.text("Easy to guess.");
  await field("The same once more").fill("Summer2025");
  await it.text("The two are not the same.");
  await it.picture("20-encrypt");
  await field("New password").fill(PASSWORD);
  await field("The same once more").fill(PASSWORD);
  assert.ok(await dialog().getByRole("button", { name: "Encrypt Backups" }).isDisabled(), "not before it is written down");
  await dialog().getByLabel("I have written it down").check();
  await press("Encrypt Backups");
  await dialog().getByText("Enter your passcode on the iPhone").waitFor();
  await it.glimpse("21-encrypt-passcode");
  await dialog().getByRole("heading", { name: /are encrypted from now on$/ }).waitFor();
  await it.picture("22-encrypted");
}

/** It has the password on it, in one file that loads nothing. */
async function saveRecoverySheet() {
  await press("Save Recovery Sheet…");
  const path = join(it.home, "sheet.html");
  await it.page.getByRole("textbox", { name: /file’s path/ }).fill(path);
  await it.button("Choose").click();
  await it.text("The recovery sheet is saved.");
  const sheet = await readFile(path, "utf8");
  assert.ok(sheet.includes(PASSWORD));
  assert.doesNotMatch(sheet, /<script|https?:\/\/|src=/i);
  await press("Done");
  await it.text("Backups of this iPhone are encrypted");
}

async function unlock(version) {
  await it.page.getByLabel("Versions", { exact: true }).getByRole("button", { name: /Encrypted/ }).first().click();
  await dialog().getByRole("heading", { name: "Unlock this version" }).waitFor();
  await it.picture("24-unlock");
  await field("Backup password").fill("wrong");
  await it.page.keyboard.press("Enter");
  await it.text("This password does not open this version.");
  assert.deepEqual(await chosen(), ["INPUT", 0, 5]);
  await it.picture("25-unlock-wrong");
  await it.page.keyboard.type(PASSWORD);
  await it.page.keyboard.press("Enter");
  await it.showsCounts(await counted(it, version));
  await it.picture("26-unlocked");
}

async function report() {
  await it.kind("This version");
  await it.heading("What iOS left out, and why");
  await it.picture("27-this-version");
}

/** They are shown one at a time, each for the password. */
async function passwords() {
  await it.kind("Passwords");
  const pane = it.page.getByRole("main").last();
  await pane.getByLabel("Backup password", { exact: true }).fill(PASSWORD);
  await it.button("Show the List").click();
  const rows = it.page.getByRole("listbox", { name: "Passwords" }).getByRole("option");
  await rows.first().click();
  await it.text("••••••••••");
  await it.picture("28-passwords");
  await it.button("Reveal…").click();
  await it.page.getByRole("article").getByLabel("Backup password", { exact: true }).fill(PASSWORD);
  await it.button("Reveal").click();
  await it.button("Hide").waitFor();
  const secret = await it.page.locator(".secret").innerText();
  assert.ok(secret.length > 0);
  assert.doesNotMatch(secret, /•/);
  await it.button("Hide").click();
  await it.text("••••••••••");
}

async function lockAgain(version) {
  await it.button("Lock all encrypted versions").click();
  await it.heading("This version is locked");
  await it.picture("29-locked");
  await assert.rejects(it.call("version.open", { version: version.id }), /passwordNeeded/);
}

async function restore(version) {
  await it.button("Restore…").click();
  await dialog().getByText("Nothing stands in the way.").waitFor();
  await it.picture("30-restore-check");
  await press("Continue");
  await field("Password of this version").fill(PASSWORD);
  const name = dialog().getByLabel(/^To confirm/);
  await name.fill("another iPhone");
  assert.ok(await dialog().getByRole("button", { name: "Replace and Restore" }).isDisabled(), "only for the right name");
  await name.fill(version.device_name.replace("’", "'").toUpperCase());
  await it.picture("31-restore-confirm");
  await press("Replace and Restore");
  await dialog().getByRole("heading", { name: /^Everything is on/ }).waitFor();
  await it.picture("32-restored");
  const { result } = (await it.call("jobs.list")).find(({ action }) => action === "restore");
  assert.equal(result.type, "restored");
  assert.ok(result.files > 100, `${result.files} files`);
  await press("Done");
}
