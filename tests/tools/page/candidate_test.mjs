// One candidate, the table of all, and what was pretrained.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  data,
  json,
  open,
  placeIn,
  placeOf,
  recorded,
  reportOf,
  run,
  scratch,
} from "./support.mjs";

test("the table of candidates sorts and filters", async () => {
  const run = data(recorded);
  const tab = await open(reportOf("table", recorded) + "#/candidates");
  await tab.getByLabel("Filter").fill("swiglu hand");
  const hits = run.candidates.filter(
    (it) => it.origin.startsWith("seed:") && it.text.includes("swiglu"),
  );
  await tab
    .getByText(`${hits.length} of ${run.candidates.length} candidates`)
    .waitFor();
  await tab.getByLabel("Filter").fill("");
  await tab.getByRole("button", { name: "state" }).click();
  const smallest = run.candidates.reduce((a, b) =>
    a.served_state >= b.served_state ? a : b,
  );
  await tab
    .locator(".rows tbody tr", { hasText: smallest.id.slice(0, 8) })
    .first()
    .waitFor();
  await tab.close();
});

test("a candidate says why it is on the front or not", async () => {
  const { candidates, front } = data(recorded);
  const address = reportOf("why", recorded);
  const why = (id) => JSON.parse(run("why", recorded, id, "--format", "json"));
  const asked = [
    front.front.at(-1).hash,
    front.hand_designs[1].hash,
    candidates.find((it) => it.score === undefined).id,
  ];
  for (const id of asked) {
    const wanted = why(id);
    const tab = await open(`${address}#/candidate?run=0&id=${id}`);
    const card = tab.getByLabel("Why", { exact: true });
    await card.getByText(wanted.why).waitFor();
    for (const { sentence } of wanted.bounds)
      await card.getByText(sentence).waitFor();
    if (wanted.nearest) await card.getByText(wanted.nearest).waitFor();
    for (const [label, rows] of [
      ["Dominated by", wanted.dominated_by],
      ["Dominates", wanted.dominates],
    ])
      assert.equal(
        await card.locator(`[aria-label="${label}"] tbody tr`).count(),
        rows.length,
      );
    await tab.close();
  }
  const tab = await open(`${address}#/candidate?run=0&id=${asked[1]}`);
  const wanted = why(asked[1]);
  await tab
    .locator('[aria-label="Dominated by"]')
    .getByText("compare")
    .first()
    .click();
  await tab
    .locator(".compared", { hasText: wanted.dominated_by[0].id })
    .waitFor();
  await tab.close();
});

test("the truth view has a point for each pretrained design", async () => {
  const { front } = data(recorded);
  const wanted = front.pretrained.filter((it) => it.bits_per_byte !== null);
  assert.ok(wanted.length >= 5);
  const tab = await open(reportOf("truth", recorded) + "#/truth");
  await tab.locator(".truth-chart[data-points]").waitFor();
  assert.equal(
    await tab.locator(".truth-chart").getAttribute("data-points"),
    String(wanted.length),
  );
  for (const it of wanted) {
    await tab.mouse.move(5, 5);
    const box = await tab.locator(".truth-chart").boundingBox();
    const [x, y] = await placeIn(tab, ".truth-chart", it.hash);
    await tab.mouse.move(box.x + x, box.y + y);
    const hint = tab.locator(".hint", { hasText: it.id });
    await hint.getByText(it.bits_per_byte.toFixed(3)).waitFor();
    await hint.getByText(it.role, { exact: true }).waitFor();
  }
  const box = await tab.locator(".truth-chart").boundingBox();
  const [x, y] = await placeIn(tab, ".truth-chart", wanted[0].hash);
  await tab.mouse.click(box.x + x, box.y + y);
  await tab.locator(".candidate-head h2", { hasText: wanted[0].id }).waitFor();
  await tab.close();
});

