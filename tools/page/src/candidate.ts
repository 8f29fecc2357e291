// One candidate: its stripe, what its blocks cost, how it scored, how it learned, where it came from.
import { link } from "./address";
import { axis, Chart, colour, legend, tooltip } from "./charts";
import type { Block, Candidate, Curve, Evaluation, Shown, Training, Why } from "./data";
import { commandLine, quoted } from "./command";
import { card, h, table } from "./dom";
import { duration, fixed, grouped, short, shortTask, withInterval } from "./format";
import { kindNames, type Run } from "./model";
import { familyClass, familyLegend, stripePicture } from "./stripe";
import { whyCard } from "./why";

/** Two-sided 95 % quantiles of Student's t, by degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
];

interface Mean {
  mean: number;
  margin: number | null;
  values: number[];
}

function mean(values: number[]): Mean {
  const n = values.length;
  const middle = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean: middle, margin: null, values };
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1);
  return { mean: middle, margin: (quantiles[n - 2] ?? 1.96) * Math.sqrt(variance / n), values };
}

function facts(run: Run, candidate: Candidate): HTMLElement {
  const rows: [string, string | Node][] = [
    [
      "score",
      `${withInterval(candidate.score ?? null, candidate.score_low, candidate.score_high)}, ${candidate.confirmed ? `${candidate.seeds} fresh seeds` : "by the search, not confirmed"}`,
    ],
    [
      `state at ${run.front.state_length} tokens`,
      `${grouped(candidate.served_state)} exact, ${grouped(candidate.served_state_mad)} by the MAD paper's convention`,
    ],
    ["parameters", `${grouped(candidate.parameters)} (${grouped(candidate.active_parameters)} active)`],
    ["FLOPs", `${grouped(candidate.flops)} forward, one sequence of ${run.front.length} tokens`],
    ["born", `at evaluation ${candidate.born}, ${candidate.origin}`],
    ["id", h("code", {}, candidate.id)],
  ];
  if (typeof candidate.bits_per_byte === "number")
    rows.splice(1, 0, ["pretrained", `${fixed(candidate.bits_per_byte)} bits per byte`]);
  const rival = run.member(candidate.id)?.rival;
  if (rival)
    rows.splice(1, 0, [
      "not apart from",
      h("a", { href: link("candidate", { run: String(run.index), id: rival }) }, rival),
    ]);
  return h(
    "dl",
    { class: "facts" },
    rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

function costs(blocks: Block[]): HTMLElement {
  const bar = (block: Block, field: "parameters" | "flops" | "state"): HTMLElement => {
    const share = block[field] / Math.max(1, ...blocks.map((it) => it[field]));
    return h(
      "span",
      { class: "bar" },
      h("span", { class: "fill " + familyClass(block.family), style: `width: ${100 * share}%` }),
      h("span", {}, short(block[field])),
    );
  };
  return table(
    "Cost by block",
    [
      { name: "", number: true },
      { name: "block" },
      { name: "family" },
      { name: "parameters", number: true },
      { name: "FLOPs", number: true },
      { name: "state", number: true },
    ],
    blocks.map((block, i) => [
      i + 1,
      block.primitive + (block.label ? ` @${block.label}` : ""),
      h("span", {}, h("span", { class: "dot " + familyClass(block.family) }), block.family ?? "–"),
      bar(block, "parameters"),
      bar(block, "flops"),
      bar(block, "state"),
    ]),
  );
}

/** Bars of scores by task, with the seeds as points and their interval. */
function taskChart(evaluations: Evaluation[]): HTMLElement | null {
  const scored = evaluations.filter((it) => it.finished && it.outcome === "ok" && it.tasks);
  const confirmed = scored.filter((it) => it.rung === "confirm");
  const used = confirmed.length >= 2 ? confirmed : scored.filter((it) => it.rung === "battery");
  if (!used.length) return null;
  const tasks = Object.keys(used[0]!.tasks!);
  const means = tasks.map((task) =>
    mean(used.map((it) => it.tasks![task]?.score).filter((it): it is number => typeof it === "number")),
  );
  const chart = new Chart("Score by task", 80 + 34 * tasks.length);
  chart.draw(() => ({
    grid: { left: 8, right: 24, top: 30, bottom: 28, containLabel: true },
    legend: legend({ data: ["mean", "a seed", "95 % interval"] }),
    tooltip: tooltip((event) => {
      const task = tasks[event.dataIndex] ?? tasks[event.data?.[1]] ?? "";
      const settings = used.map(
        (it) => `seed set ${it.seed_set}: ${(it.tasks![task]?.settings ?? []).map((x) => fixed(x)).join("  ")}`,
      );
      return h(
        "div",
        { class: "hint" },
        h("b", {}, shortTask(task)),
        h("p", {}, "score of each setting"),
        settings.map((line) => h("div", {}, line)),
      );
    }),
    xAxis: axis("", { type: "value", min: 0, max: 1 }),
    yAxis: axis("", {
      type: "category",
      data: tasks.map(shortTask),
      inverse: true,
      axisLabel: { color: colour("text"), fontSize: 12 },
    }),
    series: [
      {
        type: "bar",
        name: "mean",
        barWidth: 16,
        itemStyle: { color: colour("kind-front"), opacity: 0.55, borderRadius: [0, 3, 3, 0] },
        data: means.map((it) => it.mean),
      },
      {
        type: "custom",
        name: "95 % interval",
        silent: true,
        z: 3,
        itemStyle: { color: colour("text") },
        data: means.map((it, i) =>
          it.margin === null ? [null, i, null] : [it.mean - it.margin, i, it.mean + it.margin],
        ),
        renderItem: (_: unknown, api: any) => {
          if (Number.isNaN(api.value(0))) return;
          const [a, b] = [
            api.coord([Math.max(0, api.value(0)), api.value(1)]),
            api.coord([Math.min(1, api.value(2)), api.value(1)]),
          ];
          return {
            type: "line",
            shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] },
            style: { stroke: colour("text"), lineWidth: 1.5 },
          };
        },
      },
      {
        type: "scatter",
        name: "a seed",
        symbolSize: 6,
        z: 4,
        itemStyle: { color: colour("text"), opacity: 0.7 },
        data: means.flatMap((it, i) => it.values.map((value) => [value, i])),
      },
    ],
  }));
  const note =
    confirmed.length >= 2
      ? `Means of ${confirmed.length} fresh seeds. The selection that chose it did not see them.`
      : "Of the search's seeds, which chose it: too good, if it was chosen for it.";
  return card("Score by task", note, chart.element);
}

