// Two candidates beside each other, of one run or of two: what `madsearch compare` prints.
import { here, keep, link } from "./address";
import { Chart } from "./charts";
import { commandLine, quoted } from "./command";
import type { Candidate, Compared, ComparedDesign, Paired, PairedOn } from "./data";
import { card, type Child, h, select, table } from "./dom";
import { fixed, grouped, shortTask, signed } from "./format";
import { importedBadge } from "./imported";
import { intervalChart, intervalText } from "./intervals";
import type { Run } from "./model";
import type { Side } from "./pairs";
import { stripePicture } from "./stripe";

/** Those that are asked about first: the front, hand designs, what else was confirmed. */
function offered(run: Run): Candidate[] {
  const hashes = new Set([...run.front.front, ...run.front.hand_designs].map((row) => row.hash));
  for (const candidate of run.candidates) if (candidate.confirmed) hashes.add(candidate.id);
  return [...hashes].flatMap((hash) => run.byId.get(hash) ?? []);
}

/** As it stands in the address: "60fef120", or of several runs "1.60fef120", of the second. */
function word(runs: Run[], { run, id }: Side): string {
  return runs.length > 1 ? `${run.index}.${id}` : id;
}

function sideOf(runs: Run[], text: string, otherwise: Run): Side {
  const [, index, id] = /^(\d+)\.(.*)$/.exec(text) ?? [];
  const run = runs.find((it) => String(it.index) === index);
  return run ? { run, id: id! } : { run: otherwise, id: text };
}

/** The best member of a run's front, beside another design that isn't it. */
function bestOf(run: Run, beside = ""): string {
  return run.front.front.findLast((row) => row.id !== beside.slice(0, 8))?.id ?? "";
}

/** Beside the best member of a front its rival, else the one next to it. */
function besideBest(run: Run): string {
  const best = run.front.front.at(-1);
  const hand = run.front.hand_designs.find((row) => row.hash !== best?.hash);
  return best?.rival ?? run.front.front.at(-2)?.id ?? hand?.id ?? "";
}

/** The two that are chosen; without a choice the best of two runs, or of one and what stands beside it. */
function chosen(runs: Run[]): [Side, Side] {
  const { a, b, run } = here().fields;
  const picked = runs.find((it) => String(it.index) === run);
  const first = sideOf(runs, a ?? "", picked ?? runs[0]!);
  const second = sideOf(runs, b ?? "", picked ?? (a === undefined ? runs[1] : undefined) ?? first.run);
  if (!first.id) first.id = bestOf(first.run);
  if (!second.id) second.id = first.run === second.run ? besideBest(second.run) : bestOf(second.run, first.id);
  return [first, second];
}

function setsText(found: PairedOn): string {
  if (found.on === "search") return "the search's seed set";
  const count = found.seed_sets.length;
  return `${count} ${found.on} seed ${count === 1 ? "set" : "sets"}`;
}

function interval(it: Paired): string {
  if (it.margin === null) return "–";
  return intervalText(it.difference - it.margin, it.difference + it.margin);
}

/** Score and tasks, each with its name. */
function rowsOf(found: PairedOn): (Paired & { name: string })[] {
  return [{ ...found, name: "score" }, ...found.tasks.map((it) => ({ ...it, name: shortTask(it.task) }))];
}

function differences(pair: Compared, found: PairedOn): HTMLElement {
  const bars = rowsOf(found).map((it) => ({
    name: it.name,
    value: it.difference,
    low: it.margin === null ? null : it.difference - it.margin,
    high: it.margin === null ? null : it.difference + it.margin,
    hint: [h("div", {}, `${pair.a.id} ${fixed(it.a)}, ${pair.b.id} ${fixed(it.b)}`)],
  }));
  const label = `Differences in score, ${pair.a.id} less ${pair.b.id}`;
  return intervalChart(label, "differences", bars, `${pair.b.id} better`, `${pair.a.id} better`);
}

function differenceTable(pair: Compared, found: PairedOn): HTMLElement {
  const columns = [
    { name: "" },
    { name: pair.a.id, number: true },
    { name: pair.b.id, number: true },
    { name: "difference", number: true },
    { name: "95 % interval", number: true },
  ];
  return table(
    "Differences",
    columns,
    rowsOf(found).map((it) => [it.name, fixed(it.a), fixed(it.b), signed(it.difference), interval(it)]),
  );
}

