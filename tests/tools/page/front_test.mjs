// The front: points, intervals, links, controls, keyboard, several runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  between,
  changed,
  data,
  drawnShare,
  former,
  frontIsRight,
  open,
  placeIn,
  pointsDrawn,
  recorded,
  reportOf,
  scored,
} from "./support.mjs";

test("a report's file shows the run without a network", async () => {
  const run = data(recorded);
  const tab = await open(reportOf("recorded", recorded), { offline: true });
  await frontIsRight(tab, run);
  await tab.close();
});

test("axes that were chosen stay in the address", async () => {
  const address = reportOf("axes", recorded);
  const tab = await open(address);
  await tab.getByLabel("across").selectOption("parameters");
  await tab.getByLabel("up").selectOption("memorization");
  const link = tab.url();
  await tab.close();
  const again = await open(link);
  assert.equal(await again.getByLabel("across").inputValue(), "parameters");
  assert.equal(await again.getByLabel("up").inputValue(), "memorization");
  assert.equal(await pointsDrawn(again), scored(data(recorded)).length);
  await again.close();
});

test("the keyboard goes along the front and opens a member", async () => {
  const [first, second] = data(recorded).front.front;
  const tab = await open(reportOf("keys", recorded));
  await tab.locator(".front-chart").focus();
  await tab.keyboard.press("ArrowRight");
  await tab.locator(".hint", { hasText: first.id }).waitFor();
  await tab.keyboard.press("ArrowRight");
  await tab.locator(".hint", { hasText: second.id }).waitFor();
  await tab.keyboard.press("Enter");
  await tab.locator(".candidate-head h2", { hasText: second.id }).waitFor();
  await tab.close();
});

test("intervals are drawn as bars, as long as they are", async () => {
  const { front } = data(recorded).front;
  const tab = await open(reportOf("bars", recorded) + "#/front?hide=hand");
  await tab.locator(".front-chart[data-points]").waitFor();
  const bars = front.filter(
    (row) => row.score_low !== null && !row.origin.startsWith("seed:"),
  );
  assert.ok(bars.length >= 4);
  const [low, high] = [bars[0], bars.at(-1)];
  const places = await Promise.all(
    [low, high].map((row) => placeIn(tab, ".front-chart", row.hash)),
  );
  const slope = (places[1][1] - places[0][1]) / (high.score - low.score); // pixels a score
  for (const row of bars) {
    const [x, y] = await placeIn(tab, ".front-chart", row.hash);
    const at = (score) => [x, y + slope * (score - row.score)];
    const bar = between(at(row.score_low), at(row.score_high));
    const share = await drawnShare(
      tab,
      ".front-chart",
      bar,
      "kind-front",
      0.75,
    );
    assert.ok(share > 0.8, `${row.id}: ${share} of its bar is drawn`);
  }
  const [x, y] = await placeIn(tab, ".front-chart", low.hash);
  const end = y + slope * (low.score_low - low.score);
  const beyond = between([x, end + 4], [x, end + 12], 9);
  assert.equal(await drawnShare(tab, ".front-chart", beyond, "kind-front"), 0);
  await tab.close();
});

test("members that are not apart are linked", async () => {
  const run = data(recorded);
  const member = run.front.front.at(-1);
  assert.equal(member.rival, "a00d18ce");
  const tab = await open(
    reportOf("links", recorded) + "#/front?x=parameters&hide=search",
  );
  await tab.locator(".front-chart[data-points]").waitFor();
  const link = async (a, b) => {
    const places = await Promise.all(
      [a, b].map((id) => placeIn(tab, ".front-chart", id)),
    );
    return drawnShare(tab, ".front-chart", between(...places), "muted");
  };
  const joined = await link(member.id, member.rival);
  assert.ok(joined > 0.4, `${joined} of a dotted line`);
  const others = await link(member.id, "14a3c12e");
  assert.ok(others < 0.2, `${others} of a line that isn't there`);
  await tab.close();
});

test("a Hyena's bar reaches from the convention's state to all that it carries", async () => {
  const [hyena, one, other] = [
    "14a3c12e098c7f87", // beneath the stairs
    "39af6cc04c8cf87d",
    "a00d18cea6aeeced",
  ];
  const blocks =
    "mh_hyena{conv=4, filter_order=2, head_size=8, proj_groups=1} swiglu{inner=auto}";
  const folder = changed(
    "hyena",
    `UPDATE candidates SET text = ?, served_state = 20000, served_state_mad = 1000 WHERE hash = '${hyena}'`,
    `${blocks} ${blocks}`,
  );
  const { candidates } = data(folder);
  const tab = await open(reportOf("hyena", folder) + "#/front?hide=search");
  await tab.locator(".front-chart[data-points]").waitFor();
  const log = (id) =>
    Math.log(1 + candidates.find((it) => it.id === id).served_state);
  const at = (id) => placeIn(tab, ".front-chart", id);
  const [[x1], [x2], [right, y]] = await Promise.all(
    [one, other, hyena].map(at),
  );
  const slope = (x2 - x1) / (log(other) - log(one)); // pixels a unit of the logarithm
  const left = right + slope * (Math.log(1001) - log(hyena));
  const inked = (from, to) =>
    tab.evaluate(
      (places) => {
        const canvas = document.querySelector(".front-chart canvas");
        const scale = canvas.width / canvas.clientWidth;
        const brush = canvas.getContext("2d");
        const alpha = ([x, y]) =>
          brush.getImageData(x * scale, y * scale, 1, 1).data[3];
        return places.filter((it) => alpha(it) > 50).length / places.length;
      },
      between([from, y], [to, y]),
    );
  const bar = await inked(left, right - 10);
  assert.ok(bar > 0.95, `${bar} of the bar is drawn`);
  const beyond = await inked(left - 40, left - 3);
  assert.ok(beyond < 0.1, `${beyond} is drawn where the bar has ended`);
  await tab.close();
});

