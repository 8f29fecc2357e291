// What the front's chart draws: designs, stairs, intervals, and what is not apart.
import { axis, colour } from "./charts";
import { short } from "./format";
import { type Choice, colourOf, type Point, Points } from "./front_points";
import type { Measure } from "./measures";
import { type Kind, kindNames, type Run } from "./model";

const symbols: Record<Kind, string> = {
  front: "circle",
  hand: "triangle",
  search: "circle",
  control: "diamond",
  variant: "emptyCircle",
};
const sizes: Record<Kind, number> = { front: 12, hand: 13, search: 6, control: 7, variant: 8 };
const order: Kind[] = ["search", "control", "variant", "hand", "front"];

/** Bars of intervals, along the axis that has some. */
function intervals(points: Point[], choice: Choice, ink: string, name: string): object | null {
  const along = choice.y.low ? 1 : 0;
  const { low, high } = along === 1 ? choice.y : choice.x;
  if (!low || !high) return null;
  const bars = points.filter((it) => typeof low(it.candidate) === "number");
  if (!bars.length) return null;
  return {
    type: "custom",
    name,
    silent: true,
    clip: true,
    z: 2,
    itemStyle: { color: ink },
    data: bars.map((it) => [it.value[0], it.value[1], low(it.candidate), high(it.candidate)]),
    renderItem: (_: unknown, api: any) => {
      const at = [api.value(0), api.value(1)];
      const end = (value: number): number[] => api.coord(along === 1 ? [at[0], value] : [value, at[1]]);
      const [from, to] = [end(api.value(2)), end(api.value(3))] as [number[], number[]];
      const across = along === 1 ? [4, 0] : [0, 4];
      const line = (a: number[], b: number[]) => ({
        type: "line",
        shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] },
        style: { stroke: ink, lineWidth: 1.5, opacity: 0.75 },
      });
      const cap = (p: number[]) =>
        line([p[0]! - across[0]!, p[1]! - across[1]!], [p[0]! + across[0]!, p[1]! + across[1]!]);
      return { type: "group", children: [line(from, to), cap(from), cap(to)] };
    },
  };
}

/** The stairs of designs that no other of `points` beats in both: less of a size, more of a score. */
function stairs(points: Point[], choice: Choice, ink: string, name: string, dashed: boolean): object | null {
  if (choice.x.more || points.length < 2) return null;
  const up = choice.y.more === true;
  const sorted = [...points].sort(
    (a, b) => a.value[0] - b.value[0] || (up ? b.value[1] - a.value[1] : a.value[1] - b.value[1]),
  );
  const steps: Point["value"][] = [];
  for (const { value } of sorted)
    if (!steps.length || (up ? value[1] > steps.at(-1)![1] : value[1] < steps.at(-1)![1])) steps.push(value);
  return {
    type: "line",
    name,
    step: "end",
    silent: true,
    symbol: "none",
    z: 1,
    data: steps,
    lineStyle: { color: ink, width: 1.5, type: dashed ? "dashed" : "solid", opacity: 0.7 },
    itemStyle: { color: ink },
  };
}

/** Dotted lines from members to the designs that may beat them. */
function rivals(run: Run, points: Point[], ink: string): object | null {
  const at = new Map(points.map((it) => [it.candidate.id.slice(0, 8), it.value]));
  const lines: (number[] | null)[] = [];
  for (const row of run.front.front) {
    const [from, to] = [at.get(row.id), row.rival ? at.get(row.rival) : undefined];
    if (from && to) lines.push(from, to, null);
  }
  if (!lines.length) return null;
  return {
    type: "line",
    name: "not apart",
    silent: true,
    symbol: "none",
    z: 1,
    connectNulls: false,
    data: lines.map((it) => it ?? [null, null]),
    lineStyle: { color: ink, width: 1, type: "dotted" },
    itemStyle: { color: ink },
  };
}

