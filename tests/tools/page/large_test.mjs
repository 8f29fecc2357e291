// A run of 20,000 candidates.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  browser,
  data,
  open,
  pointsDrawn,
  recorded,
  reportOf,
  scratch,
  source,
} from "./support.mjs";

/** Milliseconds of processor time that each process has taken which draws pages. */
async function renderers() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return new Map(
    processInfo
      .filter((it) => it.type === "renderer")
      .map((it) => [it.id, 1000 * it.cpuTime]),
  );
}

test("20,000 candidates are there within two seconds and don't stutter", async () => {
  const folder = join(scratch, "large");
  mkdirSync(folder);
  execFileSync("python3", [
    join(source, "tests/tools/page/large_store.py"),
    join(recorded, "search.db"),
    join(folder, "search.db"),
    "20000",
  ]);
  const report = reportOf("large", folder);
  const before = await renderers();
  const tab = await open(report);
  await tab.locator(".front-chart[data-points]").waitFor();
  const first = await tab.evaluate(() =>
    Number(document.querySelector(".front-chart").dataset.ready),
  );
  let work = 0;
  for (const [id, taken] of await renderers())
    work += taken - (before.get(id) ?? 0);
  assert.ok((await pointsDrawn(tab)) > 19000);
  await tab.evaluate(() => {
    window.longest = 0;
    let last = performance.now();
    const frame = (now) => {
      window.longest = Math.max(window.longest, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const box = await tab.locator(".front-chart").boundingBox();
  const idle = await renderers();
  const moves = 60;
  for (let i = 0; i < moves; ++i)
    await tab.mouse.move(
      box.x + 80 + (i * (box.width - 120)) / moves,
      box.y + 80 + ((i * 37) % 300),
    );
  const longest = await tab.evaluate(() => window.longest);
  let moving = 0;
  for (const [id, taken] of await renderers())
    moving += (taken - (idle.get(id) ?? 0)) / moves;
  console.log(
    `20,000 candidates: first picture after ${Math.round(first)} ms, of which ${Math.round(work)} of work, longest frame while hovering ${Math.round(longest)} ms, ${Math.round(moving)} of work a move`,
  );
  // Where other programs want the processors, too, what all threads of the page worked is what counts.
  assert.ok(
    first < 2000 || work < 3000,
    `first picture after ${first} ms, ${work} of work`,
  );
  assert.ok(
    longest < 200 || moving < 100,
    `a frame of ${longest} ms, ${moving} of work a move`,
  );
  await tab.goto(tab.url().split("#")[0] + "#/candidates");
  await tab.getByLabel("Filter").fill("change_knob mamba");
  await tab.locator(".rows tbody tr").first().waitFor();
  await tab.goto(tab.url().split("#")[0] + "#/effects");
  await tab
    .getByText(
      "leaves out what went with the scores of more than 2 000 designs",
    )
    .waitFor();
  await tab.close();
});
