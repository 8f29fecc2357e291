// Two candidates beside each other: what `madsearch compare` prints.
import { here, keep, link } from "./address";
import { axis, Chart, colour, tooltip } from "./charts";
import { commandLine, quoted } from "./command";
import type { Candidate, Compared, ComparedDesign, Paired, PairedOn } from "./data";
import { card, type Child, h, table } from "./dom";
import { fixed, grouped, shortTask, signed } from "./format";
import { kindNames, type Run } from "./model";
import { stripePicture } from "./stripe";

/** Those that are asked about first: the front, hand designs, what else was confirmed. */
function offered(run: Run): Candidate[] {
  const hashes = new Set([...run.front.front, ...run.front.hand_designs].map((row) => row.hash));
  for (const candidate of run.candidates) if (candidate.confirmed) hashes.add(candidate.id);
  return [...hashes].flatMap((hash) => run.byId.get(hash) ?? []);
}

/** The two that are chosen; without a choice the best member of the front, and its rival or the one beside it. */
function chosen(run: Run): [string, string] {
  const { a, b } = here().fields;
  const front = run.front.front;
  const best = front.at(-1);
  const other = best?.rival ?? front.at(-2)?.id ?? run.front.hand_designs.find((row) => row.hash !== best?.hash)?.id;
  return [a ?? best?.id ?? "", b ?? other ?? ""];
}

function setsText(found: PairedOn): string {
  if (found.on === "search") return "the search's seed set";
  const count = found.seed_sets.length;
  return `${count} ${found.on} seed ${count === 1 ? "set" : "sets"}`;
}

function interval(it: Paired): string {
  if (it.margin === null) return "–";
  return `${signed(it.difference - it.margin)} to ${signed(it.difference + it.margin)}`;
}

/** Score and tasks, each with its name. */
function rowsOf(found: PairedOn): (Paired & { name: string })[] {
  return [{ ...found, name: "score" }, ...found.tasks.map((it) => ({ ...it, name: shortTask(it.task) }))];
}

