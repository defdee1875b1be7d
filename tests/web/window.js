// The web host with a home of its own, and the page it serves in Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SCREENSHOTS = here("../../target/screenshots/web");
const FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const SIZES = [
  { width: 800, height: 600 },
  { width: 1280, height: 800 },
];
/** How long anything may take, in milliseconds. */
const PATIENCE = 60_000;

/** Opens the page over an engine that knows nothing yet; pictures of it go into a folder called so, `variables` to the engine. */
export async function open(pictures = "", variables = {}) {
  const screenshots = join(SCREENSHOTS, pictures);
  const home = await mkdtemp(join(tmpdir(), "heirloom-web-"));
  const host = await serve(home, variables);
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS.split(" ") });
  const page = await browser.newPage({ viewport: SIZES.at(-1), locale: "en-GB", timezoneId: "Europe/Berlin" });
  page.setDefaultTimeout(PATIENCE);
  const wrong = listen(page);
  await mkdir(screenshots, { recursive: true });
  await page.goto(host.address);
  return {
    home,
    screenshots,
    page,
    /** Fails with every line of what went wrong in the page, but for those that were meant to. */
    clean(meant = null) {
      const lines = wrong.filter((line) => !meant?.test(line));
      for (const line of lines) console.error(`in the page: ${line}`);
      assert.equal(lines.length, 0, `the page complained:\n${lines.join("\n")}`);
    },
    call: (name, body) => call(host.address, name, body),
    heading: (name) => page.getByRole("heading", { name }).first().waitFor(),
    text: (text) => page.getByText(text).first().waitFor(),
    button: (name) => page.getByRole("button", { name, exact: true }),
    kind: (title) => rail(page, title).click(),
    /** Waits until the list of kinds says how many of each there are. */
    async showsCounts({ counts }) {
      for (const [id, count] of Object.entries(counts)) {
        const title = id === "whatsapp" ? "WhatsApp" : id[0].toUpperCase() + id.slice(1);
        await rail(page, title).filter({ hasText: new RegExp(`\\D${count}$`) }).waitFor();
      }
    },
    /** What there is to look at on a device, by its title. */
    stop: (title) => page.getByLabel("On this iPhone", { exact: true }).getByRole("button").and(page.getByTitle(title, { exact: true })),
    picture: (name) => picture(page, join(screenshots, name)),
    /** One picture of what passes too soon for all of them. */
    glimpse: (name) => page.screenshot({ path: join(screenshots, `${name}.png`) }),
    async close() {
      await browser.close();
      await host.stop();
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function rail(page, title) {
  return page.getByLabel("Kinds").getByRole("button").and(page.getByTitle(title, { exact: true }));
}

async function serve(home, variables) {
  const program = process.env.HEIRLOOM_WEB_HOST ?? here("../../target/debug/web-host");
  const env = { ...process.env, HEIRLOOM_HOME: home, HEIRLOOM_PRETEND_SCALE: "0.02", ...variables };
  const child = spawn(program, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const started = (async () => {
    for await (const line of createInterface(child.stdout)) return line;
    throw new Error(`${program} ended before it listened`);
  })();
  const failed = new Promise((_, reject) => child.once("error", reject));
  const address = await Promise.race([started, failed]);
  const stop = async () => {
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  };
  return { address, stop };
}

/** All that a page must never do, each with when: an error in the console, an exception, a request its policy forbids or that
 * leaves this computer. */
function listen(page) {
  const wrong = [];
  const begun = Date.now();
  const tell = (line) => wrong.push(`after ${((Date.now() - begun) / 1000).toFixed(1)} s: ${line}`);
  // Nothing is loaded from anywhere but this computer, whatever a message says.
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const here = ["data:", "blob:"].includes(protocol) || ["127.0.0.1", "localhost"].includes(hostname);
    if (!here) tell(`a request to ${request.url()}`);
  });
  page.on("pageerror", (error) => tell(String(error.stack ?? error)));
  page.on("console", (message) => {
    const { url, lineNumber } = message.location();
    if (message.type() === "error" || message.type() === "warning") tell(`${message.type()}: ${message.text()} (${url}:${lineNumber})`);
  });
  return wrong;
}

async function call(address, name, body = {}) {
  const response = await fetch(`${address}/call/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${name}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Pictures come after the words: waits for those that can be seen, and for what moves to come to rest. */
async function painted(page) {
  await page.waitForTimeout(300);
  const seen = () =>
    [...document.images].every((image) => {
      const { top, bottom } = image.getBoundingClientRect();
      return image.complete || bottom < 0 || top > innerHeight;
    });
  await page.waitForFunction(seen, null, { timeout: 20_000 });
}

/** Keeps how the page looks now: in each size, by day and by night. */
async function picture(page, path) {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await painted(page);
      await page.screenshot({ path: `${path}-${size.width}-${colorScheme}.png` });
    }
  }
}
