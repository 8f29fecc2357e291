// Who trained what when.
import { axis, colour, legend, narrow, tooltip } from "./charts";
import type { Training } from "./data";
import { h } from "./dom";
import { chartFigure, type Figure } from "./figure";
import { duration, shortTask } from "./format";
import type { Run } from "./model";

/** A row a slot, a bar a training: gaps are time in which it did nothing. */
export function timeline(run: Run): Figure {
  const whole = (it: Training): boolean => it.started !== null && it.seconds !== null && it.slot !== null;
  return chartFigure(
    "Who trained what, when",
    "A row a slot; a bar a training, coloured by task. Gaps show. The newest 6000 trainings; the wheel with Ctrl zooms.",
    300,
    () => {
      const found = run.trainings.filter(whole);
      if (!found.length)
        return run.trainings.length ? "Not recorded: the run is of an earlier release." : "Nothing was trained yet.";
      const slotOf = (it: Training): string => `${it.host ?? ""} ${it.device ?? ""} ${it.slot}`.trim();
      const slots = [...new Set(found.map(slotOf))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
      const tasks = [...new Set(found.map((it) => it.task))];
      return {
        grid: { left: 8, right: 16, top: narrow() ? 60 : 34, bottom: 8, containLabel: true },
        legend: legend({ data: tasks.map(shortTask) }),
        tooltip: tooltip((event) => {
          const it = found[event.data[3]]!;
          return h(
            "div",
            { class: "hint" },
            h("b", {}, shortTask(it.task)),
            h("div", {}, `evaluation ${it.evaluation}, ${slotOf(it)}`),
            h("div", {}, `${duration(it.seconds!)}, ${it.outcome}`),
          );
        }),
        dataZoom: [{ type: "inside", xAxisIndex: 0, filterMode: "weakFilter", zoomOnMouseWheel: "ctrl" }],
        xAxis: axis("", { type: "time", axisLabel: { color: colour("muted"), hideOverlap: true } }),
        yAxis: axis("", {
          type: "category",
          data: slots,
          inverse: true,
          axisLabel: { color: colour("text"), fontSize: 11 },
        }),
        series: tasks.map((task, t) => ({
          type: "custom",
          name: shortTask(task),
          itemStyle: { color: colour("run-" + (t % 8)) },
          encode: { x: [0, 1], y: 2 },
          data: found.flatMap((it, i) =>
            it.task === task
              ? [[it.started! * 1000, (it.started! + it.seconds!) * 1000, slots.indexOf(slotOf(it)), i]]
              : [],
          ),
          renderItem: (_: unknown, api: any) => {
            const [from, to] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])];
            const height = Math.min(26, api.size([0, 1])[1] * 0.7);
            return {
              type: "rect",
              shape: { x: from[0], y: from[1] - height / 2, width: Math.max(1, to[0] - from[0]), height },
              style: api.style(),
            };
          },
        })),
      };
    },
  );
}
