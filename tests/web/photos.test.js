// The photos of a version, looked through as a person would: by date, album, sort and search, one by one, and out into a folder.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { film } from "./kinds.js";
import { backUp, trust, welcome } from "./steps.js";
import { open } from "./window.js";

let it;
let version;
let wall;
before(async () => {
  it = await open("photos", { HEIRLOOM_PRETEND_SCALE: "0.4" });
});
after(() => it?.close());

test("a library of photos", async () => {
  try {
    await welcome(it);
    await trust(it);
    version = await backUp(it, 1, "01-backup");
    await it.page.getByLabel("Versions").getByRole("button").first().click();
    await it.kind("Photos");
    wall = it.page.getByRole("listbox", { name: "Photos" });
    await wall.getByRole("option").first().locator("img").waitFor();
    await it.picture("02-library");
    await rail();
    await scrub();
    await zoom();
    await drawnBox();
    await collections();
    await search();
    await hiddenAndDeleted();
    await viewer();
    await inCloud();
    await exported();
  } catch (error) {
    await it.picture("failed");
    throw error;
  }
  it.clean();
});

const stop = (title) => it.page.getByRole("navigation", { name: "Photos" }).getByRole("button").and(it.page.getByTitle(title, { exact: true }));
const ids = (filter, text = null) => it.call("photos.open", { version: version.id, kind: "photos", filter, text });
const count = (many) => it.page.waitForFunction((many) => document.querySelector("[role=option]")?.ariaSetSize === String(many), many);

/** Everything there is, with how many. */
async function rail() {
  const counts = await it.call("photos.counts", { version: version.id });
  assert.ok(counts.hidden > 0 && counts.deleted > 0 && counts.favourites > 0);
  await stop("All Photos").filter({ hasText: `${counts.shown}` }).waitFor();
  for (const { id, title, count: many } of counts.types.filter(({ id }) => id !== "photo")) {
    assert.equal((await ids({ type: id })).count, many, id);
    await stop(title).filter({ hasText: new RegExp(`\\D${many}$`) }).click();
    await count(many);
  }
  await stop("All Photos").click();
  await count(counts.shown);
}

/** The track beside the wall leads to any month at once. */
async function scrub() {
  const track = it.page.getByRole("slider", { name: "Photos, by date" });
  const box = await track.boundingBox();
  const month = () => track.getAttribute("aria-valuetext");
  const newest = await month();
  await it.page.mouse.move(box.x + 24, box.y + 14);
  await it.page.mouse.down();
  await it.page.mouse.move(box.x + 24, box.y + box.height / 2, { steps: 5 });
  await it.page.locator(".bubble").waitFor();
  await it.picture("03-scrubbing");
  const bubble = await it.page.locator(".bubble").innerText();
  assert.match(bubble, /^[A-Z][a-z]+ \d{4}$/);
  assert.notEqual(bubble, newest);
  await it.page.mouse.move(box.x + 24, box.y + box.height - 2, { steps: 5 });
  await it.page.mouse.up();
  const total = Number(await wall.getByRole("option").first().getAttribute("aria-setsize"));
  await wall.locator(`[aria-posinset="${total}"][aria-label^="P"], [aria-posinset="${total}"][aria-label^="V"], [aria-posinset="${total}"][aria-label^="L"]`).waitFor();
  const oldest = await month();
  await track.press("ArrowUp");
  assert.notEqual(await month(), oldest);
  await track.press("Home");
  await wall.locator('[aria-posinset="1"]').waitFor();
  assert.equal(await month(), newest);
}

