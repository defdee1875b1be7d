// A walk through one version, kind by kind.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

export async function messages(it, version) {
  await it.showsCounts(version);
  await it.kind("Messages");
  const bubbles = it.page.getByLabel("Conversation", { exact: true }).locator(".bubble");
  await bubbles.first().waitFor();
  const { view, count } = await it.call("view.open", { version: version.id, kind: "messages" });
  assert.equal(count, version.counts.messages);
  const [card] = await it.call("view.rows", { view, from: 0, count: 1 });
  await it.page.getByLabel("Conversation", { exact: true }).getByRole("heading", { name: card.title }).waitFor();
  assert.ok((await bubbles.count()) > 3, "several bubbles on the screen");
  await it.picture("06-messages");
  await filters(it, count);
}

/** Groups alone, then everything again. */
async function filters(it, count) {
  const list = it.page.getByRole("listbox", { name: "Messages" });
  const groups = (await it.call("view.open", { version: "latest", kind: "messages", filter: { group: "1" } })).count;
  assert.ok(groups > 0 && groups < count);
  await it.button("Narrow the list").click();
  await it.page.getByText("Groups", { exact: true }).click();
  await it.glimpse("06-messages-filters");
  await it.button("Show").click();
  await it.page.waitForFunction((many) => document.querySelector("[role=option]")?.getAttribute("aria-setsize") === String(many), groups);
  await it.button("The list is narrowed; change that").click();
  await it.button("Show all").click();
  await list.getByRole("option").first().waitFor();
  await it.page.waitForFunction((many) => document.querySelector("[role=option]")?.getAttribute("aria-setsize") === String(many), count);
}

/** A group that writes markup, which is words here; found again, copied, and its pictures. */
export async function whatsapp(it) {
  await it.kind("WhatsApp");
  await it.page.getByRole("option").filter({ hasText: "Saturday walk" }).click();
  const thread = it.page.getByLabel("Conversation", { exact: true });
  await thread.getByText("Unsupported kind 63").waitFor();
  await it.picture("06-whatsapp");
  await it.button("Find in this conversation").click();
  await it.page.getByRole("textbox", { name: "Find in this conversation" }).fill("UMBRELLA");
  await thread.getByText("1 of 1").waitFor();
  await thread.getByText("Who has the <b>umbrella</b>? <script>alert(1)</script>").first().waitFor();
  assert.equal(await thread.locator(".bubble b, .bubble script").filter({ hasText: "umbrella" }).count(), 0, "markup is words");
  await it.page.keyboard.press("Escape");
  await it.button("Photos and files").click();
  await it.page.locator("dialog img").nth(1).waitFor();
  await it.picture("06-whatsapp-files");
  await it.button("Close").click();
  await it.button("Choose messages").click();
  await thread.getByRole("checkbox").first().click();
  await it.text("1 message chosen");
  await it.button("Cancel").click();
}

/** A conversation that runs from right to left, as pages, through the dialog. */
export async function exportAsPages(it) {
  await it.kind("Messages");
  const list = it.page.getByRole("listbox", { name: "Messages" });
  const { view, count } = await it.call("view.open", { version: "latest", kind: "messages" });
  const { title } = (await it.call("view.rows", { view, from: 0, count })).find((card) => /[\u0590-\u06ff]/.test(card.title));
  await it.page.getByRole("textbox", { name: "Search messages" }).fill(title);
  await list.getByRole("option").filter({ hasText: title }).first().click();
  await it.page.getByLabel("Conversation", { exact: true }).getByRole("heading", { name: title }).waitFor();
  await it.picture("06-messages-right-to-left");
  await it.button("Export this conversation").click();
  const dialog = it.page.getByRole("dialog", { name: `Export “${title}”` });
  await dialog.getByRole("radio", { name: /PDF/ }).check();
  await it.picture("06-export");
  assert.ok(await dialog.getByRole("button", { name: "Export", exact: true }).isDisabled(), "not before it is known where to");
  const folder = join(it.home, "pages");
  await mkdir(folder);
  await it.button("Choose…").click();
  await it.page.getByRole("textbox", { name: /folder’s path/ }).fill(folder);
  await it.button("Choose").click();
  await dialog.getByText(folder).waitFor();
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await it.page.getByText(/items? in \d+ files?/).first().waitFor();
  await it.picture("06-exported");
  const written = await readdir(join(folder, "Messages"));
  const pages = written.find((name) => name.endsWith(".pdf"));
  assert.equal((await readFile(join(folder, "Messages", pages))).subarray(0, 5).toString(), "%PDF-");
  await it.button("Put away").click();
  await it.page.getByRole("textbox", { name: "Search messages" }).fill("");
}

