// Differences as points with their intervals, one below the other, about a line at 0.
import { axis, Chart, colour, narrow, tooltip } from "./charts";
import { type Child, h } from "./dom";
import { signed } from "./format";

export interface Bar {
  name: string;
  value: number;
  low: number | null;
  high: number | null;
  hint: Child[];
}

/** Whether the interval leaves 0. */
export function surely(it: { low?: number | null; high?: number | null }): boolean {
  return typeof it.low === "number" && typeof it.high === "number" && (it.low > 0 || it.high < 0);
}

export function intervalText(low: number | null | undefined, high: number | null | undefined, digits = 3): string {
  if (typeof low !== "number" || typeof high !== "number") return "–";
  return `${signed(low, digits)} to ${signed(high, digits)}`;
}

/** Round ends of the axis, with 0 well within. */
function ends(rows: Bar[]): { min: number; max: number } {
  const all = rows.flatMap((it) => [it.value, it.low ?? it.value, it.high ?? it.value]);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const room = Math.max(0.05, 0.15 * (high - low));
  return {
    min: Math.floor(20 * Math.min(low * 1.05, -room)) / 20,
    max: Math.ceil(20 * Math.max(high * 1.05, room)) / 20,
  };
}

/** `less` and `more`: what it means to lie left and right of 0. */
export function intervalChart(label: string, className: string, rows: Bar[], less: string, more: string): HTMLElement {
  const chart = new Chart(label, 70 + (rows.length > 12 ? 24 : 34) * rows.length, className);
  const longest = Math.max(...rows.map((it) => it.name.length));
  const ink = (it: Bar): string => (surely(it) ? colour(it.value > 0 ? "kind-front" : "kind-hand") : colour("muted"));
  chart.draw(() => ({
    grid: { left: 8, right: 24, top: 12, bottom: 40, containLabel: true },
    tooltip: tooltip((event) => {
      const it = rows[event.dataIndex]!;
      const facts = `${signed(it.value)}, 95 % interval ${intervalText(it.low, it.high)}`;
      return h("div", { class: "hint" }, h("b", {}, it.name), ...it.hint, h("div", {}, facts));
    }),
    xAxis: axis(`← ${less}     ${more} →`, {
      type: "value",
      ...ends(rows),
      axisLabel: { showMinLabel: false, showMaxLabel: false },
    }),
    yAxis: axis("", {
      type: "category",
      inverse: true,
      data: rows.map((it) => it.name),
      axisLine: { onZero: true, lineStyle: { color: colour("text") } },
      axisTick: { show: false },
      axisLabel: {
        color: colour("text"),
        fontSize: narrow() ? 11 : 12,
        lineHeight: 13,
        margin: 8,
        interval: 0,
        width: Math.min(narrow() ? 120 : 260, 7 * longest), // which is taken whether it is filled or not
        overflow: narrow() && rows.length <= 12 ? "break" : "truncate",
      },
    }),
    series: [
      {
        type: "custom",
        name: "95 % interval",
        silent: true,
        z: 2,
        data: rows.map((it, i) => (it.low === null || it.high === null ? [null, i, null] : [it.low, i, it.high])),
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
        data: rows.map((it, i) => ({ value: [it.value, i], itemStyle: { color: ink(it) } })),
      },
    ],
  }));
  chart.element.dataset.rows = String(rows.length);
  return chart.element;
}