/** The picture in the middle stays there, however large it gets. */
async function zoom() {
  const middle = () => it.page.evaluate(() => {
    const { left, top, width, height } = document.querySelector("[role=listbox]").getBoundingClientRect();
    const tile = document.elementsFromPoint(left + width / 2 - 24, top + height / 2).find((one) => one.role === "option");
    return tile && { at: Number(tile.ariaPosInSet), width: tile.getBoundingClientRect().width };
  });
  const track = it.page.getByRole("slider", { name: "Photos, by date" });
  await track.press("PageDown");
  await track.press("ArrowDown");
  await wall.focus();
  let before = await middle();
  assert.ok(before, "a tile in the middle");
  for (const [keys, larger] of [["Control+=", true], ["Control+=", true], ["Control+-", false], ["Control+-", false], ["Control+-", false]]) {
    await it.page.keyboard.press(keys);
    await it.page.waitForFunction((width) => document.querySelector("[role=option]").getBoundingClientRect().width !== width, before.width);
    const seen = await it.page.evaluate((at) => {
      const wall = document.querySelector("[role=listbox]").getBoundingClientRect();
      const tile = document.querySelector(`[aria-posinset="${at}"]`)?.getBoundingClientRect();
      return tile && { off: Math.abs(tile.top + tile.height / 2 - wall.top - wall.height / 2), height: tile.height, width: tile.width };
    }, before.at);
    assert.ok(seen, `photo ${before.at} is still there`);
    assert.equal(seen.width > before.width, larger);
    assert.ok(seen.off < seen.height, `photo ${before.at} is ${seen.off} px off the middle`);
    before = { at: before.at, width: seen.width };
  }
  const slider = it.page.getByRole("slider", { name: "Size of the pictures" });
  await slider.fill("5");
  await it.picture("04-large");
  await slider.fill("0");
  await it.picture("04-small");
  await it.page.reload();
  await it.page.getByLabel("Versions").getByRole("button").first().click();
  await it.kind("Photos");
  await slider.waitFor();
  assert.equal(await slider.inputValue(), "0", "remembered");
  await slider.fill("3");
  await wall.getByRole("option").first().locator("img").waitFor();
}

/** A box drawn over tiles chooses them; at the lower edge the wall comes along. */
async function drawnBox() {
  await it.page.getByRole("slider", { name: "Photos, by date" }).press("Home");
  await wall.locator('[aria-posinset="1"]').waitFor();
  const first = await wall.getByRole("option").nth(0).boundingBox();
  const second = await wall.getByRole("option").nth(1).boundingBox();
  const total = await wall.getByRole("option").first().getAttribute("aria-setsize");
  const chosen = (many) => it.page.getByText(`${many} of ${total} items chosen`).waitFor();
  await it.page.mouse.move(first.x + 20, first.y + 20);
  await it.page.mouse.down();
  await it.page.mouse.move(second.x + 20, second.y + 60, { steps: 4 });
  await it.picture("05-box");
  await it.page.mouse.up();
  await chosen(2);
  assert.deepEqual(await wall.getByRole("option", { selected: true }).evaluateAll((tiles) => tiles.map((tile) => tile.ariaPosInSet)), ["1", "2"]);
  await wall.getByRole("option").nth(3).click({ modifiers: ["Control"] });
  await chosen(3);
  const area = await wall.boundingBox();
  await it.page.mouse.move(first.x + 5, first.y + 5);
  await it.page.mouse.down();
  await it.page.mouse.move(area.x + area.width - 60, area.y + area.height - 2, { steps: 8 });
  await it.page.waitForFunction((seen) => Number(document.querySelector("[role=option]").ariaPosInSet) > seen, 6);
  await it.page.mouse.up();
  const told = it.page.getByText(new RegExp(`^\\d+ of ${total} items chosen$`));
  const many = Number((await told.innerText()).split(" ")[0]);
  assert.ok(many > 20, `${many} chosen over the edge`);
  await it.page.keyboard.press("Escape");
  await told.waitFor({ state: "detached" });
  await it.page.getByRole("slider", { name: "Photos, by date" }).press("Home");
}

