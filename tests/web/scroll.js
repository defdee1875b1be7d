// Scrolls the longest conversation of an engine's newest version in Chromium, and prints what it took as JSON.
//
//     node scroll.js HOME
//
// HOME is the engine's, with one device. A frame is late when the next does not follow within a tenth of a second; bubbles are
// missing when the middle of the window shows none for longer than that.

import { open } from "./window.js";

const WHEELS = 300;
const LATE = 100;

const it = await open("scroll", { HEIRLOOM_HOME: process.argv[2] });
try {
  await it.page.getByRole("list", { name: "Devices", exact: true }).getByRole("button").first().click();
  await it.page.getByLabel("Versions").getByRole("button").first().click();
  await it.kind("Messages");
  const { title, count } = await longest();
  await it.page.getByRole("option").filter({ hasText: title }).first().click();
  const thread = it.page.getByLabel("Conversation", { exact: true });
  await thread.getByRole("heading", { name: title }).waitFor();
  await thread.locator(".bubble").last().waitFor();
  const box = await thread.boundingBox();
  await it.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await watch();
  for (let wheel = 0; wheel < WHEELS; wheel++) {
    await it.page.mouse.wheel(0, -1200);
    await it.page.waitForTimeout(16);
  }
  const { frames, missing } = await it.page.evaluate(() => window.seen());
  await it.picture("scrolled");
  const late = frames.filter((took) => took > LATE);
  const worst = Math.max(...frames);
  console.log(JSON.stringify({ count, frames: frames.length, late: late.length, worst, missing }));
} finally {
  await it.close();
}

/** The conversation with most messages. */
async function longest() {
  const { view, count } = await it.call("view.open", { version: "latest", kind: "messages" });
  const cards = await it.call("view.rows", { view, from: 0, count: Math.min(count, 1000) });
  let most = { count: 0 };
  for (const card of cards) {
    const opened = await it.call("conversation.open", { version: "latest", kind: "messages", conversation: card.id });
    if (opened.count > most.count) most = { title: card.title, count: opened.count };
    await it.call("view.close", { view: opened.view });
  }
  return most;
}

/** Notes from now on how long each frame takes, and for how long at most the middle of the conversation is empty. */
async function watch() {
  await it.page.evaluate(() => {
    const frames = [];
    let last = performance.now();
    let shown = last;
    let missing = 0;
    const look = (now) => {
      frames.push(now - last);
      last = now;
      const pane = document.querySelector("section[aria-label=Conversation]").getBoundingClientRect();
      const rows = [...document.querySelectorAll("section[aria-label=Conversation] .message")];
      const middle = pane.top + pane.height / 2;
      const near = rows.some((row) => Math.abs(row.getBoundingClientRect().top - middle) < pane.height / 2);
      if (near) shown = now;
      missing = Math.max(missing, now - shown);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    window.seen = () => ({ frames, missing });
  });
}
