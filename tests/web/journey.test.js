// From an empty window to two versions and a search in both, as a person would do it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { calls, contacts, files, messages, photos } from "./kinds.js";
import { open } from "./window.js";

let it;
before(async () => void (it = await open()));
after(() => it?.close());

test("two backups of a pretend iPhone", async () => {
  try {
    await welcome();
    await trust();
    const first = await backUp(1, "05-first-backup");
    await it.page.getByLabel("Versions").getByRole("button").first().click();
    await messages(it, first);
    await photos(it, first);
    await contacts(it, first);
    await calls(it, first);
    await files(it, first);
    await it.button("Back to the versions").click();
    await aDayPasses();
    const second = await backUp(2, "11-second-backup");
    await bothVersions(first, second);
    await search(first, second);
    await otherPages();
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  assert.deepEqual(it.wrong, []);
});

async function welcome() {
  await it.heading("Connect your iPhone");
  await it.picture("01-welcome");
  await it.button("Try with a pretend iPhone").click();
  await it.heading("This iPhone is pretend");
}

async function trust() {
  await it.heading("Not trusted yet");
  await it.picture("02-not-trusted");
  await it.button("Trust This Computer").click();
  await it.heading("Tap Trust on the iPhone");
  await it.glimpse("03-tap-trust");
  await it.heading("Never backed up");
  await it.picture("04-never-backed-up");
}

/** Backs up, and returns the version with the counts of its kinds. */
async function backUp(versions, name) {
  await it.button("Back Up Now").click();
  await it.heading("Enter your passcode on the iPhone");
  await it.glimpse(`${name}-passcode`);
  // A small phone may be done before the page is looked at again.
  await it.heading(/^(Backing up…|Backed up)/);
  await it.glimpse(`${name}-running`);
  await it.heading(/^Backed up/);
  await it.page.getByRole("heading", { name: `Versions ${versions}`, exact: true }).waitFor();
  const listed = await it.call("versions.list", {});
  assert.equal(listed.versions.length, versions);
  assert.deepEqual(listed.damaged, []);
  const [newest] = listed.versions;
  assert.equal(newest.unconfirmed, false);
  await it.picture(name);
  const kinds = await it.call("version.count", { version: newest.id });
  for (const kind of kinds) assert.equal(kind.problem, null, kind.id);
  return { ...newest, counts: Object.fromEntries(kinds.map(({ id, count }) => [id, count])) };
}

async function aDayPasses() {
  await it.button("Let a day pass").click();
  await it.text("A day has passed on the pretend iPhone.");
}

/** The day brings six photos and throws one away, three calls, and one contact for another. */
async function bothVersions(first, second) {
  assert.deepEqual(second.counts, { ...first.counts, photos: first.counts.photos + 5, calls: first.counts.calls + 3 });
  assert.ok(second.new_bytes < first.new_bytes / 2, `${second.new_bytes} of ${first.new_bytes} bytes are new`);
  await it.page.getByLabel("Versions").getByRole("button").first().click();
  await it.showsCounts(second);
  await it.page.getByRole("button", { name: "Version", exact: true }).click();
  await it.glimpse("12-versions-menu");
  await it.page.getByRole("menuitemradio").nth(1).click();
  await it.showsCounts(first);
}

/** What is gone from the phone is still found. */
async function search(first, second) {
  const gone = await goneContact(first, second);
  const field = it.page.getByRole("textbox", { name: "Search all versions" });
  await field.fill(gone);
  await it.page.getByText(/results? in all versions$/).waitFor();
  const hit = it.page.getByRole("button", { name: gone }).filter({ hasText: "No longer on the phone" }).first();
  await hit.waitFor();
  await it.picture("13-search");
  await hit.click();
  await it.page.getByRole("article").getByRole("heading", { name: gone }).waitFor();
  await field.fill("qqqqqq");
  await it.text("Nothing found");
  await it.picture("14-nothing-found");
}

async function goneContact(...versions) {
  const [before, after] = await Promise.all(
    versions.map(async ({ id }) => {
      const { view, count } = await it.call("view.open", { version: id, kind: "contacts" });
      return (await it.call("view.rows", { view, from: 0, count })).map(({ title }) => title);
    }),
  );
  const gone = before.find((title) => !after.includes(title));
  assert.ok(gone, "the day takes a contact away");
  return gone;
}

async function otherPages() {
  await it.button("Settings").click();
  await it.heading("Settings");
  await it.picture("15-settings");
  await it.button("Import a backup…").click();
  await it.page.getByRole("dialog").waitFor();
  await it.picture("16-import");
  await it.page.keyboard.press("Escape");
  await it.page.getByRole("list", { name: "Kept in" }).getByRole("button").first().click();
  await it.picture("17-location");
}