/** Albums by their covers, and whatever else this version knows. */
async function collections() {
  const albums = await it.call("photos.albums", { version: version.id });
  const album = albums.find((one) => one.title === "Family");
  await stop("Albums").click();
  await it.page.getByRole("button", { name: /Family/ }).locator("img").waitFor();
  await it.picture("06-albums");
  await it.page.getByRole("button", { name: /Family/ }).click();
  await it.heading("Family");
  await count(album.count);
  await it.picture("06-album");
  await it.button("Back to Albums").click();
  const folder = albums.find(({ folders }) => folders.includes("Projects"));
  await it.page.getByRole("button", { name: "Projects" }).click();
  await count((await ids({ folder: String(folder.folder_ids[0]) })).count);
  for (const [title, command, filter] of [["People", "photos.people", "person"], ["Places", "photos.places", "place"], ["Keywords", "photos.keywords", "keyword"]]) {
    const [known] = (await it.call(command, { version: version.id })).toSorted((a, b) => b.count - a.count);
    assert.equal(await stop(title).count(), known ? 1 : 0, title);
    if (!known) continue;
    await stop(title).click();
    const named = known.title ?? known.name ?? "Unnamed";
    await it.page.locator("button.cover").filter({ hasText: named }).first().waitFor();
    await it.picture(`07-${title.toLowerCase()}`);
    await it.page.locator("button.cover").filter({ hasText: named }).filter({ hasText: `${known.count} item` }).first().click();
    await count(known.count);
    assert.equal((await ids({ [filter]: String(known.id ?? known.title) })).count, known.count);
  }
}

async function search() {
  await stop("All Photos").click();
  const field = it.page.getByRole("textbox", { name: "Search photos" });
  const { days } = await ids({});
  const [year, month] = days[Math.floor(days.length / 2)].day.split("-").map(Number);
  const words = new Date(year, month - 1, 1).toLocaleDateString("en-GB", { month: "long", year: "numeric" });
  const inMonth = days.filter(({ day }) => day.startsWith(`${year}-${String(month).padStart(2, "0")}`)).reduce((sum, { count }) => sum + count, 0);
  await field.fill(words);
  await it.page.getByText(`${inMonth} items found for “${words}”`).waitFor();
  await it.picture("08-search");
  await field.fill("Family");
  await count((await ids({}, "Family")).count);
  await field.fill("qqqqqq");
  await it.heading("Nothing found for “qqqqqq”");
  await it.picture("08-nothing-found");
  await field.fill("");
  await wall.getByRole("option").first().waitFor();
}

/** Nothing hidden is drawn, nor asked for, before a click. */
async function hiddenAndDeleted() {
  const { hidden, deleted } = await it.call("photos.counts", { version: version.id });
  let asked = 0;
  const ask = (request) => (asked += /\/(call\/photos\.rows|media\/)/.test(request.url()) ? 1 : 0);
  await stop("Hidden").click();
  await it.button("Show hidden photos").waitFor();
  it.page.on("request", ask);
  await it.picture("09-hidden");
  assert.equal(await wall.count(), 0);
  assert.equal(asked, 0, "pictures were asked for");
  it.page.off("request", ask);
  await it.button("Show hidden photos").click();
  await count(hidden);
  await stop("Recently Deleted").click();
  await count(deleted);
  await it.picture("09-deleted");
  await stop("Hidden").click();
  await it.button("Show hidden photos").waitFor();
  await stop("All Photos").click();
}

const dialog = () => it.page.locator("dialog[open]");
async function openFirst(title) {
  await stop(title).click();
  await count((await it.call("photos.counts", { version: version.id })).types.find((one) => one.title === title).count);
  await wall.getByRole("option").first().dblclick();
  await dialog().waitFor();
}
async function leave() {
  await it.page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
}