function evaluationTable(shown: Shown): HTMLElement {
  const columns = [
    { name: "number", number: true },
    { name: "rung" },
    { name: "seed set", number: true },
    { name: "outcome" },
    { name: "score", number: true },
    { name: "test", number: true },
    { name: "core time", number: true },
  ];
  const rows = shown.evaluations.map((it) => [
    it.number,
    it.rung,
    it.seed_set,
    it.finished ? it.outcome : "under way",
    fixed(it.score),
    fixed(it.test_score),
    duration(it.core_seconds),
  ]);
  const failed = shown.evaluations.flatMap((it) =>
    (it.trainings ?? []).filter((training) => training.outcome !== "ok"),
  );
  const reason = (it: Training): HTMLElement =>
    h("li", {}, h("b", {}, `${shortTask(it.task)}/${it.setting} ${it.outcome}`), " ", it.message);
  return card(
    "Evaluations",
    null,
    table("Evaluations", columns, rows),
    failed.length ? h("ul", { class: "failures" }, failed.map(reason)) : null,
  );
}

/** Accuracy over steps, a small chart a setting; a line a grid point. */
function curveCards(shown: Shown): HTMLElement | null {
  const found: { name: string; lines: { name: string; curve: Curve }[] }[] = [];
  const last = shown.evaluations.filter((it) =>
    (it.trainings ?? []).some((training) => training.curves?.some((curve) => curve.looks.length > 1)),
  );
  if (!last.length) return null;
  const evaluation = last.find((it) => it.rung === "battery") ?? last[0]!;
  for (const training of evaluation.trainings ?? [])
    if (training.curves?.some((curve) => curve.looks.length > 1))
      found.push({
        name: `${shortTask(training.task)} ${training.setting}`,
        lines: training.curves.map((curve) => ({
          name: `rate ${short(curve.learning_rate)}, decay ${short(curve.weight_decay)}`,
          curve,
        })),
      });
  const charts = found.map((it) => {
    const chart = new Chart(`Accuracy over steps, ${it.name}`, 170);
    chart.draw(() => ({
      title: undefined,
      grid: { left: 4, right: 10, top: 12, bottom: 6, containLabel: true },
      tooltip: tooltip((event) =>
        h(
          "div",
          { class: "hint" },
          h("b", {}, event.seriesName),
          h("div", {}, `step ${event.data[0]}: accuracy ${fixed(event.data[1])}`),
        ),
      ),
      xAxis: axis("", { type: "value", splitNumber: 3 }),
      yAxis: axis("", { type: "value", min: 0, max: 1, splitNumber: 2 }),
      series: it.lines.map((line, i) => ({
        type: "line",
        name: line.name,
        symbol: "circle",
        symbolSize: 4,
        showSymbol: line.curve.looks.length < 30,
        lineStyle: { width: 1.5, color: colour("run-" + (i % 8)) },
        itemStyle: { color: colour("run-" + (i % 8)) },
        data: line.curve.looks.map(([step, accuracy]) => [step, accuracy]),
      })),
    }));
    return h("figure", {}, h("figcaption", {}, it.name), chart.element);
  });
  return card(
    "Learning curves",
    `Accuracy on validation A over steps, evaluation ${evaluation.number} (${evaluation.rung}); a line a grid point.`,
    h("div", { class: "small-charts" }, charts),
  );
}

