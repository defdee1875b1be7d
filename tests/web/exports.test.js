// Exported pages, opened from the disk as a person would: they load nothing but what lies in their folder.

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { backUp, trust, welcome } from "./steps.js";
import { open } from "./window.js";

let it;
let folder;
before(async () => {
  it = await open("exports");
  folder = await mkdtemp(join(tmpdir(), "heirloom-exports-"));
});
after(async () => {
  await it?.close();
  await rm(folder, { recursive: true, force: true });
});

test("exported conversations in a browser", async () => {
  await welcome(it);
  await trust(it);
  const version = await backUp(it, 1, "01-backup");
  for (const kind of ["messages", "whatsapp"]) await pages(version, kind);
  it.clean();
});

async function pages(version, kind) {
  const asked = { version: version.id, kind, format: "html", to: folder, hashes: true };
  const { job } = await it.call("export.start", asked);
  const { state, result, error } = await ended(job);
  assert.equal(state, "done", JSON.stringify(error));
  const root = pathToFileURL(`${result.path}/`).href;
  const { page, wrong } = await visitor(root);
  await page.goto(`${root}index.html`);
  const links = await page.locator(".index a").evaluateAll((links) => links.map((link) => link.href));
  assert.equal(links.length, (await readdir(join(result.path, "Conversations"))).filter((name) => !/\(page \d+\)/.test(name)).length);
  await looks(page, `${kind}-index`);
  let seen = 0;
  for (const link of links) {
    await page.goto(link);
    seen += await page.locator("article, .event").count();
    // What is further down loads as it comes into view.
    await page.evaluate(async () => {
      for (const image of document.images) image.loading = "eager";
      await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    });
    const broken = await page.evaluate(() => [...document.images].filter((image) => image.naturalWidth === 0).map((image) => image.src));
    assert.deepEqual(broken, [], link);
    for (let later; (later = page.getByRole("link", { name: "Later messages" })), await later.count(); ) {
      await later.click();
      seen += await page.locator("article, .event").count();
    }
  }
  assert.equal(seen, result.items, "every message is on a page");
  await page.goto(links[0]);
  await looks(page, `${kind}-conversation`);
  if (kind === "whatsapp") {
    await page.goto(links.find((link) => link.includes("Saturday")));
    await page.getByText("Who has the <b>umbrella</b>? <script>alert(1)</script>").first().waitFor();
    assert.equal(await page.locator("script, .bubble > b").filter({ hasText: "umbrella" }).count(), 0, "markup is words");
    await looks(page, `${kind}-group`);
  }
  assert.deepEqual(wrong, []);
  await page.close();
}

/** The job once it is over. */
async function ended(id) {
  for (;;) {
    const job = (await it.call("jobs.list")).find((one) => one.id === id);
    if (job.ended !== null) return job;
    await it.page.waitForTimeout(100);
  }
}

/** A page that notes what it complains of, and whatever it asks for outside of the folder. */
async function visitor(root) {
  const page = await it.page.context().browser().newPage({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  const wrong = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(root)) wrong.push(`a request to ${request.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(message.text());
  });
  return { page, wrong };
}

async function looks(page, name) {
  for (const [width, height] of [[800, 600], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(it.screenshots, `${name}-${width}-${colorScheme}.png`) });
    }
  }
}
