// How a candidate scored, by task and evaluation, and how it learned.
import { axis, Chart, colour, legend, tooltip } from "./charts";
import type { Curve, Evaluation, Shown, Training } from "./data";
import { card, h, table } from "./dom";
import { duration, fixed, short, shortTask } from "./format";

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

/** Bars of scores by task, with the seeds as points and their interval. */
export function taskChart(evaluations: Evaluation[]): HTMLElement | null {
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

export function evaluationTable(shown: Shown): HTMLElement {
  const text = shown.evaluations.some((it) => typeof it.bits_per_byte === "number");
  const columns = [
    { name: "number", number: true },
    { name: "rung" },
    { name: "seed set", number: true },
    { name: "outcome" },
    { name: "score", number: true },
    { name: "test", number: true },
    { name: "text bits", number: true, hidden: !text },
    { name: "test bits", number: true, hidden: !text },
    { name: "core time", number: true },
    { name: "imported from", hidden: !shown.evaluations.some((it) => it.imported) },
  ];
  const rows = shown.evaluations.map((it) => [
    it.number,
    it.rung,
    it.seed_set,
    it.finished ? it.outcome : "under way",
    fixed(it.score),
    fixed(it.test_score),
    fixed(it.bits_per_byte),
    fixed(it.test_bits_per_byte),
    duration(it.core_seconds),
    it.imported,
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
export function curveCards(shown: Shown): HTMLElement | null {
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