interface Ancestor {
  candidate: Candidate | null;
  id: string;
  depth: number;
}

/** Parents and theirs, back to what nobody bred; each once. */
function ancestors(run: Run, candidate: Candidate): Ancestor[] {
  const out: Ancestor[] = [];
  const seen = new Set<string>([candidate.id]);
  const walk = (of: Candidate, depth: number): void => {
    for (const id of of.parents) {
      if (seen.has(id) || out.length > 200) continue;
      seen.add(id);
      const parent = run.byId.get(id) ?? null;
      out.push({ candidate: parent, id, depth });
      if (parent) walk(parent, depth + 1);
    }
  };
  walk(candidate, 1);
  return out;
}

function ancestry(run: Run, candidate: Candidate): HTMLElement {
  const rows = [{ candidate, id: candidate.id, depth: 0 }, ...ancestors(run, candidate)];
  const note =
    rows.length === 1
      ? `It has no parents: ${candidate.origin}.`
      : "Each below what was bred from it; the operator that made it, and its score.";
  return card(
    "Where it came from",
    note,
    h(
      "ol",
      { class: "ancestry" },
      rows.map((row) =>
        h(
          "li",
          { style: `margin-left: ${Math.min(row.depth, 12) * 14}px` },
          row.candidate && row.depth > 0
            ? h(
                "a",
                { href: link("candidate", { run: String(run.index), id: row.id.slice(0, 12) }) },
                row.id.slice(0, 8),
              )
            : h("b", {}, row.id.slice(0, 8)),
          h("span", { class: "badge" }, row.candidate?.origin ?? "not stored"),
          h("span", {}, " score ", fixed(row.candidate?.score)),
          row.candidate ? stripePicture(row.candidate.text, run.primitives, true) : null,
        ),
      ),
    ),
  );
}