test("a candidate shows what `show` prints, and where it came from", async () => {
  const { candidates, front } = data(recorded);
  const shown = json("show", recorded, front.front.at(-1).hash);
  const id = shown.id.slice(0, 8);
  const tab = await open(
    `${reportOf("shown", recorded)}#/candidate?run=0&id=${id}`,
  );
  const rowsOf = async (label) => {
    const rows = tab.locator(`table[aria-label="${label}"] tbody tr`);
    await rows.first().waitFor();
    const cells = (row) => row.locator("td").allTextContents();
    return Promise.all((await rows.all()).map(cells));
  };
  const blocks = await rowsOf("Cost by block");
  assert.deepEqual(
    blocks.map((cells) => cells.slice(1, 3)),
    shown.blocks.map((it) => [it.primitive, it.family]),
  );
  assert.deepEqual(
    (await rowsOf("Evaluations")).map((cells) => cells.slice(0, 6)),
    shown.evaluations.map((it) => [
      String(it.number),
      it.rung,
      String(it.seed_set),
      it.outcome,
      it.score.toFixed(3),
      it.test_score.toFixed(3),
    ]),
  );
  const battery = shown.evaluations.find((it) => it.rung === "battery");
  const curves = battery.trainings.filter((it) => it.curves);
  assert.ok(curves.length > 5);
  assert.equal(
    await tab.locator(".small-charts figure").count(),
    curves.length,
  );
  const line = await tab.locator(".ancestry li").allTextContents();
  const parent = candidates.find((it) => it.id === shown.parents[0]);
  assert.ok(parent.origin.startsWith("seed:"));
  for (const [i, it] of [shown, parent].entries())
    assert.ok(line[i].startsWith(it.id.slice(0, 8) + it.origin), line[i]);
  assert.match(line[1], new RegExp(`score ${parent.score.toFixed(3)}`));
  for (const command of [
    `madsearch show ${recorded} ${id}`,
    `madsearch score '${shown.text}' --battery quick --seeds 3`,
    `madsearch export ${recorded} ${id} --to pytorch --out model`,
  ])
    await tab.getByText(command, { exact: true }).waitFor();
  await tab.close();
});

test("what was imported from a former run is marked", async () => {
  const search = (name, seeds) => {
    const config = join(scratch, name + ".yaml");
    writeFileSync(
      config,
      `seed: 3
battery: quick
stages: 4
seeds: ${seeds}
search: {evaluations: 24, population: 4, confirm_seeds: 2, confirm_members: 2}
worker: madsearch stub-worker
devices: cpu
slots_per_device: 2
`,
    );
    run("run", config, "--out", join(scratch, name), "--quiet");
    return join(scratch, name);
  };
  const earlier = search("earlier", "[transformer++, gla]");
  const later = search("later", `[{run: ${earlier}}]`);
  const { front, evaluations } = data(later);
  const rows = [...front.front, ...front.hand_designs];
  const imported = new Set(
    evaluations.filter((it) => it.imported).map((it) => it.hash),
  );
  assert.ok(imported.size > 0);
  const marked = rows.filter((row) => imported.has(row.hash)).length;
  assert.ok(marked > 0 && marked < rows.length);
  const address = reportOf("imported", later);
  const tab = await open(address);
  await tab.getByText("A ring marks what was imported").waitFor();
  assert.equal(await tab.locator("td .badge.imported").count(), marked);
  const [id] = imported;
  await tab.mouse.move(...(await placeOf(tab, id)));
  await tab.locator(".hint").getByText(earlier).waitFor();
  await tab.mouse.click(...(await placeOf(tab, id)));
  await tab.locator(".candidate-head .badge.imported").waitFor();
  await tab.locator(".facts").getByText(earlier).waitFor();
  const bred = front.front.find((row) => !imported.has(row.hash));
  await tab.goto(`${address}#/candidate?run=0&id=${bred.hash}`);
  await tab.locator(".candidate-head", { hasText: bred.id }).waitFor();
  assert.equal(await tab.locator(".badge.imported").count(), 0);
  await tab.goto(address + "#/candidates");
  await tab.getByLabel("Filter").fill("imported");
  await tab.getByText(`${imported.size} of `).waitFor();
  await tab.locator(".rows tbody").getByText(earlier).first().waitFor();
  await tab.goto(reportOf("own", earlier) + "#/candidates");
  await tab.locator(".rows tbody tr").first().waitFor();
  assert.equal(await tab.getByText("imported from").count(), 0);
  await tab.close();
});
