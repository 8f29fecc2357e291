// What went with scores, on the page.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  changed,
  former,
  json,
  open,
  recorded,
  reportOf,
  serve,
} from "./support.mjs";

const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);

/** What the page shows is what the command prints. */
async function effectsAreRight(tab, wanted) {
  await tab.getByText(`${wanted.designs} designs, `).waitFor();
  const rows = await tab.locator("table[aria-label=Effects] tbody tr").all();
  assert.equal(rows.length, wanted.features.length);
  for (const [i, feature] of wanted.features.entries()) {
    const cells = await rows[i].locator("td").allTextContents();
    assert.deepEqual(cells.slice(0, 2), [feature.name, feature.group]);
    const effects = wanted.explained.map(({ of }) => {
      const { effect, clear } = feature.on[of];
      return signed(effect) + (clear ? "*" : "");
    });
    const { low, high } = feature.on.score;
    const interval = `${signed(low)} to ${signed(high)}`;
    assert.deepEqual(cells.slice(2), [
      effects[0],
      interval,
      ...effects.slice(1),
    ]);
  }
  const explained = tab.locator("table[aria-label=Explained] tbody tr");
  for (const [i, target] of wanted.explained.entries()) {
    const cells = await explained.nth(i).locator("td").allTextContents();
    const shares = [target.explained, ...Object.values(target.alone)];
    assert.deepEqual(cells.slice(1), [
      target.mean.toFixed(3),
      ...shares.map((it) => it.toFixed(2)),
    ]);
  }
}

test("what went with scores is what the command prints", async () => {
  const wanted = json("effects", recorded);
  const { address } = await serve(recorded);
  for (const home of [reportOf("effects", recorded), address]) {
    const tab = await open(home + "#/effects");
    await effectsAreRight(tab, wanted);
    const chart = tab.locator(".effects");
    assert.equal(
      await chart.getAttribute("data-rows"),
      String(Math.min(24, wanted.features.length)),
    );
    await tab.getByLabel("of", { exact: true }).selectOption("position");
    await tab.getByLabel("on", { exact: true }).selectOption("compression");
    await tab.getByText("Nothing of it is explained (-0.25)").waitFor();
    const of = wanted.features.filter((it) => it.group === "position");
    assert.equal(await chart.getAttribute("data-rows"), String(of.length));
    assert.match(
      tab.url(),
      /group=position&on=compression|on=compression&group=position/,
    );
    await tab.close();
  }
});

test("of several runs all count, or the one that was picked", async () => {
  const other = changed(
    "twin",
    "UPDATE meta SET value = 'twin' WHERE key = 'name'",
  );
  const { address } = await serve(recorded, other);
  const both = json("effects", recorded, other);
  for (const home of [reportOf("twins", recorded, other), address]) {
    const tab = await open(home + "#/effects");
    await effectsAreRight(tab, both);
    await tab.getByText(`madsearch effects ${recorded} ${other}`).waitFor();
    await tab.goto(home + "#/effects?run=1");
    await tab
      .getByText(`madsearch effects ${other}`, { exact: true })
      .waitFor();
    await effectsAreRight(tab, json("effects", other));
    await tab.close();
  }
});

test("effects are computed anew when they are asked for", async () => {
  const folder = changed(
    "growing",
    "DELETE FROM evaluations WHERE number > 40",
  );
  const { address } = await serve(folder);
  const tab = await open(address + "#/effects");
  await tab.getByText("effects need 20 designs").waitFor();
  assert.equal(await tab.locator(".again").count(), 0);
  cpSync(join(recorded, "search.db"), join(folder, "search.db"));
  const again = tab.getByRole("button", { name: "compute again" });
  await again.waitFor();
  await tab.getByText(/[0-9]+ more designs completed the battery/).waitFor();
  await again.click();
  await effectsAreRight(tab, json("effects", folder));
  assert.equal(await tab.locator(".again").count(), 0);
  await tab.close();
});

test("where there are no effects the page says why", async () => {
  const { address } = await serve(recorded, former);
  for (const home of [reportOf("none", recorded, former), address]) {
    const tab = await open(home + "#/effects?run=1");
    await tab
      .getByText(
        `effects need 20 designs that completed the battery; ${former} has 7`,
      )
      .waitFor();
    await tab.goto(home + "#/effects");
    await tab
      .getByText("effects are of runs of one battery, protocol and scoring:")
      .waitFor();
    await tab.close();
  }
});
