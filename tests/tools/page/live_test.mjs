// `madsearch serve`: live, and who is let in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  data,
  frontIsRight,
  open,
  pointsDrawn,
  recorded,
  scratch,
  serve,
  start,
} from "./support.mjs";

test("a run is seen live, and that it is gone, and that it ended", async () => {
  const config = join(scratch, "live.yaml");
  writeFileSync(
    config,
    `seed: 3
battery: quick
stages: 4
seeds: [transformer++, gla]
search: {evaluations: 40, lag: 4, confirm_seeds: 0, confirm_members: 0}
worker: madsearch stub-worker
devices: cpu
slots_per_device: 2
`,
  );
  const folder = join(scratch, "live");
  const search = start("run", config, "--out", folder, "--quiet");
  while (!existsSync(join(folder, "search.db")))
    await new Promise((done) => setTimeout(done, 100));
  const { child, address } = await serve(folder);
  const tab = await open(address);
  await tab.locator(".standing", { hasText: "under way" }).waitFor();
  await tab.locator(".front-chart[data-points]").waitFor();
  const early = await pointsDrawn(tab);
  await tab.waitForFunction(
    (before) =>
      Number(document.querySelector(".front-chart").dataset.points) > before,
    early,
  );
  search.kill("SIGKILL");
  await tab
    .locator(".standing", { hasText: "its coordinator is gone" })
    .waitFor();
  const rest = start("resume", folder, "--quiet");
  await tab.locator(".standing", { hasText: "under way" }).waitFor();
  await rest.done;
  await tab.locator(".standing", { hasText: "finished" }).waitFor();
  await frontIsRight(tab, data(folder));
  const { candidates } = data(folder);
  assert.equal(
    (await fetch(`${address}api/show?run=0&id=${candidates[0].id}`)).status,
    200,
  );
  assert.equal((await fetch(`${address}api/show?run=0&id=zzzz`)).status, 404);
  await tab.close();
  child.kill("SIGINT");
  await child.done;
});

test("others need the token", async () => {
  const { child, address } = await serve(recorded, "--host", "127.0.0.1");
  const { origin, searchParams } = new URL(address);
  assert.match(searchParams.get("token"), /^[0-9a-f]{32}$/);
  for (const path of ["/", "/api/run?run=0", "/api/events", "/?token=0123"])
    assert.equal((await fetch(origin + path)).status, 401);
  const tab = await open(address);
  await tab.locator(".front-chart[data-points]").waitFor();
  assert.equal(tab.url().split("#")[0], origin + "/");
  await tab.close();
  child.kill("SIGINT");
  await child.done;
});

test("a page elsewhere can't read what this machine is served, and streams are capped", async () => {
  const { child, address } = await serve(recorded);
  const { port } = new URL(address);
  const asked = execFileSync("python3", [
    "-c",
    `import http.client, sys
there = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
there.request("GET", "/api/runs", headers={"Host": "elsewhere.example"})
print(there.getresponse().status)`,
    port,
  ]);
  assert.equal(String(asked).trim(), "403");
  const stop = new AbortController();
  const streams = [];
  for (let i = 0; i < 16; ++i)
    streams.push(await fetch(address + "api/events", { signal: stop.signal }));
  assert.deepEqual(new Set(streams.map((it) => it.status)), new Set([200]));
  assert.equal((await fetch(address + "api/events")).status, 503);
  assert.equal((await fetch(address + "api/stamps")).status, 200);
  stop.abort();
  child.kill("SIGINT");
  await child.done;
});

test("a tab that is hidden lets its stream go, of which a browser has six, and takes it again", async () => {
  const { child, address } = await serve(recorded);
  const tab = await open(address);
  const events = (of) => tab.waitForEvent(of, (it) => /events$/.test(it.url()));
  const turn = (hidden) =>
    tab.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await tab.locator(".live.on").waitFor();
  await Promise.all([events("requestfailed"), turn(true)]);
  await Promise.all([events("response"), turn(false)]);
  await tab.close();
  child.kill("SIGINT");
  await child.done;
});

test("a run without results hides no other and is named, until it has some", async () => {
  const folder = join(scratch, "empty");
  mkdirSync(folder);
  writeFileSync(join(folder, "search.db"), "");
  const { child, address } = await serve(folder, recorded);
  const tab = await open(address);
  await tab.locator(".front-chart[data-points]").waitFor();
  await frontIsRight(tab, data(recorded));
  const why = tab.locator(".missing p");
  assert.equal(
    await why.textContent(),
    `${folder} holds no results yet; \`madsearch run CONFIG --out ${folder}\` begins it anew`,
  );
  cpSync(recorded, folder, { recursive: true });
  await tab.getByRole("link", { name: "all runs" }).waitFor();
  assert.equal(await why.count(), 0);
  await tab.close();
  child.kill("SIGINT");
  await child.done;
});
