// Does the score tell which design is better on real text? Bits per byte against score, by family.
import { link } from "./address";
import { axis, Chart, colour, legend, tooltip } from "./charts";
import type { Candidate, Pretraining } from "./data";
import { differByTruth } from "./differ";
import { card, h, table } from "./dom";
import { fixed, grouped } from "./format";
import { hint } from "./hint";
import type { Run } from "./model";
import { families, leaves, parse } from "./stripe";

/** The family of most of its blocks that mix tokens. */
export function familyOf(run: Run, text: string): string {
  const counts = new Map<string, number>();
  for (const leaf of leaves(parse(text) ?? [])) {
    const family = run.primitives[leaf.primitive] ?? "other";
    if (["mlp", "mixture of experts", "identity"].includes(family)) continue;
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  if (sorted.length > 1 && sorted[0]![1] === sorted[1]![1]) return "hybrid";
  return sorted[0]?.[0] ?? "other";
}

const symbols = ["circle", "triangle", "diamond", "rect", "emptyCircle", "emptyTriangle", "emptyDiamond", "emptyRect"];
const glyphs = ["●", "▲", "◆", "■", "○", "△", "◇", "□"];

/** Which run a point is of, by its symbol; colours are taken. */
function symbolsText(runs: Run[]): string {
  return runs.length > 1 ? runs.map((run) => `${glyphs[run.index % 8]} ${run.name}`).join("   ") : "";
}

interface Point {
  value: [number, number];
  run: Run;
  candidate: Candidate;
  pretraining: Pretraining;
}

function pointsOf(run: Run): Point[] {
  return run.front.pretrained.flatMap((it) => {
    const candidate = run.byId.get(it.hash);
    return it.bits_per_byte !== null && candidate && typeof candidate.score === "number"
      ? [{ value: [candidate.score, it.bits_per_byte] as [number, number], run, candidate, pretraining: it }]
      : [];
  });
}

/** What the program computed, with an interval of the coefficient (Bonett and Wright 2000). */
function correlation(run: Run): string {
  const {
    points,
    pairs,
    pairs_won: won,
    sign_test: sign,
    rank_correlation: rho,
    partial_rank_correlation: partial,
  } = run.front.validation;
  const words: string[] = [];
  if (pairs > 0)
    words.push(
      `Of ${pairs} ${pairs === 1 ? "pair" : "pairs"} of equal state the better score has fewer bits per byte in ${won} (sign test p = ${fixed(sign, 2)}).`,
    );
  if (rho === null) words.push(`${points} designs have both: no coefficient from fewer than 8.`);
  else {
    const half = 1.96 * Math.sqrt((1 + (rho * rho) / 2) / (points - 3));
    const [low, high] = [Math.tanh(Math.atanh(rho) - half), Math.tanh(Math.atanh(rho) + half)];
    words.push(
      `Rank correlation of score and negated bits per byte ${fixed(rho, 2)} (95 % interval ${fixed(low, 2)} to ${fixed(high, 2)}), given log state ${fixed(partial, 2)}, ${points} designs.`,
    );
  }
  return words.join(" ");
}

function pairLines(points: Point[]): (number[] | null)[] {
  const at = new Map(points.map((it) => [it.candidate.id, it.value]));
  return points.flatMap((it) => {
    const of = /^pair of ([0-9a-f]+)/.exec(it.pretraining.role)?.[1];
    const other = of ? [...at].find(([id]) => id.startsWith(of))?.[1] : undefined;
    return other ? [it.value as number[], other as number[], null] : [];
  });
}

function ink(family: string): string {
  const place = families.indexOf(family);
  return place < 0 ? colour("muted") : colour("run-" + (place % 8));
}

function chartOf(runs: Run[]): { element: HTMLElement; refresh(): void } {
  const chart = new Chart("Bits per byte against score", 380, "truth-chart");
  let drawn: Point[] = [];
  chart.core.on("click", (event: any) => {
    const point = drawn[event.data?.[2]];
    if (point) location.hash = link("candidate", { run: String(point.run.index), id: point.candidate.id.slice(0, 12) });
  });
  chart.tell((id) => {
    const point = drawn.find((it) => it.candidate.id.startsWith(id));
    return point ? chart.pixel(point.value) : null;
  });
  const refresh = (): void =>
    chart.draw(() => {
      const points = runs.flatMap(pointsOf);
      drawn = points;
      const by = new Map<string, Point[]>();
      for (const point of points)
        by.set(familyOf(point.run, point.candidate.text), [
          ...(by.get(familyOf(point.run, point.candidate.text)) ?? []),
          point,
        ]);
      const lines = runs.flatMap((run) => pairLines(pointsOf(run)));
      return {
        grid: { left: 26, right: 20, top: 40, bottom: 30, containLabel: true },
        legend: legend(),
        tooltip: tooltip((event) => {
          const { run, candidate, pretraining } = points[event.data[2]]!;
          return hint(run, candidate, [
            ["bits per byte", fixed(pretraining.bits_per_byte)],
            ["role", pretraining.role],
            ...(runs.length > 1 ? [["run", run.name] as [string, string]] : []),
          ]);
        }),
        xAxis: axis("score", { type: "value", scale: true }),
        yAxis: axis("bits per byte (less is better)", { type: "value", scale: true, nameGap: 44 }),
        series: [
          ...[...by].map(([family, data]) => ({
            type: "scatter",
            name: family,
            symbol: (at: number[]) => symbols[points[at[2]!]!.run.index % 8],
            symbolSize: 13,
            cursor: "pointer",
            itemStyle: { color: ink(family), borderColor: colour("card"), borderWidth: 1 },
            data: data.map((it) => [...it.value, points.indexOf(it)]), // the chart copies what it is given, deeply
          })),
          ...(lines.length
            ? [
                {
                  type: "line",
                  name: "pair of equal state",
                  silent: true,
                  symbol: "none",
                  z: 1,
                  data: lines.map((it) => it ?? [null, null]),
                  lineStyle: { color: colour("muted"), type: "dashed", width: 1 },
                  itemStyle: { color: colour("muted") },
                },
              ]
            : []),
        ],
      };
    });
  return { element: chart.element, refresh };
}

function pretrainedTable(run: Run): HTMLElement {
  const columns = [
    { name: "design" },
    { name: "role" },
    { name: "score", number: true },
    { name: "bits/byte", number: true },
    { name: "recall", number: true },
    { name: "parameters", number: true },
    { name: "tokens", number: true },
    { name: "state", number: true },
    { name: "outcome" },
    { name: "text" },
  ];
  const id = (it: Pretraining): Node | string =>
    run.byId.has(it.hash)
      ? h("a", { href: link("candidate", { run: String(run.index), id: it.hash.slice(0, 12) }) }, it.id)
      : it.id;
  const rows = run.front.pretrained.map((it) => [
    id(it),
    it.role.replace(/^(pair of .{8}).*/, "$1"),
    fixed(run.byId.get(it.hash)?.score),
    fixed(it.bits_per_byte),
    fixed(it.bits_per_byte_recall),
    grouped(it.parameters),
    grouped(it.tokens),
    grouped(it.state),
    it.message ? `${it.outcome}: ${it.message}` : it.outcome,
    h("code", {}, it.text),
  ]);
  return table("Pretrained designs", columns, rows);
}

export function truthView(runs: Run[]): { element: HTMLElement; refresh(): void } {
  const chart = chartOf(runs);
  const place = h("div", {});
  const differ = h("p", { class: "note differ" });
  const tables = h("div", {});
  const refresh = (): void => {
    const any = runs.some((run) => pointsOf(run).length > 0);
    if (any && !place.contains(chart.element)) place.replaceChildren(chart.element);
    if (!any)
      place.replaceChildren(
        h(
          "p",
          { class: "empty" },
          "No design with a score was pretrained (yet): a search pretrains its front where its configuration has `pretrain:`.",
        ),
      );
    else chart.refresh();
    const several = runs.filter((run) => pointsOf(run).length);
    differ.replaceChildren(
      ...[symbolsText(several), differByTruth(several)].filter(Boolean).map((it) => h("div", {}, it)),
    );
    tables.replaceChildren(
      ...runs
        .filter((run) => run.front.pretrained.length)
        .map((run) =>
          card(runs.length > 1 ? run.name : "Pretrained on real text", correlation(run), pretrainedTable(run)),
        ),
    );
  };
  return {
    element: h(
      "div",
      {},
      card(
        "Does the score tell what pretraining would?",
        "Bits per byte of held-out text at equal training FLOPs, against the score; colours are families of the blocks that mix tokens.",
        place,
        differ,
      ),
      tables,
    ),
    refresh,
  };
}
