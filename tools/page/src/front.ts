// The front: designs by two measures, members with their intervals, hand designs and controls marked apart.
import { here, go, keep, link } from "./address";
import { axis, Chart, colour, legend, narrow, tooltip } from "./charts";
import type { Candidate, FrontRow } from "./data";
import { card, check, h, select, table } from "./dom";
import { fixed, grouped, short, withInterval } from "./format";
import { hint } from "./hint";
import { type Measure, measure, measures } from "./measures";
import { type Kind, kindNames, type Run, standingText } from "./model";
import { familyLegend, stripePicture } from "./stripe";

const symbols: Record<Kind, string> = {
  front: "circle",
  hand: "triangle",
  search: "circle",
  control: "diamond",
  variant: "emptyCircle",
};
const sizes: Record<Kind, number> = { front: 12, hand: 13, search: 6, control: 7, variant: 8 };
const order: Kind[] = ["search", "control", "variant", "hand", "front"];

interface Point {
  value: [number, number, number]; // its place on both axes, and in the list of all points

  run: Run;
  candidate: Candidate;
}

interface Choice {
  x: Measure;
  y: Measure;
  hidden: Set<string>;
}

function chosen(runs: Run[]): Choice {
  const all = measures(runs);
  const { fields } = here();
  return {
    x: measure(all, fields.x, "state"),
    y: measure(all, fields.y, "score"),
    hidden: new Set((fields.hide ?? "").split(",").filter(Boolean)),
  };
}

/** Colours: of one run by what a design is, of several by the run. */
export function colourOf(runs: Run[], run: Run, kind: Kind): string {
  if (runs.length > 1 && kind !== "search" && kind !== "control") return colour("run-" + (run.index % 8));
  return colour("kind-" + kind);
}

/** All points by run and kind. The chart is given their values alone: it copies what it is given, deeply. */
class Points {
  readonly all: Point[] = [];
  private readonly lists = new Map<string, Point[]>();

  add(run: Run, kind: Kind, x: number, y: number, candidate: Candidate): void {
    const point: Point = { value: [x, y, this.all.length], run, candidate };
    this.all.push(point);
    const key = `${run.index} ${kind}`;
    const list = this.lists.get(key);
    if (list) list.push(point);
    else this.lists.set(key, [point]);
  }
  of(run: Run, kind: Kind): Point[] {
    return this.lists.get(`${run.index} ${kind}`) ?? [];
  }
}

function pointsOf(runs: Run[], choice: Choice): Points {
  const out = new Points();
  for (const run of runs)
    for (const candidate of run.candidates) {
      if (typeof candidate.score !== "number") continue;
      const kind = run.kind(candidate);
      if (choice.hidden.has(kind)) continue;
      const [x, y] = [choice.x.of(run, candidate), choice.y.of(run, candidate)];
      if (x === null || y === null) continue;
      out.add(run, kind, choice.x.log ? x + 1 : x, choice.y.log ? y + 1 : y, candidate);
    }
  return out;
}

/** Bars of intervals, along the axis that has the score. */
function intervals(points: Point[], choice: Choice, ink: string, name: string): object | null {
  const along = choice.y.id === "score" ? 1 : choice.x.id === "score" ? 0 : -1;
  if (along < 0) return null;
  const bars = points.filter((it) => typeof it.candidate.score_low === "number");
  if (!bars.length) return null;
  return {
    type: "custom",
    name,
    silent: true,
    clip: true,
    z: 2,
    itemStyle: { color: ink },
    data: bars.map((it) => [it.value[0], it.value[1], it.candidate.score_low, it.candidate.score_high]),
    renderItem: (_: unknown, api: any) => {
      const at = [api.value(0), api.value(1)];
      const end = (value: number): number[] => api.coord(along === 1 ? [at[0], value] : [value, at[1]]);
      const [low, high] = [end(api.value(2)), end(api.value(3))] as [number[], number[]];
      const across = along === 1 ? [4, 0] : [0, 4];
      const line = (a: number[], b: number[]) => ({
        type: "line",
        shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] },
        style: { stroke: ink, lineWidth: 1.5, opacity: 0.75 },
      });
      const cap = (p: number[]) =>
        line([p[0]! - across[0]!, p[1]! - across[1]!], [p[0]! + across[0]!, p[1]! + across[1]!]);
      return { type: "group", children: [line(low, high), cap(low), cap(high)] };
    },
  };
}

