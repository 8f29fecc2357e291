// Two designs beside each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changed,
  data,
  former,
  json,
  open,
  recorded,
  reportOf,
  run,
  serve,
} from "./support.mjs";

/** What the page shows of two designs is what the command prints. */
async function comparisonIsRight(tab, wanted) {
  await tab
    .locator(`[aria-label="${wanted.a.id} less ${wanted.b.id}"]`)
    .getByText(wanted.verdict)
    .waitFor();
  const rows = await tab.locator("[aria-label=Differences] tbody tr").all();
  const first = wanted.comparisons[0];
  const numbers = [first, ...first.tasks];
  assert.equal(rows.length, numbers.length);
  for (const [i, it] of numbers.entries()) {
    const cells = await rows[i].locator("td").allTextContents();
    assert.deepEqual(cells.slice(1, 3), [it.a.toFixed(3), it.b.toFixed(3)]);
    const sign = it.difference < 0 ? "−" : "+";
    assert.equal(cells[3], sign + Math.abs(it.difference).toFixed(3));
  }
  assert.equal(
    await tab.locator(".differences").getAttribute("data-rows"),
    String(numbers.length),
  );
}

test("two designs are chosen and compared", async () => {
  const compare = (a, b) =>
    JSON.parse(run("compare", recorded, a, b, "--format", "json"));
  const { front, hand_designs } = data(recorded).front;
  const tab = await open(reportOf("compare", recorded) + "#/compare");
  const best = front.at(-1);
  await comparisonIsRight(tab, compare(best.id, best.rival));
  await tab.getByLabel("second").fill(hand_designs[0].id);
  await tab.keyboard.press("Enter");
  // A report holds each pair once, whichever is chosen first.
  const pair = (a, b) => {
    const ids = [...front, ...hand_designs].map((row) => row.id);
    return ids.indexOf(a) < ids.indexOf(b) ? compare(a, b) : compare(b, a);
  };
  await comparisonIsRight(tab, pair(best.id, hand_designs[0].id));
  assert.match(tab.url(), new RegExp(`a=${best.id}&b=${hand_designs[0].id}`));
  await tab.getByLabel("first").fill(hand_designs[0].id);
  await tab.keyboard.press("Enter");
  await tab.getByText("Both are the same design.").waitFor();
  await tab.getByLabel("first").fill("zzz");
  await tab.keyboard.press("Enter");
  await tab
    .getByText("No candidate has an id that begins with “zzz”.")
    .waitFor();
  const probed = data(recorded).candidates.find((it) => it.score === undefined);
  await tab.getByLabel("first").fill(probed.id.slice(0, 8));
  await tab.keyboard.press("Enter");
  const line = `madsearch compare ${recorded} ${probed.id.slice(0, 8)} ${hand_designs[0].id}`;
  await tab.getByText(line).waitFor();
  await tab.close();
});

test("designs of two runs are compared", async () => {
  const other = changed(
    "again",
    "UPDATE meta SET value = 'again' WHERE key = 'name'",
  );
  const best = data(recorded).front.front.at(-1).id;
  const [hand] = data(other).front.hand_designs;
  const wanted = json("compare", recorded, best, hand.id, "--other", other);
  const { address } = await serve(recorded, other);
  for (const home of [reportOf("across", recorded, other), address]) {
    const tab = await open(home + "#/compare");
    const next = data(other).front.front.at(-2).id;
    await comparisonIsRight(
      tab,
      json("compare", recorded, best, next, "--other", other),
    );
    await tab.getByLabel("second", { exact: true }).fill(best);
    await tab.keyboard.press("Enter");
    await tab.getByText("Both runs have the same design here.").waitFor();
    await tab.getByLabel("second", { exact: true }).fill(hand.id);
    await tab.keyboard.press("Enter");
    await comparisonIsRight(tab, wanted);
    await tab.locator(".compared", { hasText: "of again" }).waitFor();
    assert.match(tab.url(), new RegExp(`a=0.${best}&b=1.${hand.id}`));
    // Another run, and its best design with it.
    await tab.getByLabel("second is of").selectOption("0");
    await comparisonIsRight(
      tab,
      json("compare", recorded, best, data(recorded).front.front.at(-1).rival),
    );
    await tab.close();
  }
});

test("a report says how two designs that it doesn't hold are compared", async () => {
  const other = changed(
    "more",
    "UPDATE meta SET value = 'more' WHERE key = 'name'",
  );
  const best = data(recorded).front.front.at(-1).id;
  const probed = data(other).candidates.find((it) => it.score === undefined);
  const id = probed.id.slice(0, 8);
  const address = reportOf("missing", recorded, other);
  const tab = await open(`${address}#/compare?a=0.${best}&b=1.${id}`);
  await tab
    .getByText(`madsearch compare ${recorded} ${best} ${id} --other ${other}`)
    .waitFor();
  await tab.close();
});

test("runs without common seeds are compared as the command does", async () => {
  const other = changed(
    "unpaired",
    "UPDATE meta SET value = replace(value, 'seed: 1', 'seed: 2') WHERE key = 'identity'",
  );
  const best = data(recorded).front.front.at(-1).id;
  const [hand] = data(other).front.hand_designs;
  const wanted = json("compare", recorded, best, hand.id, "--other", other);
  assert.equal(wanted.same_seeds, false);
  const address = reportOf("unpaired", recorded, other);
  const tab = await open(`${address}#/compare?a=0.${best}&b=1.${hand.id}`);
  await tab.getByText(wanted.verdict).waitFor();
  await tab.close();
});

test("runs that don't compare are told so", async () => {
  const [a] = data(recorded).front.front;
  const [b] = data(former).front.hand_designs;
  const { address } = await serve(recorded, former);
  for (const home of [reportOf("unlike", recorded, former), address]) {
    const tab = await open(`${home}#/compare?a=0.${a.id}&b=1.${b.id}`);
    const card = tab.getByLabel("These two do not compare");
    await card
      .getByText(
        `${recorded} and ${former} do not compare: their batteries differ, quick (`,
      )
      .waitFor();
    await tab.close();
  }
});

test("serve compares any two and says why of any", async () => {
  const { child, address } = await serve(recorded);
  const { candidates } = data(recorded);
  const [a, b] = candidates.filter((it) => it.score && !it.confirmed);
  const wanted = JSON.parse(
    run("compare", recorded, a.id, b.id, "--format", "json"),
  );
  const tab = await open(`${address}#/compare?run=0&a=${a.id}&b=${b.id}`);
  await comparisonIsRight(tab, wanted);
  await tab.close();
  const answer = await fetch(`${address}api/why?run=0&id=${a.id}`);
  assert.deepEqual(
    await answer.json(),
    JSON.parse(run("why", recorded, a.id, "--format", "json")),
  );
  const same = await fetch(`${address}api/compare?run=0&a=${a.id}&b=${a.id}`);
  assert.match((await same.json()).problem, /there is nothing to compare/);
  child.kill("SIGINT");
  await child.done;
});
