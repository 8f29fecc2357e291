// How the page looks, and that texts of a run stay texts.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  data,
  open,
  pictures,
  recorded,
  reportOf,
  run,
  scratch,
} from "./support.mjs";

test("texts of a run are shown as texts", async () => {
  const folder = join(scratch, "hostile");
  cpSync(recorded, folder, { recursive: true });
  const evil = `<img src=x onerror="window.taken=1"></script><script>window.taken=1</script>`;
  execFileSync("python3", [
    "-c",
    `import sqlite3, sys
store = sqlite3.connect(sys.argv[1] + "/search.db")
store.execute("UPDATE meta SET value = ? WHERE key = 'name'", [sys.argv[2]])
store.execute("UPDATE candidates SET origin = ?", [sys.argv[2]])
store.execute("UPDATE trainings SET outcome = 'failed', message = ?", [sys.argv[2]])
store.execute("UPDATE pretrainings SET role = ?, message = ?", [sys.argv[2], sys.argv[2]])
store.commit()`,
    folder,
    evil,
  ]);
  const address = reportOf("hostile", folder);
  for (const view of ["front", "search", "candidates", "truth"]) {
    const tab = await open(`${address}#/${view}`);
    await tab.getByText("onerror").first().waitFor();
    assert.equal(await tab.evaluate(() => window.taken), undefined);
    assert.equal(await tab.locator("img").count(), 0);
    await tab.close();
  }
});

test("it looks right at both widths, dark and light", async () => {
  const best = data(recorded).front.front.at(-1).id;
  const log = join(scratch, "looks");
  const stub = ["--slots", "2", "--worker", "madsearch stub-worker"];
  const asked = [recorded, best, "--battery", "tiny", "--log", log];
  run("ablate", ...asked, "--devices", "cpu", ...stub);
  const address = reportOf("pictures", recorded, "--questions", log);
  const cards = {
    front: ".front-chart",
    search: "[aria-label='Operators']",
    candidate: ".worth",
    compare: ".differences",
    candidates: ".rows tbody tr",
    effects: ".effects",
    truth: "[aria-label^='Does the score']",
  };
  const views = {
    front: "#/front",
    search: "#/search",
    candidate: `#/candidate?run=0&id=${best}`,
    compare: "#/compare?run=0",
    candidates: "#/candidates",
    effects: "#/effects",
    truth: "#/truth",
  };
  const looks = [
    [1280, "light"],
    [1280, "dark"],
    [390, "light"],
    [390, "dark"],
  ];
  for (const [width, colorScheme] of looks) {
    const tab = await open(address, {
      viewport: { width, height: 844 },
      colorScheme,
    });
    for (const [name, place] of Object.entries(views)) {
      await tab.evaluate((hash) => (location.hash = hash), place);
      await tab.locator(cards[name]).first().waitFor();
      await tab.waitForTimeout(100);
      const wide = await tab.evaluate(
        () => document.documentElement.scrollWidth > window.innerWidth,
      );
      assert.ok(!wide, `${name} is wider than ${width} pixels`);
      await tab.screenshot({
        path: join(pictures, `${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
    }
    await tab.close();
  }
});