async function viewer() {
  await openFirst("Edited");
  await dialog().getByRole("button", { name: /Compare/ }).waitFor();
  await it.page.keyboard.press("e");
  await dialog().getByText("Original", { exact: true }).first().waitFor();
  await it.picture("10-compare");
  const shapes = await dialog().locator("figure img").evaluateAll((images) => images.map(({ src, naturalWidth }) => [src, naturalWidth]));
  assert.equal(shapes.length, 2);
  assert.match(shapes[0][0], /\/screen\/original\//);
  assert.match(shapes[1][0], /\/screen\/edited\//);
  assert.ok(shapes.every(([, width]) => width > 0));
  await it.page.keyboard.press("+");
  const looks = await dialog().locator("figure img").evaluateAll((images) => images.map((image) => image.style.transform));
  assert.match(looks[0], /scale\(1\.5\)/);
  assert.equal(looks[0], looks[1], "both are enlarged");
  await it.page.keyboard.press("e");
  await dialog().locator("figure").first().waitFor({ state: "detached" });
  await leave();

  await openFirst("Live Photos");
  await dialog().getByRole("button", { name: "Live" }).waitFor();
  await it.page.keyboard.press(" ");
  await dialog().locator("video").waitFor({ state: "attached" });
  await leave();

  await openFirst("Bursts");
  const strip = dialog().getByRole("list", { name: "Pictures of this burst" });
  await strip.getByRole("button").nth(2).click();
  await strip.getByRole("button", { name: /^Picture 3 of/ }).and(it.page.locator("[aria-current=true]")).waitFor();
  await it.page.keyboard.press("i");
  await dialog().getByRole("heading", { name: "Information" }).waitFor();
  await it.picture("11-burst");
  await it.page.keyboard.press("i");
  await leave();
  await film(it, version);
}

/** Originals that are only in iCloud: counted, marked, and shown as well as can be. */
async function inCloud() {
  await stop("Only in iCloud").click();
  await it.page.getByText("shown is the best picture that was on the iPhone").waitFor();
  await wall.getByRole("option", { name: /original only in iCloud/ }).first().waitFor();
  await it.picture("13-icloud-wall");
  await openFirst("Only in iCloud");
  await dialog().getByText("The original is in iCloud Photos, not on the phone.").waitFor();
  await it.picture("13-icloud");
  await leave();
}

/** Three edited photos, as they were and as they are, by month, with what is known of them. */
async function exported() {
  await stop("Edited").click();
  const view = await ids({ type: "edited" });
  const tiles = await it.call("photos.rows", { view: view.view, from: 0, count: 3 });
  await count(view.count);
  await wall.getByRole("option").nth(0).click();
  await wall.getByRole("option").nth(2).click({ modifiers: ["Shift"] });
  await it.button("Export 3 chosen items").click();
  const form = it.page.getByRole("dialog", { name: "Export photos" });
  await it.picture("14-export");
  await form.getByRole("radio", { name: /^Both/ }).check();
  await form.getByRole("combobox", { name: "Folders" }).selectOption({ label: "A folder for each month" });
  await form.getByRole("combobox", { name: "Names" }).selectOption({ label: "Numbered: 0001 IMG_0042.HEIC" });
  await form.getByRole("checkbox", { name: /XMP/ }).check();
  await form.getByRole("checkbox", { name: /HEIC into JPEG/ }).check();
  await it.picture("14-export-options");
  const folder = join(it.home, "photos");
  await mkdir(folder);
  await form.getByRole("button", { name: "Choose…" }).click();
  await it.page.getByRole("textbox", { name: /folder’s path/ }).fill(folder);
  await it.button("Choose").click();
  await form.getByRole("button", { name: "Export", exact: true }).click();
  await it.page.getByText(/3 items in \d+ files/).first().waitFor();
  await it.picture("15-exported");
  const written = await readdir(join(folder, "Photos"), { recursive: true });
  for (const [at, { local_day: day }] of tiles.entries()) {
    const own = written.filter((name) => name.startsWith(join(day.slice(0, 7), `000${at + 1} IMG_`)));
    const ends = (ending) => own.find((name) => ending.test(name));
    const pictures = [ends(/IMG_\d+\.JPG$/), ends(/IMG_\d+ \(edited\)\.jpe?g$/i)];
    for (const name of pictures) {
      assert.ok(name, `photo ${at + 1}: ${own.join(", ")}`);
      assert.deepEqual([...(await readFile(join(folder, "Photos", name))).subarray(0, 3)], [0xff, 0xd8, 0xff], name);
    }
    const sidecar = ends(/\.xmp$/);
    assert.match(await readFile(join(folder, "Photos", sidecar), "utf8"), /<x:xmpmeta/);
  }
  await it.button("Put away").click();
}