test("the random control has a front of its own", async () => {
  // Below the search's own front, so that nothing else lies there.
  const controls = scored(data(recorded))
    .filter((it) => !it.confirmed && it.score < 0.55 && it.served_state > 200)
    .sort((a, b) => a.served_state - b.served_state);
  const folder = changed(
    "control",
    `UPDATE candidates SET origin = 'random control' WHERE hash IN (${controls.map((it) => `'${it.id}'`)})`,
  );
  const run = data(folder);
  const tab = await open(reportOf("control", folder) + "#/front?hide=search");
  await tab.locator(".front-chart[data-points]").waitFor();
  await tab
    .locator(".figure", { hasText: "random control" })
    .getByText(run.front.control.hypervolume.toFixed(3))
    .waitFor();
  const steps = controls.filter((it, i) =>
    controls.slice(0, i).every((other) => other.score < it.score),
  );
  assert.ok(steps.length > 1);
  let level = [];
  for (let i = 0; i + 1 < steps.length; ++i) {
    const [from, to] = await Promise.all(
      [steps[i], steps[i + 1]].map((it) => placeIn(tab, ".front-chart", it.id)),
    );
    level = level.concat(between(from, [to[0], from[1]], 40));
  }
  const share = await drawnShare(
    tab,
    ".front-chart",
    level,
    "kind-control",
    0.7,
  );
  assert.ok(share > 0.4, `${share} of a dashed line`);
  const all = await pointsDrawn(tab);
  await tab.getByLabel("random control").uncheck();
  await tab
    .locator(`.front-chart[data-points="${all - controls.length}"]`)
    .waitFor();
  const without = await drawnShare(
    tab,
    ".front-chart",
    level,
    "kind-control",
    0.7,
  );
  assert.ok(without < 0.1, `${without} of a line that was taken away`);
  await tab.close();
});

test("it says where the same seed may end elsewhere", async () => {
  const folder = changed(
    "elsewhere",
    "INSERT INTO meta VALUES ('closed_by', 'time');UPDATE trainings SET device = 'cuda:0 NVIDIA H100'",
  );
  const tab = await open(reportOf("elsewhere", folder));
  await tab
    .getByText(
      "A time limit ended this search, so the same seed may end elsewhere.",
    )
    .waitFor();
  await tab
    .getByText(
      "Trained on cuda NVIDIA H100; attention over more than 256 tokens adds in no fixed order there: the same seed may end elsewhere.",
    )
    .waitFor();
  await tab.close();
});

test("of several runs a view of one names the one it shows", async () => {
  const tab = await open(reportOf("first", former, recorded) + "#/candidates");
  await tab.locator("h1", { hasText: data(former).front.name }).waitFor();
  const current = tab.locator("nav .runs a[aria-current]");
  assert.deepEqual(await current.allTextContents(), [data(former).front.name]);
  await tab.getByRole("link", { name: "all runs" }).click();
  await tab.locator("h1", { hasText: "madsearch" }).waitFor();
  assert.deepEqual(await current.allTextContents(), ["all runs"]);
  await tab.close();
});

test("all columns of candidates fit, and a hand design on the front is called both", async () => {
  const tab = await open(reportOf("columns", recorded) + "#/candidates");
  const row = tab.locator(".rows tr", { hasText: "39af6cc0" });
  await row.getByText("hand design, on the front").waitFor();
  const [all, seen] = await tab
    .locator(".rows")
    .evaluate((it) => [it.scrollWidth, it.clientWidth]);
  assert.equal(all, seen);
  await tab.close();
});

test("an address that leads nowhere says so", async () => {
  const tab = await open(
    reportOf("nowhere", recorded) + "#/candidate/a00d18ce",
  );
  await tab
    .getByText(
      "There is no view “candidate/a00d18ce”. A candidate is at #/candidate?run=0&id=ID, the front at #/front.",
    )
    .waitFor();
  await tab.close();
});

test("of runs that differ it says in what, by the axes that are drawn", async () => {
  const folder = changed(
    "other",
    `UPDATE meta SET value = 'other' WHERE key = 'name';UPDATE meta SET value = '512' WHERE key = 'state_length';
UPDATE pretrainings SET setup = replace(setup, 'batch 8', 'batch 16')`,
  );
  const address = reportOf("differ", recorded, folder);
  const tab = await open(address);
  const differ = tab.locator(".differ");
  const says = async (sentence) => {
    await tab.locator("canvas").first().waitFor();
    assert.equal(await differ.innerText(), sentence);
  };
  const end = "points of one do not compare with another's.";
  await says(
    `These runs differ in state length (4096 tokens in quick; 512 tokens in other): ${end}`,
  );
  await tab.getByLabel("across").selectOption("parameters");
  await says("");
  await tab.goto(address + "#/truth");
  await tab.locator(".truth-chart[data-points]").waitFor();
  await says(
    `● quick ▲ other\nThese runs differ in batch (8 in quick; 16 in other): ${end}`,
  );
  await tab.close();
});

test("runs stand side by side", async () => {
  const tab = await open(reportOf("two", recorded, former));
  await tab.locator(".front-chart[data-points]").waitFor();
  assert.equal(
    await pointsDrawn(tab),
    scored(data(recorded)).length + scored(data(former)).length,
  );
  await tab
    .getByRole("row", { name: /finished/ })
    .first()
    .waitFor();
  await tab.goto(reportOf("old", former) + "#/search");
  await tab
    .getByText("Not recorded: the run is of an earlier release.")
    .waitFor();
  await tab.close();
});
