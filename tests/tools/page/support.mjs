// What tests of the page in a real Chromium have in common: node front_test.mjs, with the build in MADSEARCH_BUILD.
// Screenshots go to BUILD/tests/page.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";

export const source = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const build = process.env.MADSEARCH_BUILD ?? join(source, "build");
const madsearch = join(build, "madsearch");
export const page = join(source, "tools/page");
const { chromium } = createRequire(join(page, "package.json"))(
  "playwright-core",
);

const executablePath = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) =>
    (process.env.PATH ?? "").split(":").map((folder) => join(folder, name)),
  )
  .find((file) => existsSync(file));
if (!executablePath) {
  console.log("skipped: there is no Chromium (apt-get install chromium)");
  process.exit(process.env.CI === "true" ? 1 : 77);
}

export const pictures = join(build, "tests/page");
export const scratch = mkdtempSync(join(tmpdir(), "madsearch-page-"));
// Copies: SQLite may leave files beside a store that is read.
export const recorded = join(scratch, "quick");
export const former = join(scratch, "finished");
for (const folder of [recorded, former])
  cpSync(join(source, "tests/data/runs", basename(folder)), folder, {
    recursive: true,
  });
const running = new Set();
export let browser;

before(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});

export const run = (...args) =>
  execFileSync(madsearch, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    cwd: scratch, // where nobody asked anything yet
    stdio: ["ignore", "pipe", "pipe"],
  });
export const reportOf = (name, ...arguments_) => {
  const file = join(scratch, name + ".html");
  run("report", ...arguments_, "--out", file);
  return "file://" + file;
};

export function start(...args) {
  const env = { ...process.env, MADSEARCH_STUB: "milliseconds=60" };
  const child = spawn(madsearch, args, {
    cwd: scratch,
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  running.add(child);
  child.done = new Promise((done) =>
    child.on("exit", () => (running.delete(child), done())),
  );
  return child;
}

/** `madsearch serve` on a free port until all tests are over, and the address that it prints. */
export async function serve(...args) {
  const child = start("serve", ...args, "--port", "0");
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const address = await new Promise((found, failed) => {
    child.stdout.on("data", (text) => {
      said += text;
      const at = /http:\S+/.exec(said);
      if (at) found(at[0]);
    });
    child.on("exit", () => failed(new Error("serve ended: " + said)));
  });
  return { child, address };
}

/** A tab that fails the test where the page complains or asks elsewhere. */
export async function open(address, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const tab = await context.newPage();
  const complaints = [];
  tab.on(
    "console",
    (said) => said.type() === "error" && complaints.push(said.text()),
  );
  tab.on("pageerror", (error) => complaints.push(error.message));
  const home = new URL(address);
  tab.on("request", (request) => {
    const to = new URL(request.url());
    if (!["data:", "blob:"].includes(to.protocol) && to.host !== home.host)
      complaints.push("asked " + request.url());
  });
  tab.close = ((close) => async () => {
    await close();
    await context.close();
    assert.deepEqual(complaints, []);
  })(tab.close.bind(tab));
  await tab.goto(address);
  return tab;
}

export const pointsDrawn = (tab) =>
  tab
    .locator(".front-chart[data-points]")
    .getAttribute("data-points")
    .then(Number);
export const data = (folder) =>
  JSON.parse(run("report", folder, "--format", "json"));
export const scored = (run) =>
  run.candidates.filter((it) => typeof it.score === "number");

/** Where a design's point is on the screen. */
export const placeOf = (tab, id) =>
  tab.evaluate((wanted) => {
    const chart = document.querySelector(".front-chart");
    chart.scrollIntoView({ block: "center" });
    const box = chart.getBoundingClientRect();
    const [x, y] = chart.placeOf(wanted);
    return [box.x + x, box.y + y];
  }, id);

/** What is asked of the page wherever its data come from. */
export async function frontIsRight(tab, run) {
  await tab.locator(".front-chart[data-points]").waitFor();
  assert.equal(await pointsDrawn(tab), scored(run).length);
  for (const member of [run.front.front[0], run.front.front.at(-1)]) {
    await tab.mouse.move(5, 5);
    const [x, y] = await placeOf(tab, member.hash);
    await tab.mouse.move(x, y);
    await tab.locator(".hint", { hasText: member.id }).waitFor();
    await tab.mouse.click(x, y);
    await tab.locator(".candidate-head h2", { hasText: member.id }).waitFor();
    assert.match(tab.url(), new RegExp(member.id));
    await tab.getByLabel("Cost by block").first().waitFor();
    await tab.goBack();
    await tab.locator(".front-chart[data-points]").waitFor();
  }
}

/** Changes a copy of the recorded run by lines of SQL. */
export function changed(name, sql, ...values) {
  const folder = join(scratch, name);
  cpSync(recorded, folder, { recursive: true });
  execFileSync("python3", [
    "-c",
    `import json, sqlite3, sys
store = sqlite3.connect(sys.argv[1] + "/search.db")
for line in sys.argv[2].split(";"):
    store.execute(line, json.loads(sys.argv[3])[: line.count("?")])
store.commit()`,
    folder,
    sql,
    JSON.stringify(values),
  ]);
  return folder;
}

/** The share of places, in pixels of a chart, that are drawn in a colour of the page, thinner lines included. */
export const drawnShare = (tab, chart, places, colour, opacity = 1) =>
  tab.evaluate(
    ([chart, places, colour, opacity]) => {
      const canvas = document.querySelector(`${chart} canvas`);
      const brush = canvas.getContext("2d");
      const scale = canvas.width / canvas.clientWidth;
      const rgb = (name) => {
        const hex = getComputedStyle(document.documentElement)
          .getPropertyValue("--" + name)
          .trim();
        return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
      };
      const [ink, card] = [rgb(colour), rgb("card")];
      const wanted = ink.map((it, i) => it * opacity + card[i] * (1 - opacity));
      // The canvas is transparent: what lies over the card is blended here.
      const far = (pixel) =>
        Math.max(
          ...wanted.map((it, i) => {
            const alpha = pixel[3] / 255;
            return Math.abs(pixel[i] * alpha + card[i] * (1 - alpha) - it);
          }),
        );
      const hit = ([x, y]) => {
        const [left, top] = [x * scale - 1, y * scale - 1].map(Math.round);
        const around = brush.getImageData(left, top, 3, 3).data;
        let least = 255;
        for (let i = 0; i < around.length; i += 4)
          least = Math.min(least, far(around.subarray(i, i + 4)));
        return least < 70;
      };
      return places.filter(hit).length / places.length;
    },
    [chart, places, colour, opacity],
  );

/** So many places on the way from one to another, without its ends. */
export const between = ([x1, y1], [x2, y2], count = 60) =>
  Array.from({ length: count }, (_, i) => {
    const t = (i + 1) / (count + 1);
    return [x1 + t * (x2 - x1), y1 + t * (y2 - y1)];
  });

export const placeIn = (tab, chart, id) =>
  tab.evaluate(
    ([chart, id]) => document.querySelector(chart).placeOf(id),
    [chart, id],
  );

/** What a command prints in JSON. */
export const json = (...args) => JSON.parse(run(...args, "--format", "json"));