function commands(run: Run, candidate: Candidate): HTMLElement {
  const folder = quoted(run.folder);
  const id = candidate.id.slice(0, 8);
  const text = quoted(candidate.text);
  return card(
    "Carry it on",
    "Run where the program and the run are.",
    h(
      "ul",
      { class: "commands" },
      [
        `madsearch show ${folder} ${id}`,
        `madsearch why ${folder} ${id}`,
        `madsearch ablate ${folder} ${id}`,
        `madsearch neighbours ${folder} ${id} --battery probe --dry-run`,
        `madsearch score ${text} --battery ${quoted(run.front.battery)} --seeds 3`,
        `madsearch pretrain ${text} --data DIR --flops 1e15`,
        `madsearch export ${folder} ${id} --to yaml`,
        `madsearch export ${folder} ${id} --to pytorch --out model`,
      ].map(commandLine),
    ),
  );
}

function costCard(run: Run, shown: Shown): HTMLElement | null {
  if (!shown.blocks.length) return null;
  const note = `Parameters and FLOPs at width and length of the battery, state at ${run.front.state_length} tokens; each with the norm before it, without what merges add. What blocks share stands at the first.`;
  return card("Cost by block", note, costs(shown.blocks));
}

function elsewhere(run: Run, candidate: Candidate): HTMLElement {
  const note = `This report holds trainings and curves of the front, of hand designs and of what was confirmed or pretrained. Those of this candidate are in the run: madsearch show ${run.folder} ${candidate.id.slice(0, 8)}`;
  return card("Evaluations", null, h("p", {}, note));
}

/** What is read of a candidate when it is opened; nothing where a report doesn't hold it. */
export interface Reader {
  show(id: string): Promise<Shown | null>;
  why(id: string): Promise<Why | null>;
}

export function candidateView(
  run: Run,
  candidate: Candidate,
  reader: Reader,
): { element: HTMLElement; refresh(): void } {
  const details = h("div", { class: "wait" }, "Reading …");
  const kind = run.kind(candidate);
  const on = run.member(candidate.id) && kind !== "front" ? " on the front" : "";
  const neighbours = run.front.front;
  const place = neighbours.findIndex((row) => row.hash === candidate.id);
  const step = (by: number): HTMLElement | null => {
    const row = place >= 0 ? neighbours[place + by] : undefined;
    return row
      ? h(
          "a",
          {
            href: link("candidate", { run: String(run.index), id: row.hash.slice(0, 12) }),
            rel: by < 0 ? "prev" : "next",
          },
          by < 0 ? "← smaller on the front" : "larger on the front →",
        )
      : null;
  };
  const element = h(
    "div",
    {},
    h(
      "section",
      { class: "card", "aria-label": "Candidate" },
      h(
        "div",
        { class: "candidate-head" },
        h("h2", {}, candidate.id.slice(0, 8)),
        h("span", { class: "badge kind-" + kind }, kindNames[kind] + on),
        h("span", { class: "grow" }),
        step(-1),
        step(1),
      ),
      familyLegend([candidate.text], run.primitives),
      h("div", { class: "scroll picture" }, stripePicture(candidate.text, run.primitives)),
      h("code", { class: "design" }, candidate.text),
      facts(run, candidate),
    ),
    details,
  );
  let drawn: [Shown | null, string] | undefined;
  const refresh = (): void => {
    void Promise.all([reader.show(candidate.id), reader.why(candidate.id)]).then(([shown, why]) => {
      const reason = JSON.stringify(why); // read anew with every evaluation, and mostly the same
      if (drawn && shown === drawn[0] && reason === drawn[1]) return;
      drawn = [shown, reason];
      const there = (parts: (HTMLElement | null)[]): HTMLElement[] =>
        parts.filter((it): it is HTMLElement => it !== null);
      const left = [
        why ? whyCard(run, candidate.id, why) : null,
        shown ? costCard(run, shown) : null,
        ancestry(run, candidate),
      ];
      const right = [
        taskChart(shown?.evaluations ?? run.evaluationsOf(candidate.id)),
        shown ? evaluationTable(shown) : elsewhere(run, candidate),
        commands(run, candidate),
      ];
      details.className = "";
      details.replaceChildren(
        h("div", { class: "columns" }, h("div", {}, there(left)), h("div", {}, there(right))),
        ...there([shown ? curveCards(shown) : null]),
      );
      Chart.clear(false);
    });
  };
  return { element, refresh };
}
