// A search that trains on text beside its battery: what it reads is an axis, and a column of front and evaluations.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  data,
  open,
  pictures,
  pointsDrawn,
  reportOf,
  scratch,
  start,
} from "./support.mjs";

const setup = `data: data
blocks: 4
base_width: 32
parameters: 5000
length: 64
batch: 4
flops: 1.0e+9
learning_rates: [3.0e-3]
`;
const search = `battery: quick
stages: 4
seeds: [transformer++, gla]
text: {setup: mine.yaml}
objectives: [score, bits_per_byte, state]
search: {evaluations: 24, population: 4, confirm_seeds: 3, confirm_members: 3}
worker: "MADSEARCH_STUB=milliseconds=1,looks=1 madsearch stub-worker"
devices: cpu
slots_per_device: 2
`;

test("text bits are shown beside the score", async () => {
  mkdirSync(join(scratch, "data"));
  writeFileSync(
    join(scratch, "data/speech.txt"),
    "Four score and seven years ago",
  );
  writeFileSync(join(scratch, "mine.yaml"), setup);
  writeFileSync(join(scratch, "text.yaml"), search);
  const folder = join(scratch, "text");
  const ran = start(
    "run",
    join(scratch, "text.yaml"),
    "--out",
    folder,
    "--quiet",
  );
  await ran.done;
  assert.equal(ran.exitCode, 0);
  const run = data(folder);
  const member = run.front.front[0];
  assert.ok(member.text_bits > 1 && member.text_bits_low < member.text_bits);

  const tab = await open(reportOf("text", folder));
  await tab.getByLabel("up").selectOption("text");
  const known = run.candidates.filter((it) => typeof it.text_bits === "number");
  assert.equal(await pointsDrawn(tab), known.length);
  const row = tab.getByRole("row", { name: member.id }).first();
  const bits = [
    member.text_bits,
    member.text_bits_low,
    member.text_bits_high,
  ].map((it) => it.toFixed(3));
  await row.getByText(`${bits[0]} (${bits[1]} to ${bits[2]})`).waitFor();
  await tab.screenshot({ path: join(pictures, "text.png"), fullPage: true });
  await row.getByRole("link", { name: member.id }).click();
  await tab.getByRole("columnheader", { name: "test bits" }).waitFor();
  await tab.close();
});
