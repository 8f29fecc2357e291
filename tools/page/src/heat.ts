// Scores by task and candidate, as a map of colours.
import { link } from "./address";
import { axis, Chart, colour, tooltip } from "./charts";
import type { Candidate } from "./data";
import { card, h } from "./dom";
import type { Figure } from "./figure";
import { fixed, shortTask } from "./format";
import type { Run } from "./model";

const mostRows = 300; // of the heat map

export function heat(run: Run): Figure {
  let rows: Candidate[] = [];
  const chart = new Chart("Scores by task and candidate", 320);
  chart.core.on("click", (event: any) => {
    const candidate = rows[event.data?.[0]];
    if (candidate) location.hash = link("candidate", { run: String(run.index), id: candidate.id.slice(0, 12) });
  });
  const note = h("p", { class: "note" });
  const body = h("div", {}, chart.element);
  const element = card("Task by candidate", note, body);
  const refresh = (): void => {
    const tasks = run.tasks;
    const scored = run.candidates.filter((it) => typeof it.score === "number").sort((a, b) => b.score! - a.score!);
    rows = scored.slice(0, mostRows);
    note.textContent = rows.length
      ? `A column a candidate, the best score on the left${scored.length > rows.length ? ` (the best ${rows.length} of ${scored.length})` : ""}; click to open it.`
      : "No design has completed the battery yet.";
    chart.element.hidden = rows.length === 0;
    if (!rows.length) return;
    const scores = rows.flatMap((it, x) =>
      tasks.map((task, y): [number, number, number | null] => [x, y, run.taskScore(it, task)]),
    );
    const least = Math.floor(10 * scores.reduce((min, it) => Math.min(min, it[2] ?? 1), 0.9)) / 10;
    chart.draw(() => ({
      grid: { left: 8, right: 16, top: 44, bottom: 8, containLabel: true },
      tooltip: tooltip((event) =>
        h(
          "div",
          { class: "hint" },
          h("b", {}, rows[event.data[0]]!.id.slice(0, 8)),
          h(
            "div",
            {},
            `${shortTask(tasks[event.data[1]]!)}: ${fixed(event.data[2])}, score ${fixed(rows[event.data[0]]!.score)}`,
          ),
          h("code", { class: "design" }, rows[event.data[0]]!.text),
        ),
      ),
      visualMap: {
        min: least,
        max: 1,
        calculable: false,
        orient: "horizontal",
        right: 0,
        top: 0,
        itemHeight: 120,
        itemWidth: 12,
        text: ["1", fixed(least, 1)],
        textStyle: { color: colour("muted") },
        inRange: { color: [colour("low"), colour("high")] },
      },
      xAxis: axis("", {
        type: "category",
        data: rows.map((it) => it.id.slice(0, 8)),
        axisLabel: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
      }),
      yAxis: axis("", {
        type: "category",
        data: tasks.map(shortTask),
        inverse: true,
        axisLabel: { color: colour("text"), fontSize: 12 },
        splitLine: { show: false },
      }),
      series: [{ type: "heatmap", progressive: 0, data: scores.map(([x, y, score]) => [x, y, score ?? "-"]) }],
    }));
  };
  return { element, refresh };
}