export async function photos(it, version) {
  await it.kind("Photos");
  const wall = it.page.getByRole("listbox", { name: "Photos" });
  const tile = wall.getByRole("option").first();
  await tile.waitFor();
  assert.equal(await tile.getAttribute("aria-setsize"), String(version.counts.photos));
  await it.picture("07-photos");
  await tile.dblclick();
  const viewer = it.page.locator("dialog[open]");
  const name = () => viewer.getByRole("heading").first().innerText();
  await viewer.locator("img").first().waitFor();
  await it.page.waitForFunction(() => [...document.querySelectorAll("dialog img")].some((image) => image.naturalWidth > 100));
  const first = await name();
  await it.picture("08-photo");
  await it.page.keyboard.press("i");
  await viewer.getByRole("heading", { name: "Information" }).waitFor();
  await it.picture("08-photo-information");
  await it.page.keyboard.press("i");
  await it.page.keyboard.press("ArrowRight");
  await it.page.waitForFunction((before) => document.querySelector("dialog h2")?.textContent !== before, first);
  await it.page.keyboard.press("ArrowLeft");
  await it.page.waitForFunction((before) => document.querySelector("dialog h2")?.textContent === before, first);
  await it.page.keyboard.press("Escape");
  await viewer.waitFor({ state: "detached" });
}

/** A video plays from anywhere: it is asked for piece by piece, each of which is what the whole has there. */
export async function film(it, version) {
  const { count } = await it.call("photos.open", { version: version.id, kind: "photos", filter: { type: "video" } });
  await it.page.getByRole("navigation", { name: "Photos" }).getByRole("button").and(it.page.getByTitle("Videos", { exact: true })).click();
  await it.page.waitForFunction((many) => document.querySelector("[role=option]")?.ariaSetSize === String(many), count);
  await it.page.getByRole("listbox", { name: "Photos" }).getByRole("option").first().dblclick();
  const video = it.page.locator("dialog[open] video");
  await video.waitFor({ state: "attached" });
  await video.evaluate((film) => film.readyState > 0 || new Promise((resolve) => (film.onloadedmetadata = resolve)));
  const [length, at] = await video.evaluate(async (film) => {
    film.pause();
    const there = new Promise((resolve) => (film.onseeked = resolve));
    film.currentTime = film.duration * 0.7;
    await there;
    return [film.duration, film.currentTime];
  });
  assert.ok(Math.abs(at - length * 0.7) < 0.2, `${at} of ${length} s`);
  const source = await video.evaluate(({ src }) => src);
  const whole = Buffer.from(await (await fetch(source)).arrayBuffer());
  assert.equal(whole.subarray(4, 8).toString(), "ftyp");
  const part = await fetch(source, { headers: { Range: "bytes=10001-19999" } });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(10_001, 20_000));
  await it.picture("08-video");
  await it.page.keyboard.press("Escape");
  await it.page.locator("dialog[open]").waitFor({ state: "detached" });
}

/** Every contact goes into one vCard file. */
export async function contacts(it, version) {
  const count = version.counts.contacts;
  await it.kind("Contacts");
  const rows = it.page.getByRole("listbox", { name: "Contacts" });
  await rows.getByRole("option").nth(2).click();
  await it.picture("09-contacts");
  await it.page.keyboard.press("Control+a");
  await it.text(`${count} contacts chosen of ${count}`);
  await it.button(`Export ${count} contacts`).click();
  await it.glimpse("09-contacts-export");
  await it.page.getByRole("menuitem", { name: /vCard/ }).click();
  const folder = join(it.home, "exported");
  await mkdir(folder);
  await it.page.getByRole("textbox", { name: /folder’s path/ }).fill(folder);
  await it.glimpse("09-contacts-where");
  await it.button("Choose").click();
  await it.text(`${count} items in 1 file`);
  await it.picture("09-contacts-exported");
  const [file, ...others] = await readdir(folder);
  assert.deepEqual(others, []);
  assert.match(file, /\.vcf$/);
  // Each contact by its name; the one that is linked from two accounts has a card for each.
  const names = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n ", "").match(/(?<=^FN:).*(?=\r$)/gm);
  const { view } = await it.call("view.open", { version: version.id, kind: "contacts" });
  const titles = (await it.call("view.rows", { view, from: 0, count })).map(({ title }) => title);
  assert.deepEqual(new Set(names.map((name) => name.replaceAll("\\", ""))), new Set(titles));
  assert.equal(names.length, count + 1);
  await it.button("Put away").click();
}

export async function calls(it, version) {
  await it.kind("Calls");
  const rows = it.page.getByRole("listbox", { name: "Calls" });
  await rows.getByRole("option").first().waitFor();
  assert.equal(await rows.getByRole("option").first().getAttribute("aria-setsize"), String(version.counts.calls));
  await it.page.getByRole("article").waitFor();
  await it.picture("10-calls");
}

export async function files(it, version) {
  const domains = await it.call("files.domains", { version: version.id });
  await it.kind("Files");
  await it.text(`${domains.length} areas`);
  await it.picture("10-files");
  await it.page.getByRole("textbox", { name: "Filter apps and areas" }).fill("HomeDomain");
  await it.page.getByRole("listbox", { name: "Apps and areas" }).getByRole("button", { name: /HomeDomain/ }).first().click();
  for (const folder of ["Library", "Preferences"]) await it.button(`Open ${folder}`).click();
  await it.page.getByRole("listbox", { name: "Folder" }).getByRole("option", { name: /\.plist/ }).first().click();
  await it.page.locator("pre").first().waitFor();
  await it.picture("10-files-preview");
}
