// Scrolls and scrubs the photos of an engine's newest version in Chromium, and prints what it took as JSON.
//
//     node scroll-photos.js HOME [COUNT]
//
// HOME is the engine's, with one device. With COUNT the library is so long: the photos there are come again and again, a page of rows
// from the engine and the rest of it from here; that says what the page does, not what the engine does with such a library. A frame is late when the next does not follow within 50 ms. After each jump the time is
// taken until every tile in the window knows its photo, and until every picture is there; what is blank later than 200 ms after the
// hand came to rest is blank for too long.

import { open } from "./window.js";

const WHEELS = 300;
const JUMPS = 20;
const LATE = 50;
const REST = 200;

const it = await open("scroll", { HEIRLOOM_HOME: process.argv[2] });
try {
  if (process.argv[3]) await lengthen(Number(process.argv[3]));
  await it.page.getByRole("list", { name: "Devices", exact: true }).getByRole("button").first().click();
  await it.page.getByLabel("Versions").getByRole("button").first().click();
  const opened = Date.now();
  await it.kind("Photos");
  const wall = it.page.getByRole("listbox", { name: "Photos" });
  await wall.getByRole("option").first().locator("img").waitFor();
  const first = Date.now() - opened;
  const count = Number(await wall.getByRole("option").first().getAttribute("aria-setsize"));
  await watch();
  const wheeled = await wheels(wall);
  const scrubbed = await scrubs();
  await it.picture("photos-scrolled");
  console.log(JSON.stringify({ count, first, wheeled, scrubbed }));
} finally {
  await it.close();
}

/** Answers for a library of so many photos, on thirty-three a day. */
async function lengthen(count) {
  const A_DAY = 33;
  const newest = Date.UTC(2026, 10, 30);
  const dayOf = (at) => new Date(newest - Math.floor(at / A_DAY) * 86_400_000).toISOString().slice(0, 10);
  const days = Array.from({ length: Math.ceil(count / A_DAY) }, (_, i) => ({ day: dayOf(i * A_DAY), from: i * A_DAY, count: Math.min(A_DAY, count - i * A_DAY) }));
  await it.page.route("**/call/photos.open", async (route) => {
    const response = await route.fetch();
    const { view, count: real } = await response.json();
    const rows = await it.call("photos.rows", { view, from: 0, count: Math.min(real, 1000) });
    await it.page.route("**/call/photos.rows", async (route) => {
      const { from, count: many } = route.request().postDataJSON();
      await route.fulfill({ json: Array.from({ length: many }, (_, i) => ({ ...rows[(from + i) % rows.length], local_day: dayOf(from + i) })) });
    });
    await route.fulfill({ response, json: { view, count, days, skipped: [] } });
  });
}

/** A wheel turned without a stop, then a rest. */
async function wheels(wall) {
  const box = await wall.boundingBox();
  await it.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await it.page.evaluate(() => window.seen.reset());
  for (let wheel = 0; wheel < WHEELS; wheel++) {
    await it.page.mouse.wheel(0, 900);
    await it.page.waitForTimeout(16);
  }
  const frames = await it.page.evaluate(() => window.seen.frames());
  return { ...told(frames), ...blank([await it.page.evaluate(() => window.seen.rested())]) };
}

/** The scrubber pulled to places all over the library, with a rest at each. */
async function scrubs() {
  const track = it.page.getByRole("slider", { name: /by date/ });
  const box = await track.boundingBox();
  const at = (share) => [box.x + box.width / 2, box.y + 14 + (box.height - 28) * share];
  await it.page.mouse.move(...at(0));
  await it.page.mouse.down();
  await it.page.evaluate(() => window.seen.reset());
  const rests = [];
  for (let jump = 1; jump <= JUMPS; jump++) {
    // Far apart each time, never where it was before.
    await it.page.mouse.move(...at((jump * 0.618) % 1), { steps: 12 });
    rests.push(await it.page.evaluate(() => window.seen.rested()));
  }
  const frames = await it.page.evaluate(() => window.seen.frames());
  await it.page.mouse.up();
  return { ...told(frames), ...blank(rests) };
}

function told(frames) {
  return { frames: frames.length, late: frames.filter((took) => took > LATE).length, worst: Math.round(Math.max(...frames)) };
}

/** How long tiles and their pictures were blank beyond the rest that is allowed, at most; and at the median altogether. */
function blank(rests) {
  const over = (all) => Math.round(Math.max(0, ...all.map((took) => took - REST)));
  const median = (all) => Math.round(all.toSorted((a, b) => a - b)[all.length >> 1]);
  const [tiles, pictures] = [rests.map(({ tiles }) => tiles), rests.map(({ pictures }) => pictures)];
  return { tiles: median(tiles), tilesBlank: over(tiles), pictures: median(pictures), picturesBlank: over(pictures) };
}

/** Notes from now on how long each frame takes, and tells when the wall is complete. */
async function watch() {
  await it.page.evaluate(() => {
    let frames = [];
    let last = performance.now();
    const look = (now) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    const seen = () => {
      const wall = document.querySelector("[role=listbox][aria-label=Photos]").getBoundingClientRect();
      return [...document.querySelectorAll("[role=listbox][aria-label=Photos] [role=option]")].filter((tile) => {
        const { top, bottom } = tile.getBoundingClientRect();
        return bottom > wall.top && top < wall.bottom;
      });
    };
    const known = (tiles) => tiles.length > 0 && tiles.every((tile) => tile.ariaLabel !== "Loading");
    const drawn = (tiles) => known(tiles) && tiles.every((tile) => [...tile.querySelectorAll("img")].every((image) => image.complete));
    window.seen = {
      reset: () => void (frames = []),
      frames: () => frames,
      rested: () => new Promise((resolve) => {
        const begun = performance.now();
        let tiles = null;
        const wait = () => {
          const now = performance.now() - begun;
          const shown = seen();
          if (tiles === null && known(shown)) tiles = now;
          if (drawn(shown) || now > 30_000) resolve({ tiles: tiles ?? now, pictures: now });
          else requestAnimationFrame(wait);
        };
        requestAnimationFrame(wait);
      }),
    };
  });
}
