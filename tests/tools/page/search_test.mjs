// How the search went.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, data, open, recorded, reportOf } from "./support.mjs";

test("failures stand there with their reasons and whose they are", async () => {
  const { evaluations } = data(recorded);
  const [one, other] = evaluations.filter((it) => it.rung === "battery");
  const folder = changed(
    "failed",
    `UPDATE trainings SET outcome = 'failed', message = 'it burned' WHERE evaluation IN (${one.number}, ${other.number})`,
  );
  const failed = data(folder).trainings.filter((it) => it.outcome !== "ok");
  assert.ok(failed.length > 2);
  const tab = await open(reportOf("failed", folder) + "#/search");
  const line = tab.locator(".failures li");
  await line.getByText(`${failed.length} × failed`).waitFor();
  assert.equal(await line.count(), 1);
  assert.match(await line.textContent(), /it burned/);
  for (const { hash } of [one, other])
    await line.getByRole("link", { name: hash.slice(0, 8) }).waitFor();
  await line.getByRole("link", { name: one.hash.slice(0, 8) }).click();
  await tab
    .locator(".candidate-head h2", { hasText: one.hash.slice(0, 8) })
    .waitFor();
  await tab.goto(reportOf("whole", recorded) + "#/search");
  await tab.getByText("Nothing failed.").waitFor();
  await tab.close();
});

test("it says how much is done, and draws it over evaluations and time", async () => {
  const { evaluations, planned } = data(recorded);
  const done = evaluations.filter((it) =>
    ["probe", "battery"].includes(it.rung),
  ).length;
  const tab = await open(reportOf("progress", recorded) + "#/search");
  const card = tab.getByLabel("Does it still improve?");
  await card
    .getByText(`${done} of ${planned} evaluations of the search are done.`)
    .waitFor();
  await card.getByRole("button", { name: "time" }).click();
  assert.match(tab.url(), /over=time/);
  await card.locator("canvas").waitFor();
  await tab.close();
});

test("a column of the map of tasks opens its candidate", async () => {
  const best = data(recorded)
    .candidates.filter((it) => typeof it.score === "number")
    .sort((a, b) => b.score - a.score)[0];
  const tab = await open(reportOf("map", recorded) + "#/search");
  const map = tab.getByLabel("Scores by task and candidate");
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  const y = box.y + box.height / 2;
  const hint = tab.locator(".hint", { hasText: best.id.slice(0, 8) });
  let x = box.x + 60;
  for (; x < box.x + 300 && !(await hint.isVisible()); x += 8)
    await tab.mouse.move(x, y); // past the names of tasks, to the first column
  await hint.getByText(`score ${best.score.toFixed(3)}`).waitFor();
  await tab.mouse.click(x - 8, y);
  await tab
    .locator(".candidate-head h2", { hasText: best.id.slice(0, 8) })
    .waitFor();
  await tab.close();
});