/** A Hyena's state lies between what the convention of the MAD paper counts and all that is carried. */
function hyenas(points: Point[], choice: Choice, ink: string): object | null {
  if (choice.x.id !== "state") return null;
  const found = points.filter(
    (it) => /hyena/.test(it.candidate.text) && it.candidate.served_state_mad < it.candidate.served_state,
  );
  if (!found.length) return null;
  return {
    type: "line",
    name: "state, mad to exact",
    silent: true,
    symbol: "none",
    z: 1,
    data: found.flatMap(({ value, candidate }) => [
      [candidate.served_state_mad + 1, value[1]],
      [candidate.served_state + 1, value[1]],
      [null, null],
    ]),
    lineStyle: { color: ink, width: 4, opacity: 0.25 },
    itemStyle: { color: ink },
  };
}

/** What was imported has a ring. */
function ringed(value: Point["value"]): object {
  return { value, itemStyle: { borderColor: colour("text"), borderWidth: 2 } };
}

export function seriesOf(runs: Run[], choice: Choice, points: Points): object[] {
  const out: (object | null)[] = [];
  for (const run of runs) {
    const of = (kind: Kind): Point[] => points.of(run, kind);
    const label = (name: string): string => (runs.length > 1 ? `${run.name}: ${name}` : name);
    const ink = (kind: Kind): string => colourOf(runs, run, kind);
    const memberHands = of("hand").filter((it) => run.member(it.candidate.id));
    for (const kind of order) {
      const data = of(kind);
      if (!data.length) continue;
      out.push({
        type: "scatter",
        id: `${run.index} ${kind}`,
        name: label(kindNames[kind]),
        symbol: symbols[kind],
        symbolSize: sizes[kind],
        z: 3 + order.indexOf(kind),
        cursor: "pointer",
        progressive: 0,
        itemStyle: {
          color: ink(kind),
          opacity: kind === "search" || kind === "control" ? 0.5 : 1,
          borderColor: kind === "front" || kind === "hand" ? colour("card") : undefined,
          borderWidth: kind === "front" || kind === "hand" ? 1 : 0,
        },
        emphasis: { scale: 1.5, itemStyle: { opacity: 1 } },
        data: data.map((it) => (run.importedFrom(it.candidate.id) ? ringed(it.value) : it.value)),
      });
    }
    out.push(
      stairs([...of("front"), ...memberHands], choice, ink("front"), label("front"), false),
      stairs(of("hand"), choice, ink("hand"), label("hand designs' own front"), true),
      stairs(of("control"), choice, ink("control"), label("random control's front"), true),
      intervals(of("front"), choice, ink("front"), label("95 % interval")),
      intervals(of("hand"), choice, ink("hand"), label("95 % interval")),
      rivals(run, [...of("front"), ...of("hand")], colour("muted")),
      hyenas([...of("front"), ...of("hand")], choice, ink("front")),
    );
  }
  return out.filter((it): it is object => it !== null);
}

/** From the least to the most that is drawn, intervals of members and hand designs included, with some room. */
export function range(points: Points, it: Measure): { min: number; max: number } | null {
  const values: number[] = [];
  for (const { run, candidate } of points.all) {
    const value = it.of(run, candidate)!;
    values.push(it.log ? value + 1 : value);
    const shown = it.id === "score" && (run.member(candidate.id) || run.handDesign(candidate.id));
    if (shown && typeof candidate.score_low === "number") values.push(candidate.score_low, candidate.score_high!);
  }
  if (!values.length) return null;
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) [min, max] = [Math.min(min, value), Math.max(max, value)];
  if (it.log) return { min: Math.max(1, min / 1.3), max: max * 1.3 };
  const room = (max - min || 0.1) * 0.05;
  const digits = 10 ** Math.max(0, 1 - Math.floor(Math.log10(room)));
  return { min: Math.floor((min - room) * digits) / digits, max: Math.ceil((max + room) * digits) / digits };
}

export function axisOf(it: Measure, more: Record<string, unknown>): Record<string, unknown> {
  return axis(it.name, {
    type: it.log ? "log" : "value",
    ...more,
    axisLabel: {
      color: colour("muted"),
      fontSize: 11,
      hideOverlap: true,
      showMinLabel: false,
      showMaxLabel: false,
      formatter: (value: number) => short(it.log && value < 2 ? value - 1 : value),
    },
  });
}
