// Which primitives the best designs keep, and where.
import { axis, colour, legend, tooltip } from "./charts";
import type { Candidate } from "./data";
import { h } from "./dom";
import { chartFigure, type Figure } from "./figure";
import type { Run } from "./model";
import { leaves, parse } from "./stripe";

const places = ["first", "second", "third", "last"]; // quarters of a stripe

/** Of how many designs, out of `from`, a primitive is a part; and of its places there. */
class Use {
  designs = 0;
  places = places.map(() => 0);
}

function uses(designs: Candidate[]): Map<string, Use> {
  const out = new Map<string, Use>();
  for (const design of designs) {
    const all = leaves(parse(design.text) ?? []);
    const seen = new Set<string>();
    all.forEach((leaf, i) => {
      const use = out.get(leaf.primitive) ?? new Use();
      out.set(leaf.primitive, use);
      if (!seen.has(leaf.primitive)) ++use.designs;
      seen.add(leaf.primitive);
      ++use.places[Math.min(places.length - 1, Math.floor((places.length * i) / all.length))]!;
    });
  }
  return out;
}

/** The best quarter of what the search scored itself. */
function survivors(run: Run): { born: Candidate[]; best: Candidate[] } {
  const born = run.candidates.filter((it) => !["control", "variant"].includes(run.kind(it)));
  const scored = born
    .filter((it) => typeof it.score === "number" && it.feasible !== false)
    .sort((a, b) => b.score! - a.score!);
  return { born, best: scored.slice(0, Math.ceil(scored.length / 4)) };
}

export function survival(run: Run): Figure {
  return chartFigure(
    "Which primitives survive",
    "Share of designs with the primitive: of all that were born, and of the best quarter by score.",
    440,
    () => {
      const { born, best } = survivors(run);
      if (!best.length) return "No design has completed the battery yet.";
      const [all, kept] = [uses(born), uses(best)];
      const share = (map: Map<string, Use>, name: string, of: number): number => (map.get(name)?.designs ?? 0) / of;
      const names = [...all.keys()]
        .sort(
          (a, b) =>
            share(kept, b, best.length) - share(kept, a, best.length) ||
            share(all, b, born.length) - share(all, a, born.length),
        )
        .slice(0, 20);
      const bar = (name: string, map: Map<string, Use>, of: number, ink: string) => ({
        type: "bar",
        name,
        itemStyle: { color: ink },
        data: names.map((it) => share(map, it, of)),
      });
      return {
        grid: { left: 8, right: 16, top: 34, bottom: 6, containLabel: true },
        legend: legend(),
        tooltip: tooltip((event) =>
          h(
            "div",
            { class: "hint" },
            h("b", {}, event.name),
            h("div", {}, `in ${(100 * event.value).toFixed(0)} % of ${event.seriesName}`),
          ),
        ),
        xAxis: axis("", {
          type: "value",
          axisLabel: { color: colour("muted"), formatter: (value: number) => `${Math.round(100 * value)} %` },
        }),
        yAxis: axis("", {
          type: "category",
          data: names,
          inverse: true,
          axisLabel: { color: colour("text"), fontSize: 11, interval: 0 },
        }),
        series: [
          bar("the best quarter", kept, best.length, colour("run-0")),
          bar("all that were born", all, born.length, colour("kind-search")),
        ],
      };
    },
  );
}

export function standing(run: Run): Figure {
  return chartFigure(
    "And where",
    "How often a block of the best quarter is this primitive, by quarter of the stripe.",
    440,
    () => {
      const { best } = survivors(run);
      if (!best.length) return "No design has completed the battery yet.";
      const found = [...uses(best)].sort((a, b) => b[1].designs - a[1].designs).slice(0, 20);
      const data = found.flatMap(([, use], y) => use.places.map((count, x) => [x, y, count]));
      return {
        grid: { left: 8, right: 16, top: 8, bottom: 28, containLabel: true },
        tooltip: tooltip((event) =>
          h(
            "div",
            { class: "hint" },
            `${found[event.data[1]]![0]}, ${places[event.data[0]]} quarter: ${event.data[2]} times`,
          ),
        ),
        visualMap: {
          show: false,
          min: 0,
          max: Math.max(1, ...data.map((it) => it[2]!)),
          inRange: { color: [colour("low"), colour("high")] },
        },
        xAxis: axis("quarter of the stripe", { type: "category", data: places, splitLine: { show: false } }),
        yAxis: axis("", {
          type: "category",
          data: found.map(([name]) => name),
          inverse: true,
          axisLabel: { color: colour("text"), fontSize: 11, interval: 0 },
          splitLine: { show: false },
        }),
        series: [
          {
            type: "heatmap",
            data,
            itemStyle: { borderColor: colour("card"), borderWidth: 2 },
            label: {
              show: true,
              color: colour("text"),
              textBorderColor: colour("card"),
              textBorderWidth: 2,
              fontSize: 10,
              formatter: (it: any) => (it.data[2] ? String(it.data[2]) : ""),
            },
          },
        ],
      };
    },
  );
}
