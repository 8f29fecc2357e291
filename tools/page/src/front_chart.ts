// The front as a chart: designs by two measures, by pointer and by keyboard.
import { go } from "./address";
import { Chart, legend, narrow, tooltip } from "./charts";
import type { Candidate } from "./data";
import { h } from "./dom";
import { chosen, Points, pointsOf } from "./front_points";
import { axisOf, range, seriesOf } from "./front_series";
import { hint } from "./hint";
import type { Run } from "./model";

export interface FrontChart {
  element: HTMLElement;
  refresh(): void;
}

export function frontChart(runs: Run[]): FrontChart {
  const chart = new Chart(
    "Designs by two measures; the table below has the front",
    narrow() ? 380 : 470,
    "front-chart",
  );
  chart.element.tabIndex = 0;
  const told = h("div", { class: "told", "aria-live": "polite" });
  const element = h("div", {}, chart.element, told);
  let drawn = new Points();
  const open = (run: Run, candidate: Candidate): void =>
    go("candidate", { run: String(run.index), id: candidate.id.slice(0, 12) });
  chart.core.on("click", (event: any) => {
    const point = drawn.all[event.value?.[2]];
    if (point && event.seriesType === "scatter") open(point.run, point.candidate);
  });
  const place = (id: string): [number, number] | null => {
    const choice = chosen(runs);
    for (const run of runs) {
      const candidate = run.find(id);
      if (!candidate) continue;
      const [x, y] = [choice.x.of(run, candidate), choice.y.of(run, candidate)];
      if (x === null || y === null) return null;
      return chart.pixel([choice.x.log ? x + 1 : x, choice.y.log ? y + 1 : y]);
    }
    return null;
  };
  chart.tell(place);
  // Left and right go along the front, Enter opens.
  let at = -1;
  chart.element.addEventListener("keydown", (event) => {
    const members = runs.flatMap((run) => run.front.front.map((row) => ({ run, row })));
    if (!members.length || !["ArrowLeft", "ArrowRight", "Enter"].includes(event.key)) return;
    if (event.key === "Enter") {
      const it = members[at];
      const candidate = it?.run.byId.get(it.row.hash);
      if (it && candidate) open(it.run, candidate);
      return;
    }
    at =
      (at + (event.key === "ArrowRight" ? 1 : members.length - 1) + (at < 0 && event.key === "ArrowLeft" ? 1 : 0)) %
      members.length;
    const { run, row } = members[at]!;
    const candidate = run.byId.get(row.hash);
    if (!candidate) return;
    const kind = run.kind(candidate);
    const dataIndex = drawn.of(run, kind).findIndex((it) => it.candidate === candidate);
    chart.core.dispatchAction({ type: "downplay" });
    chart.core.dispatchAction({ type: "highlight", seriesId: `${run.index} ${kind}`, dataIndex });
    told.replaceChildren(hint(run, candidate));
    event.preventDefault();
  });
  const refresh = (): void => {
    const choice = chosen(runs);
    const points = pointsOf(runs, choice);
    drawn = points;
    chart.draw(() => {
      const series = seriesOf(runs, choice, points);
      return {
        grid: { left: 36, right: 20, top: narrow() ? 104 : 40, bottom: 30, containLabel: true },
        legend: legend({ type: "plain", data: legendNames(series) }),
        tooltip: tooltip((event) => {
          const point = drawn.all[event.value[2]]!;
          const axes = [choice.x, choice.y].filter((it) => !["score", "state", "parameters"].includes(it.id));
          return hint(point.run, point.candidate, [
            ...axes.map((it): [string, string] => [it.name, it.text(it.of(point.run, point.candidate))]),
            ...(runs.length > 1 ? [["run", point.run.name] as [string, string]] : []),
          ]);
        }),
        xAxis: axisOf(choice.x, range(points, choice.x) ?? {}),
        yAxis: axisOf(choice.y, { nameGap: 48, ...range(points, choice.y) }),
        dataZoom: [
          { type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" },
          { type: "inside", yAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" },
        ],
        series,
      };
    });
  };
  return { element, refresh };
}

function legendNames(series: object[]): string[] {
  const names = new Set<string>();
  for (const it of series as { name: string; type: string }[])
    if (it.type === "scatter" || /front|apart|mad to/.test(it.name)) names.add(it.name);
  return [...names];
}