function scoresCard(pair: Compared): HTMLElement {
  const [first, ...rest] = pair.comparisons;
  const title = `${pair.a.id} less ${pair.b.id}`;
  const verdict = h("p", { class: "verdict" }, pair.verdict);
  if (!first) return card(title, null, verdict);
  const more = rest.map((it) => {
    const by = it.on === "search" ? ", by which it chose" : "";
    const among = it.margin === null ? ", no interval" : ` (${interval(it)})`;
    return h("li", {}, `on ${setsText(it)}${by}: ${signed(it.difference)}${among}`);
  });
  const unscored = [pair.a, pair.b].flatMap((design) =>
    design.unscored.map((it) =>
      h(
        "li",
        {},
        `${design.id}, ${it.on === "search" ? "the search's" : it.on} seed set ${it.seed_set}: ${it.outcome}`,
      ),
    ),
  );
  return card(
    title,
    `On ${setsText(first)} (${first.seed_sets.join(", ")}) that both had; bars are 95 % intervals of the difference.`,
    verdict,
    differences(pair, first),
    differenceTable(pair, first),
    h("ul", { class: "bounds" }, more, unscored),
  );
}

function sizesCard(pair: Compared): HTMLElement {
  const columns = [{ name: "" }, { name: pair.a.id, number: true }, { name: pair.b.id, number: true }];
  const row = (name: string, cell: (it: ComparedDesign) => Child): Child[] => [name, cell(pair.a), cell(pair.b)];
  const seeds = (it: ComparedDesign): string =>
    it.score === null ? "–" : it.confirmed ? `${it.seeds} fresh seeds` : "the search";
  const alike = pair.a.state_length === pair.b.state_length;
  const rows = [
    row("score", (it) => fixed(it.score)),
    row("of", seeds),
    row(alike ? `state at ${pair.a.state_length} tokens` : "state where its run counts it", (it) => grouped(it.state)),
    row("parameters", (it) => grouped(it.parameters)),
    row("FLOPs", (it) => grouped(it.flops)),
    row("bits per byte", (it) => fixed(it.bits_per_byte)),
  ];
  return card("Beside each other", null, table("Sizes", columns, rows));
}

/** Where one of the two is chosen: by typing, or from those that are asked about first. */
function picker(label: string, value: string, list: string, pick: (id: string) => void): HTMLElement {
  const box = h("input", {
    "aria-label": label,
    list,
    value,
    size: 14,
    spellcheck: "false",
    autocomplete: "off",
    focus: () => box.select(),
    change: () => pick(box.value.trim()),
  });
  return h("label", { class: "select" }, h("span", {}, label), box);
}

function head(run: Run, candidate: Candidate | undefined, id: string, several: boolean): HTMLElement {
  if (!candidate) return h("p", { class: "note" }, id ? `No candidate has an id that begins with “${id}”.` : "None.");
  const to = link("candidate", { run: String(run.index), id: candidate.id.slice(0, 12) });
  return h(
    "div",
    { class: "compared" },
    h(
      "div",
      {},
      h("a", { href: to }, candidate.id.slice(0, 8)),
      " ",
      h("span", { class: "badge" }, run.kindText(candidate)),
      importedBadge(run, candidate.id),
      " ",
      h("small", {}, candidate.origin + (several ? `, of ${run.name}` : "")),
    ),
    h("div", { class: "scroll" }, stripePicture(candidate.text, run.primitives, true)),
    h("code", { class: "design" }, candidate.text),
  );
}

function command(a: Side, b: Side): string {
  const other = a.run === b.run ? "" : ` --other ${quoted(b.run.folder)}`;
  return `madsearch compare ${quoted(a.run.folder)} ${a.id.slice(0, 8)} ${b.id.slice(0, 8)}${other}`;
}

function unknown(a: Side, b: Side): HTMLElement {
  const of =
    a.run === b.run
      ? "It holds comparisons of the front, hand designs, and what else was confirmed or pretrained, of the first 16 of them."
      : "Of two runs it compares the first eight members and hand designs of each.";
  return card(
    "Not in this report",
    `${of} Any two are compared by`,
    h("ul", { class: "commands" }, commandLine(command(a, b))),
  );
}

