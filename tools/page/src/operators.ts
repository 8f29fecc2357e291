// Which operators make children that enter the population.
import { axis, colour, tooltip } from "./charts";
import { h } from "./dom";
import { chartFigure, type Figure } from "./figure";
import type { Run } from "./model";

export function operators(run: Run): Figure {
  return chartFigure("Operators", "Of the children that each made, how many entered the population.", 280, () => {
    const sorted = [...run.operators]
      .filter((it) => it.tried > 0)
      .sort((a, b) => b.succeeded / b.tried - a.succeeded / a.tried);
    if (!sorted.length) return "No child was bred yet.";
    return {
      grid: { left: 8, right: 60, top: 6, bottom: 26, containLabel: true },
      tooltip: tooltip((event) =>
        h(
          "div",
          { class: "hint" },
          h("b", {}, event.name),
          h("div", {}, `${sorted[event.dataIndex]!.succeeded} of ${sorted[event.dataIndex]!.tried} entered`),
        ),
      ),
      xAxis: axis("", {
        type: "value",
        axisLabel: { color: colour("muted"), formatter: (value: number) => `${Math.round(100 * value)} %` },
      }),
      yAxis: axis("", {
        type: "category",
        data: sorted.map((it) => it.name),
        inverse: true,
        axisLabel: { color: colour("text"), fontSize: 12 },
      }),
      series: [
        {
          type: "bar",
          barMaxWidth: 18,
          itemStyle: { color: colour("run-0"), borderRadius: [0, 3, 3, 0] },
          label: {
            show: true,
            position: "right",
            color: colour("muted"),
            fontSize: 11,
            formatter: (it: any) => `${sorted[it.dataIndex]!.succeeded}/${sorted[it.dataIndex]!.tried}`,
          },
          data: sorted.map((it) => it.succeeded / it.tried),
        },
      ],
    };
  });
}
