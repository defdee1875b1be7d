// From an empty window to two versions and a search in both, as a person would do it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { calls, contacts, exportAsPages, files, messages, photos, whatsapp } from "./kinds.js";
import { backUp, counted, trust, welcome } from "./steps.js";
import { open } from "./window.js";

let it;
before(async () => void (it = await open()));
after(() => it?.close());

test("two backups of a pretend iPhone", async () => {
  try {
    await welcome(it, true);
    await trust(it, true);
    const first = await counted(it, await backUp(it, 1, "05-first-backup"));
    await it.page.getByLabel("Versions").getByRole("button").first().click();
    await messages(it, first);
    await exportAsPages(it);
    await whatsapp(it);
    await photos(it, first);
    await contacts(it, first);
    await calls(it, first);
    await files(it, first);
    await it.button("Back to the versions").click();
    await aDayPasses();
    const second = await counted(it, await backUp(it, 2, "11-second-backup"));
    await bothVersions(first, second);
    await search(first, second);
    await otherPages();
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  it.clean();
});

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