/** Differences as points with their intervals, one below the other, about a line at 0. */
function differences(pair: Compared, found: PairedOn): HTMLElement {
  const rows = rowsOf(found);
  const chart = new Chart(`Differences in score, ${pair.a.id} less ${pair.b.id}`, 70 + 34 * rows.length, "differences");
  const far = Math.max(0.05, ...rows.map((it) => Math.abs(it.difference) + (it.margin ?? 0)));
  const most = Math.ceil(far * 1.05 * 20) / 20;
  const surely = (it: Paired): boolean => it.margin !== null && Math.abs(it.difference) > it.margin;
  const ink = (it: Paired): string =>
    surely(it) ? colour(it.difference > 0 ? "kind-front" : "kind-hand") : colour("muted");
  chart.draw(() => ({
    grid: { left: 8, right: 24, top: 12, bottom: 40, containLabel: true },
    tooltip: tooltip((event) => {
      const it = rows[event.dataIndex]!;
      return h(
        "div",
        { class: "hint" },
        h("b", {}, it.name),
        h("div", {}, `${pair.a.id} ${fixed(it.a)}, ${pair.b.id} ${fixed(it.b)}`),
        h("div", {}, `difference ${signed(it.difference)}, 95 % interval ${interval(it)}`),
      );
    }),
    xAxis: axis(`← ${pair.b.id} better     ${pair.a.id} better →`, {
      type: "value",
      min: -most,
      max: most,
      axisLabel: { showMinLabel: false, showMaxLabel: false },
    }),
    yAxis: axis("", {
      type: "category",
      inverse: true,
      data: rows.map((it) => it.name),
      axisLine: { onZero: true, lineStyle: { color: colour("text") } },
      axisTick: { show: false },
      axisLabel: { color: colour("text"), fontSize: 12, margin: 8 },
    }),
    series: [
      {
        type: "custom",
        name: "95 % interval",
        silent: true,
        z: 2,
        data: rows.map((it, i) =>
          it.margin === null ? [null, i, null] : [it.difference - it.margin, i, it.difference + it.margin],
        ),
        renderItem: (at: any, api: any) => {
          if (Number.isNaN(api.value(0))) return;
          const [low, high] = [api.coord([api.value(0), api.value(1)]), api.coord([api.value(2), api.value(1)])];
          const style = { stroke: ink(rows[at.dataIndex]!), lineWidth: 2 };
          const line = (x1: number, y1: number, x2: number, y2: number) => ({
            type: "line",
            shape: { x1, y1, x2, y2 },
            style,
          });
          const cap = ([x, y]: number[]) => line(x!, y! - 5, x!, y! + 5);
          return { type: "group", children: [line(low[0], low[1], high[0], high[1]), cap(low), cap(high)] };
        },
      },
      {
        type: "scatter",
        name: "difference",
        symbolSize: 10,
        z: 3,
        data: rows.map((it, i) => ({ value: [it.difference, i], itemStyle: { color: ink(it) } })),
      },
    ],
  }));
  chart.element.dataset.rows = String(rows.length);
  return chart.element;
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

function sizesCard(run: Run, pair: Compared): HTMLElement {
  const columns = [{ name: "" }, { name: pair.a.id, number: true }, { name: pair.b.id, number: true }];
  const row = (name: string, cell: (it: ComparedDesign) => Child): Child[] => [name, cell(pair.a), cell(pair.b)];
  const seeds = (it: ComparedDesign): string =>
    it.score === null ? "–" : it.confirmed ? `${it.seeds} fresh seeds` : "the search";
  const rows = [
    row("score", (it) => fixed(it.score)),
    row("of", seeds),
    row(`state at ${run.front.state_length} tokens`, (it) => grouped(it.state)),
    row("parameters", (it) => grouped(it.parameters)),
    row("FLOPs", (it) => grouped(it.flops)),
    row("bits per byte", (it) => fixed(it.bits_per_byte)),
  ];
  return card("Beside each other", null, table("Sizes", columns, rows));
}

/** Where one of the two is chosen: by typing, or from those that are asked about first. */
function picker(label: string, value: string, list: string, pick: (word: string) => void): HTMLElement {
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

function head(run: Run, candidate: Candidate | undefined, id: string): HTMLElement {
  if (!candidate) return h("p", { class: "note" }, id ? `No candidate has an id that begins with “${id}”.` : "None.");
  const to = link("candidate", { run: String(run.index), id: candidate.id.slice(0, 12) });
  const kind = run.kind(candidate);
  return h(
    "div",
    { class: "compared" },
    h(
      "div",
      {},
      h("a", { href: to }, candidate.id.slice(0, 8)),
      " ",
      h("span", { class: "badge" }, kindNames[kind]),
      " ",
      h("small", {}, candidate.origin),
    ),
    h("div", { class: "scroll" }, stripePicture(candidate.text, run.primitives, true)),
    h("code", { class: "design" }, candidate.text),
  );
}

function unknown(run: Run, a: Candidate, b: Candidate): HTMLElement {
  const line = `madsearch compare ${quoted(run.folder)} ${a.id.slice(0, 8)} ${b.id.slice(0, 8)}`;
  return card(
    "Not in this report",
    `It holds comparisons of ${run.comparedIds.length} designs: the front, hand designs, and what else was confirmed or pretrained. Any two are compared by`,
    h("ul", { class: "commands" }, commandLine(line)),
  );
}

export function compareView(
  run: Run,
  compare: (a: string, b: string) => Promise<Compared | null>,
  live: boolean,
): { element: HTMLElement; refresh(): void } {
  const list = "designs-to-compare";
  const options = h("datalist", { id: list });
  const controls = h("div", { class: "controls" });
  const heads = h("div", { class: "columns" });
  const found = h("div", { "aria-live": "polite" });
  let drawn = ""; // as text: what is read anew is mostly the same
  let asked = "";
  const pick = (field: string) => (word: string) => {
    const [a, b] = chosen(run);
    keep({ a, b, [field]: word });
    refresh();
  };
  const put = (...parts: HTMLElement[]): void => {
    found.replaceChildren(...parts);
    Chart.clear(false);
  };
  const draw = (a: Candidate, b: Candidate): void => {
    const key = `${a.id} ${b.id}`;
    if (key !== asked) put(h("p", { class: "wait" }, "Reading …"));
    if (key !== asked) drawn = "";
    asked = key;
    void compare(a.id, b.id).then((pair) => {
      if (key !== asked || JSON.stringify(pair) === drawn) return;
      drawn = JSON.stringify(pair);
      if (pair) put(h("div", { class: "columns" }, scoresCard(pair), sizesCard(run, pair)));
      else put(live ? card("It can't be read now", null) : unknown(run, a, b));
    });
  };
  const refresh = (): void => {
    const ids = chosen(run);
    const [a, b] = ids.map((id) => run.find(id)) as [Candidate | undefined, Candidate | undefined];
    options.replaceChildren(
      ...offered(run).map((it) => h("option", { value: it.id.slice(0, 8) }, `${kindNames[run.kind(it)]}: ${it.text}`)),
    );
    const focus = (document.activeElement as HTMLElement | null)?.getAttribute("aria-label");
    if (!found.contains(document.activeElement) && !controls.contains(document.activeElement)) {
      controls.replaceChildren(picker("first", ids[0], list, pick("a")), picker("second", ids[1], list, pick("b")));
    }
    if (focus) (controls.querySelector(`[aria-label="${CSS.escape(focus)}"]`) as HTMLElement | null)?.focus();
    heads.replaceChildren(head(run, a, ids[0]), head(run, b, ids[1]));
    if (a && b && a !== b) return draw(a, b);
    asked = "";
    put(h("p", { class: "note" }, a && b ? "Both are the same design." : "Choose two designs."));
  };
  const element = h(
    "div",
    {},
    card(
      "Two designs against each other",
      "Type the beginning of an id, or take one of the list: the front, hand designs, what else was confirmed.",
      options,
      controls,
      heads,
    ),
    found,
  );
  return { element, refresh };
}
