// Whether the search still improves, and how fast it goes.
import { here, keep } from "./address";
import { axis, Chart, colour, legend, tooltip } from "./charts";
import { card, choice, h } from "./dom";
import type { Figure } from "./figure";
import { duration, fixed, grouped } from "./format";
import type { Run } from "./model";

function ends(run: Run): Map<number, number> {
  const out = new Map<number, number>();
  for (const it of run.evaluations) if (typeof it.ended === "number") out.set(it.number, it.ended);
  return out;
}

/** Hypervolume and best score, over evaluations or over time. */
export function progress(run: Run): Figure {
  const words = ["evaluations", "time"];
  const body = h("div", {});
  const chart = new Chart("Hypervolume and best score", 260);
  const controls = h("div", { class: "controls" });
  const over = (): string => (here().fields.over === "time" ? "time" : "evaluations");
  const note = h("p", { class: "note" });
  const draw = (): void => {
    const when = ends(run);
    const times = over() === "time";
    controls.replaceChildren(choice("over", words, over(), (word) => (keep({ over: word }), draw())));
    if (times && when.size === 0) {
      note.textContent = "When evaluations ended is not recorded: the run is of an earlier release.";
      chart.element.remove();
      return;
    }
    note.textContent = rate(run);
    if (!body.contains(chart.element)) body.append(chart.element);
    const begin = Math.min(...when.values());
    const x = (number: number): number | null =>
      times ? (when.has(number) ? when.get(number)! * 1000 : null) : number;
    const last = run.evaluations.filter((it) => it.finished).at(-1)?.number;
    chart.draw(() => {
      const steps = run.progress.filter((it) => x(it.number) !== null);
      // Where evaluations overlap, a later number may end earlier.
      if (times) steps.sort((a, b) => x(a.number)! - x(b.number)!);
      const line = (field: "hypervolume" | "best", ink: string, name: string) => {
        const data = steps.filter((it) => it[field] !== null).map((it) => [x(it.number), it[field]]);
        if (times) for (let i = 1; i < data.length; ++i) data[i]![1] = Math.max(data[i]![1]!, data[i - 1]![1]!);
        if (data.length && last !== undefined && x(last) !== null)
          data.push([Math.max(x(last)!, data.at(-1)![0]!), data.at(-1)![1]!]);
        return {
          type: "line",
          step: "end",
          name,
          symbol: "circle",
          symbolSize: 5,
          lineStyle: { color: ink, width: 2 },
          itemStyle: { color: ink },
          data,
        };
      };
      return {
        grid: { left: 8, right: 16, top: 34, bottom: 36, containLabel: true },
        legend: legend(),
        tooltip: tooltip((event) =>
          h(
            "div",
            { class: "hint" },
            h("b", {}, `${event.seriesName} ${fixed(event.data[1])}`),
            h("div", {}, times ? `after ${duration(event.data[0] / 1000 - begin)}` : `at evaluation ${event.data[0]}`),
          ),
        ),
        xAxis: axis(times ? "" : "evaluations", {
          type: times ? "time" : "value",
          min: times ? undefined : 0,
          max: "dataMax",
        }),
        yAxis: axis("", { type: "value", min: 0, max: 1 }),
        series: [line("hypervolume", colour("run-0"), "hypervolume"), line("best", colour("run-1"), "best score")],
      };
    });
  };
  body.append(controls, chart.element);
  return { element: card("Does it still improve?", note, body), refresh: draw };
}

/** "120 evaluations an hour over the last hour; 40 of 127 to go: about 20 min" */
function rate(run: Run): string {
  const times = run.evaluations
    .map((it) => it.ended)
    .filter((it): it is number => typeof it === "number")
    .sort((a, b) => a - b);
  const done = run.evaluations.filter((it) => it.finished && (it.rung === "probe" || it.rung === "battery")).length;
  const planned = run.planned ?? done;
  const words = [`By the search's scores: ${done} of ${planned} evaluations of the search are done.`];
  if (times.length > 4) {
    const recent = times.filter((it) => it > times.at(-1)! - 3600);
    const span = recent.at(-1)! - recent[0]!;
    if (span > 0) {
      const perHour = (3600 * (recent.length - 1)) / span;
      words.push(`${grouped(perHour)} an hour lately.`);
      if (run.front.standing === "under way" && planned > done)
        words.push(`About ${duration((3600 * (planned - done)) / perHour)} of searching left.`);
    }
  }
  return words.join(" ");
}
