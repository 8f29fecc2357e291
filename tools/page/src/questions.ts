// What was asked about a candidate by training: what its parts are worth, and what is one edit away.
import { link } from "./address";
import { commandLine, quoted } from "./command";
import type { Ablated, Answer, Neighbours, Part, Variant } from "./data";
import { card, type Child, h, table } from "./dom";
import { fixed, grouped, shortTask, signed } from "./format";
import { intervalChart, intervalText, surely } from "./intervals";
import type { Run } from "./model";

const mostDrawn = 20; // variants in the chart
const mostListed = 50; // and in the table

/** "battery quick, 2 seed sets, where it has 0.820" */
function settingText(it: Answer): string {
  const sets = `${it.seed_sets} seed ${it.seed_sets === 1 ? "set" : "sets"}`;
  const partial = it.partial ? ", which lacks some of the six tasks" : "";
  return `battery ${it.battery}${partial}, ${sets}, where it scores ${fixed(it.score)}`;
}

/** A number, strong where its interval leaves 0. */
function strong(value: number | null | undefined, low?: number | null, high?: number | null): Child {
  const text = signed(value, 2);
  return surely({ low, high }) ? h("b", {}, text) : text;
}

function partName(it: Part): string {
  return `${it.places.join(", ")} ${it.part} ${it.change}`;
}

function partTable(measured: Part[]): HTMLElement {
  const tasks = Object.keys(measured[0]?.tasks ?? {});
  const columns = [
    { name: "part" },
    { name: "worth", number: true },
    { name: "95 % interval", number: true },
    { name: "without", number: true },
    { name: "its state", number: true },
    { name: "active", number: true },
    ...tasks.map((task) => ({ name: shortTask(task), number: true })),
  ];
  const rows = measured.map((it): Child[] => [
    partName(it),
    signed(it.worth),
    intervalText(it.worth_low, it.worth_high),
    fixed(it.score),
    grouped(it.part_state),
    grouped(it.active_parameters),
    ...tasks.map((task) => strong(it.tasks?.[task]?.worth, it.tasks?.[task]?.worth_low, it.tasks?.[task]?.worth_high)),
  ]);
  return h("div", { class: "dense" }, table("Worth of parts", columns, rows));
}

function ablatedCard(it: Ablated): HTMLElement {
  const known = (part: Part): boolean => typeof part.worth === "number";
  const [measured, others] = [it.parts.filter(known), it.parts.filter((part) => !known(part))];
  const bars = measured.map((part) => ({
    name: partName(part),
    value: part.worth!,
    low: part.worth_low ?? null,
    high: part.worth_high ?? null,
    hint: [h("div", {}, `score without it ${fixed(part.score)}`)],
  }));
  const note =
    `By ${settingText(it)}; worth: its score less that without the part, on the same seed sets, at equal active parameters. ` +
    `“instead”: the cheapest of its kind stands there; without: the score then; active: its parameters then. Tasks in bold are apart from 0; of parts worth nothing, one in 20 is by chance.`;
  return card(
    "What its parts are worth",
    note,
    bars.length ? intervalChart("Worth of parts", "worth", bars, "better without", "worse without") : null,
    bars.length ? partTable(measured) : null,
    others.length
      ? h(
          "ul",
          { class: "bounds" },
          others.map((part) => h("li", {}, `${partName(part)}: ${part.problem ?? "not trained yet"}`)),
        )
      : null,
  );
}

/** The beginning of a variant's id, as a link where it is a candidate of the run. */
function variantId(run: Run, it: Variant): Child {
  const id = it.id.slice(0, 8);
  if (!run.byId.has(it.id)) return h("code", {}, id);
  return h("a", { href: link("candidate", { run: String(run.index), id: it.id.slice(0, 12) }) }, id);
}

function variantTable(run: Run, label: string, variants: Variant[]): HTMLElement {
  const columns = [
    { name: "variant" },
    { name: "difference", number: true },
    { name: "95 % interval", number: true },
    { name: "score", number: true },
    { name: "state", number: true },
    { name: "by" },
    { name: "design" },
  ];
  const rows = variants.map((it): Child[] => [
    variantId(run, it),
    signed(it.difference),
    intervalText(it.difference_low, it.difference_high),
    fixed(it.score),
    grouped(it.state),
    it.operators.join(" + "),
    h("code", {}, it.text),
  ]);
  return h("div", { class: "tall" }, table(label, columns, rows));
}

function variantChart(label: string, className: string, variants: Variant[]): HTMLElement {
  const bars = variants.slice(0, mostDrawn).map((it) => ({
    name: it.id.slice(0, 8),
    value: it.difference!,
    low: it.difference_low,
    high: it.difference_high,
    hint: [h("code", { class: "design" }, it.text), h("div", {}, `score ${fixed(it.score)}`)],
  }));
  return intervalChart(label, className, bars, "the variant is worse", "better");
}

function variants(run: Run, label: string, className: string, all: Variant[]): (HTMLElement | null)[] {
  const scored = all.filter((it) => it.difference !== null);
  const left = all.length - Math.min(scored.length, mostListed);
  return [
    scored.length ? variantChart(label, className, scored) : null,
    scored.length ? variantTable(run, label, scored.slice(0, mostListed)) : null,
    left > 0 ? h("p", { class: "note" }, `${grouped(left)} more are worse or have no score: --format json.`) : null,
  ];
}

/** What is shown once it is asked for. */
function folded(title: string, parts: (HTMLElement | null)[]): HTMLElement {
  return h("details", {}, h("summary", {}, title), parts);
}

function neighboursCard(run: Run, it: Neighbours): HTMLElement {
  const edits = it.edits === 1 ? "One edit away" : `${it.edits} edits away`;
  const fresh = it.confirmed;
  const count = grouped(it.variants.length);
  const note = `${count} variants, by ${settingText(it)}. The best of many is too good: chance chose it too.`;
  const again = (sets: number): string =>
    `The best again on ${sets} fresh seed sets, which chose nothing; there it scores ${fixed(fresh!.score)}`;
  const all = variants(run, "Variants", "variants", it.variants);
  return card(
    edits,
    note,
    fresh ? h("h3", {}, again(fresh.seed_sets)) : null,
    fresh ? variants(run, "Variants on fresh seeds", "confirmed-variants", fresh.variants) : [],
    fresh ? folded("All of them, on the seed sets that chose", all) : all,
  );
}

/** Where there is no answer, how to get one. */
function askCard(title: string, sentence: string, line: string): HTMLElement {
  return card(title, sentence, h("ul", { class: "commands" }, commandLine(line)));
}

/** `folder`: where answers are looked for. */
export function questionCards(run: Run, id: string, answers: Answer[] | string | null, folder: string): HTMLElement[] {
  if (typeof answers === "string") return [card("Questions by training", answers)];
  const known = answers ?? [];
  const ablated = known.filter((it) => it.question === "ablate");
  const neighbours = known.filter((it) => it.question === "neighbours");
  const log = folder === "runs/questions" ? "" : ` --log ${quoted(folder)}`;
  const line = (question: string): string =>
    `madsearch ${question} ${quoted(run.folder)} ${id.slice(0, 8)}${question === "neighbours" ? " --battery probe" : ""}${log}`;
  const none = `No answer in ${folder}. It takes training:`;
  const cards = [...ablated.map(ablatedCard), ...neighbours.map((it) => neighboursCard(run, it))];
  if (!ablated.length) cards.push(askCard("What are its parts worth?", none, line("ablate")));
  if (!neighbours.length)
    cards.push(askCard("Is there a better design one edit away?", none, line("neighbours") + " --dry-run"));
  return cards;
}
