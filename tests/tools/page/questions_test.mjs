// What `ablate` and `neighbours` answered, on the page.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  data,
  json,
  open,
  recorded,
  reportOf,
  scratch,
  serve,
} from "./support.mjs";

const log = join(scratch, "questions");
const stub = [
  "--log",
  log,
  "--devices",
  "cpu",
  "--slots",
  "2",
  "--worker",
  "madsearch stub-worker",
];
const id = () => data(recorded).front.front.at(-1).hash;

const ablate = (...more) =>
  json("ablate", recorded, id(), "--battery", "tiny", ...stub, ...more);

/** Its variants in mixers alone, which are few. */
function neighbours() {
  const space = join(scratch, "mixers.yaml");
  writeFileSync(
    space,
    `battery: quick
stages: 4
primitives: [attention, mamba, rwkv7, moe, swiglu]
space: {vary: mixers}
seeds: ["mamba moe{active=1} attention swiglu"]
`,
  );
  const flags = ["--space", space, "--confirm", "2", "--top", "3"];
  return json(
    "neighbours",
    recorded,
    id(),
    "--battery",
    "probe",
    ...flags,
    ...stub,
  );
}

const signed = (value, digits = 3) =>
  (value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);

/** Rows of a table, each a list of its cells. */
async function cellsOf(tab, label) {
  const table = tab.locator(`table[aria-label="${label}"]`);
  await table.waitFor({ state: "attached" });
  const rows = await table.locator("tbody tr").all();
  return Promise.all(rows.map((row) => row.locator("td").allTextContents()));
}

async function answersAreRight(tab, ablated, found) {
  const parts = await cellsOf(tab, "Worth of parts");
  assert.equal(parts.length, ablated.parts.length);
  for (const [i, part] of ablated.parts.entries()) {
    const name = `${part.places.join(", ")} ${part.part} ${part.change}`;
    const low = signed(part.worth_low);
    const interval = `${low} to ${signed(part.worth_high)}`;
    assert.deepEqual(parts[i].slice(0, 4), [
      name,
      signed(part.worth),
      interval,
      part.score.toFixed(3),
    ]);
    const tasks = Object.values(part.tasks).map((it) => signed(it.worth, 2));
    assert.deepEqual(parts[i].slice(6), tasks);
  }
  const bars = async (chart) =>
    Number(await tab.locator(chart).getAttribute("data-rows"));
  assert.equal(await bars(".worth"), ablated.parts.length);
  for (const [label, variants] of [
    ["Variants on fresh seeds", found.confirmed.variants],
    ["Variants", found.variants],
  ]) {
    const rows = await cellsOf(tab, label);
    assert.equal(rows.length, variants.length);
    for (const [i, it] of variants.entries()) {
      assert.equal(rows[i][0], it.id.slice(0, 8));
      assert.equal(rows[i][1], signed(it.difference));
      assert.equal(rows[i][6], it.text);
    }
  }
  assert.equal(await bars(".confirmed-variants"), 3);
  assert.equal(await bars(".variants"), Math.min(20, found.variants.length));
}

test("a candidate says what is answered about it, and how to ask", async () => {
  const other = data(recorded).front.front[0];
  const ablated = ablate();
  const found = neighbours();
  const report = reportOf("answers", recorded, "--questions", log);
  const { address } = await serve(recorded, "--questions", log);
  for (const home of [report, address]) {
    const tab = await open(`${home}#/candidate?run=0&id=${id()}`);
    await answersAreRight(tab, ablated, found);
    await tab.getByText("All of them, on the seed sets that chose").click();
    await tab.locator(".variants").waitFor();
    await tab.goto(`${home}#/candidate?run=0&id=${other.hash}`);
    await tab.locator("h2", { hasText: other.id }).waitFor();
    for (const line of [
      `madsearch ablate ${recorded} ${other.id} --log ${log}`,
      `madsearch neighbours ${recorded} ${other.id} --battery probe --log ${log} --dry-run`,
    ])
      await tab.getByText(line, { exact: true }).waitFor();
    await tab.close();
  }
});

test("a new answer comes to a page that is open", async () => {
  const { address } = await serve(recorded, "--questions", log);
  const tab = await open(`${address}#/candidate?run=0&id=${id()}`);
  await tab.getByText("battery tiny, 2 seed sets").waitFor();
  ablate("--seeds", "3");
  await tab.getByText("battery tiny, 3 seed sets").waitFor();
  assert.equal(await tab.locator(".worth").count(), 2);
  await tab.close();
});

test("an answer that can't be read is said to be none", async () => {
  const broken = join(log, "answers", `ablate-${id()}-tiny-9-0.json`);
  const { address } = await serve(recorded, "--questions", log);
  writeFileSync(broken, "{}");
  const answer = await fetch(`${address}api/questions?run=0&id=${id()}`);
  const sentence = `${broken} is no answer of \`ablate\` or \`neighbours\``;
  assert.ok((await answer.json()).problem.startsWith(sentence));
});