/** The stairs of designs that no other of `points` beats in both: less of a size, more of a score. */
function stairs(points: Point[], choice: Choice, ink: string, name: string, dashed: boolean): object | null {
  const bigger = (it: Measure): boolean => !it.log && it.id !== "bits" && it.id !== "born";
  if (bigger(choice.x) || points.length < 2) return null;
  const up = bigger(choice.y);
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

function seriesOf(runs: Run[], choice: Choice, points: Points): object[] {
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
        data: data.map((it) => it.value),
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
function range(points: Points, it: Measure): { min: number; max: number } | null {
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

function axisOf(it: Measure, more: Record<string, unknown>): Record<string, unknown> {
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
    const point = drawn.all[event.data?.[2]];
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
          const point = drawn.all[event.data[2]]!;
          const axes = [choice.x, choice.y].filter((it) => !["score", "state", "parameters"].includes(it.id));
          return hint(
            point.run,
            point.candidate,
            axes.map((it) => [it.name, it.text(it.of(point.run, point.candidate))]),
          );
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

function frontTable(run: Run, rows: FrontRow[], label: string): HTMLElement {
  const columns = [
    { name: "design" },
    { name: "score", number: true },
    { name: "95 % interval" },
    { name: "seeds", number: true },
    { name: "state", number: true },
    { name: "parameters", number: true },
    { name: "bits/byte", number: true, hidden: !rows.some((row) => typeof row.bits_per_byte === "number") },
    { name: "not apart from", hidden: !rows.some((row) => row.rival) },
    { name: "stripe" },
    { name: "origin" },
  ];
  const to = (id: string): string => link("candidate", { run: String(run.index), id });
  const interval = (row: FrontRow): string => {
    if (typeof row.score_low === "number") return `${fixed(row.score_low)} – ${fixed(row.score_high)}`;
    return row.confirmed ? "–" : "not confirmed";
  };
  const better = (row: FrontRow): HTMLElement | null =>
    run.front.better_than_hand_designs.includes(row.id)
      ? h(
          "div",
          { class: "badge good", title: "Shown on fresh seeds: above every hand design of equal or smaller size" },
          "beats hand designs",
        )
      : null;
  return table(
    label,
    columns,
    rows.map((row) => [
      h("a", { href: to(row.hash.slice(0, 12)) }, row.id),
      fixed(row.score),
      interval(row),
      row.seeds,
      grouped(row.state),
      grouped(row.parameters),
      fixed(row.bits_per_byte),
      row.rival ? h("a", { href: to(row.rival) }, row.rival) : "",
      h("div", { class: "stripe-cell" }, stripePicture(row.text, run.primitives, true), better(row)),
      row.origin,
    ]),
  );
}

/** What a run came to, in a row of figures. */
export function summary(run: Run): HTMLElement {
  const front = run.front;
  const best = front.front.reduce<FrontRow | null>((a, b) => (a && (a.score ?? 0) >= (b.score ?? 0) ? a : b), null);
  const figure = (name: string, value: string, note = ""): HTMLElement =>
    h("div", { class: "figure" }, h("b", {}, value), h("span", {}, name), note ? h("small", {}, note) : null);
  return h(
    "div",
    { class: "figures" },
    figure("evaluated", grouped(front.evaluated), `${grouped(front.completed)} completed all tasks`),
    figure(
      "on the front",
      String(front.front.length),
      front.confirmed ? "by fresh seeds" : "by the search's scores, not confirmed",
    ),
    figure(
      "best score",
      fixed(best?.score),
      best ? withInterval(best.score ?? null, best.score_low, best.score_high).replace(/^\S+ ?/, "") : "",
    ),
    figure("hypervolume", fixed(front.hypervolume), "of " + front.box),
    front.control
      ? figure(
          "random control",
          fixed(front.control.hypervolume),
          `search: first ${front.control.evaluations} ${fixed(front.control.search_first)}, last ${fixed(front.control.search_last)}`,
        )
      : null,
  );
}

export function frontView(runs: Run[]): { element: HTMLElement; refresh(): void } {
  const chart = frontChart(runs);
  const controls = h("div", { class: "controls" });
  const tables = h("div", {});
  const refresh = (): void => {
    const all = measures(runs);
    const choice = chosen(runs);
    const words = all.map((it): [string, string] => [it.id, it.name]);
    const pick = (field: string) => (word: string) => {
      keep({ [field]: word });
      refresh();
    };
    const there = new Set(
      runs.flatMap((run) => run.candidates.filter((it) => typeof it.score === "number").map((it) => run.kind(it))),
    );
    const focus = (document.activeElement as HTMLElement | null)?.getAttribute("aria-label");
    controls.replaceChildren(
      select("across", words, choice.x.id, pick("x")),
      select("up", words, choice.y.id, pick("y")),
      ...(["search", "control", "hand"] as Kind[])
        .filter((kind) => there.has(kind))
        .map((kind) =>
          check(kind === "hand" ? "hand designs" : kindNames[kind], !choice.hidden.has(kind), (on) => {
            const hidden = new Set(choice.hidden);
            if (on) hidden.delete(kind);
            else hidden.add(kind);
            keep({ hide: [...hidden].join(",") });
            refresh();
          }),
        ),
    );
    if (focus) (controls.querySelector(`[aria-label="${CSS.escape(focus)}"]`) as HTMLElement | null)?.focus();
    chart.refresh();
    tables.replaceChildren(
      ...runs.map((run) => {
        const designs = [...run.front.front, ...run.front.hand_designs];
        return h(
          "section",
          { class: "card", "aria-label": run.name },
          h("h2", {}, runs.length > 1 ? `Front of ${run.name}` : "The front"),
          h("p", { class: "verdict" }, run.front.verdict),
          run.front.resolution
            ? h(
                "p",
                { class: "note" },
                `Differences in score above ${fixed(run.front.resolution.difference)} are told apart at 95 % (median of ${run.front.resolution.pairs} pairs of confirmed designs).`,
              )
            : null,
          familyLegend(
            designs.map((row) => row.text),
            run.primitives,
          ),
          run.front.front.length
            ? frontTable(run, run.front.front, "Front")
            : h("p", {}, "No feasible design has completed the battery yet."),
          run.front.hand_designs.length ? h("h3", {}, "Hand designs, on the front or not") : null,
          run.front.hand_designs.length ? frontTable(run, run.front.hand_designs, "Hand designs") : null,
        );
      }),
    );
  };
  const title = runs.length > 1 ? "Fronts side by side" : "Score against size";
  const element = h(
    "div",
    {},
    runs.length === 1 ? summary(runs[0]!) : comparison(runs),
    card(
      title,
      "Point at a design to see its stripe, click to open it. Bars are 95 % intervals on fresh seeds; dotted lines join what is not apart. Ctrl and the wheel zoom.",
      controls,
      chart.element,
    ),
    tables,
  );
  return { element, refresh };
}

/** Several runs, a row each. */
function comparison(runs: Run[]): HTMLElement {
  const columns = [
    { name: "run" },
    { name: "where it stands" },
    { name: "evaluated", number: true },
    { name: "completed", number: true },
    { name: "on the front", number: true },
    { name: "best score", number: true },
    { name: "hypervolume", number: true },
    { name: "battery" },
    { name: "protocol" },
  ];
  const same = new Set(runs.map(({ front }) => `${front.battery} ${front.protocol} ${front.box}`)).size === 1;
  const rows = runs.map((run) => [
    h("span", {}, h("span", { class: `dot run-${run.index % 8}` }), run.name, " ", h("small", {}, run.folder)),
    standingText(run.front),
    grouped(run.front.evaluated),
    grouped(run.front.completed),
    run.front.front.length,
    fixed(Math.max(...run.front.front.map((row) => row.score ?? 0))),
    fixed(run.front.hypervolume),
    run.front.battery,
    run.front.protocol,
  ]);
  return card(
    "Runs",
    same ? null : "These runs differ in battery, protocol or limits: their scores and hypervolumes do not compare.",
    table("Runs", columns, rows),
  );
}