/** What is found of two designs: their comparison, or why there is none. */
function answer(a: Side, b: Side, found: Compared | string | null, live: boolean): HTMLElement {
  if (typeof found === "string") return card("These two do not compare", null, h("p", { class: "verdict" }, found));
  if (found) return h("div", { class: "columns" }, scoresCard(found), sizesCard(found));
  return live ? card("It can't be read now", null) : unknown(a, b);
}

export function compareView(
  runs: Run[],
  compare: (a: Side, b: Side) => Promise<Compared | string | null>,
  live: boolean,
): { element: HTMLElement; refresh(): void } {
  const several = runs.length > 1;
  const lists = ["first", "second"].map((label) => h("datalist", { id: `designs-${label}` }));
  const controls = h("div", { class: "controls" });
  const heads = h("div", { class: "columns" });
  const found = h("div", { "aria-live": "polite" });
  let drawn = ""; // as text: what is read anew is mostly the same
  let asked = "";
  const pick = (field: "a" | "b", side: Side): void => {
    const [a, b] = chosen(runs);
    keep({ a: word(runs, a), b: word(runs, b), [field]: word(runs, side) });
    refresh();
  };
  const put = (...parts: HTMLElement[]): void => {
    found.replaceChildren(...parts);
    Chart.clear(false);
  };
  const draw = (a: Side, b: Side): void => {
    const key = `${a.run.index} ${a.id} ${b.run.index} ${b.id}`;
    if (key !== asked) put(h("p", { class: "wait" }, "Reading …"));
    if (key !== asked) drawn = "";
    asked = key;
    void compare(a, b).then((pair) => {
      if (key !== asked || JSON.stringify(pair) === drawn) return;
      drawn = JSON.stringify(pair);
      put(answer(a, b, pair, live));
    });
  };
  const pickers = (side: Side, field: "a" | "b", label: string, list: string): HTMLElement[] => {
    const words = runs.map((run): [string, string] => [String(run.index), run.name]);
    const change = (index: string): void =>
      pick(field, { run: runs.find((it) => String(it.index) === index)!, id: "" });
    const typed = picker(label, side.id, list, (id) => pick(field, { run: side.run, id }));
    return several ? [typed, select(`${label} is of`, words, String(side.run.index), change)] : [typed];
  };
  const refresh = (): void => {
    const sides = chosen(runs);
    const [a, b] = sides.map(({ run, id }) => run.find(id)) as [Candidate | undefined, Candidate | undefined];
    const option = (run: Run, it: Candidate): HTMLElement =>
      h("option", { value: it.id.slice(0, 8) }, `${run.kindText(it)}: ${it.text}`);
    sides.forEach(({ run }, i) => lists[i]!.replaceChildren(...offered(run).map((it) => option(run, it))));
    const focus = (document.activeElement as HTMLElement | null)?.getAttribute("aria-label");
    const typing = document.activeElement instanceof HTMLInputElement && controls.contains(document.activeElement);
    if (!found.contains(document.activeElement) && !typing)
      controls.replaceChildren(
        ...pickers(sides[0], "a", "first", lists[0]!.id),
        ...pickers(sides[1], "b", "second", lists[1]!.id),
      );
    if (focus) (controls.querySelector(`[aria-label="${CSS.escape(focus)}"]`) as HTMLElement | null)?.focus();
    heads.replaceChildren(head(sides[0].run, a, sides[0].id, several), head(sides[1].run, b, sides[1].id, several));
    if (a && b && a.id !== b.id) return draw({ run: sides[0].run, id: a.id }, { run: sides[1].run, id: b.id });
    asked = "";
    const both = sides[0].run === sides[1].run ? "Both are the same design." : "Both runs have the same design here.";
    put(h("p", { class: "note" }, a && b ? both : "Choose two designs."));
  };
  const element = h(
    "div",
    {},
    card(
      "Two designs against each other",
      "Type the beginning of an id, or take one of the list: the front, hand designs, what else was confirmed.",
      lists,
      controls,
      heads,
    ),
    found,
  );
  return { element, refresh };
}
