// How the search went: what it gained, what it tried, what survived, what failed, and who trained what when.
import { here, keep, link } from "./address";
import { axis, Chart, colour, legend, narrow, type Option, tooltip } from "./charts";
import type { Candidate, Evaluation, Training } from "./data";
import { card, choice, h } from "./dom";
import { duration, fixed, grouped, shortTask } from "./format";
import type { Run } from "./model";
import { leaves, parse } from "./stripe";

const mostRows = 300; // of the heat map
const places = ["first", "second", "third", "last"]; // quarters of a stripe

type Figure = { element: HTMLElement; refresh(): void };

/** A card that is drawn anew when the run has more to show. */
function figure(title: string, note: string, draw: (body: HTMLElement) => void): Figure {
  const body = h("div", {});
  const element = card(title, note, body);
  return { element, refresh: () => draw(body) };
}

/** A chart within a card, or a sentence where there is nothing to draw. */
function chartFigure(title: string, note: string, height: number, option: () => Option | string): Figure {
  const chart = new Chart(title, height);
  const empty = h("p", { class: "empty" });
  return figure(title, note, (body) => {
    const drawn = option();
    if (typeof drawn === "string") {
      empty.textContent = drawn;
      body.replaceChildren(empty);
      return;
    }
    if (!body.contains(chart.element)) body.replaceChildren(chart.element);
    chart.draw(() => option() as Option);
  });
}

function ends(run: Run): Map<number, number> {
  const out = new Map<number, number>();
  for (const it of run.evaluations) if (typeof it.ended === "number") out.set(it.number, it.ended);
  return out;
}

/** Hypervolume and best score, over evaluations or over time. */
function progress(run: Run): Figure {
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
        grid: { left: 8, right: 16, top: 34, bottom: 30, containLabel: true },
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

const outcomes = ["ok", "diverged", "out_of_memory", "timed_out", "failed", "lost", "under way"];
const outcomeInk = (outcome: string): string =>
  colour(
    { ok: "run-2", "under way": "kind-search", diverged: "run-5", timed_out: "run-3", out_of_memory: "run-4" }[
      outcome
    ] ?? "run-7",
  );

function rungs(run: Run): Figure {
  return chartFigure(
    "Evaluations by rung",
    "A probe is a cheap look; what passes is scored on the battery, and the front again on fresh seeds.",
    220,
    () => {
      const counts = new Map<string, Map<string, number>>();
      for (const it of run.evaluations) {
        const of = counts.get(it.rung) ?? new Map<string, number>();
        const outcome = it.finished ? it.outcome : "under way";
        of.set(outcome, (of.get(outcome) ?? 0) + 1);
        counts.set(it.rung, of);
      }
      if (!counts.size) return "Nothing is evaluated yet.";
      const names = ["probe", "battery", "confirm", "counterfactual", "pretrain"].filter((it) => counts.has(it));
      const there = outcomes.filter((outcome) => names.some((name) => counts.get(name)!.has(outcome)));
      return {
        grid: { left: 8, right: 24, top: 34, bottom: 6, containLabel: true },
        legend: legend(),
        tooltip: tooltip((event) =>
          h("div", { class: "hint" }, `${event.value} ${event.name} evaluations: ${event.seriesName}`),
        ),
        xAxis: axis("", { type: "value", minInterval: 1 }),
        yAxis: axis("", { type: "category", data: names, inverse: true, axisLabel: { color: colour("text") } }),
        series: there.map((outcome) => ({
          type: "bar",
          stack: "all",
          name: outcome,
          barMaxWidth: 26,
          itemStyle: { color: outcomeInk(outcome) },
          data: names.map((name) => counts.get(name)!.get(outcome) ?? 0),
        })),
      };
    },
  );
}

function operators(run: Run): Figure {
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

function survival(run: Run): Figure {
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

function standing(run: Run): Figure {
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

function heat(run: Run): Figure {
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

function failures(run: Run): Figure {
  return figure("What went wrong", "Trainings and evaluations that did not end well, by reason.", (body) => {
    const of = new Map<number, Evaluation>(run.evaluations.map((it) => [it.number, it]));
    const groups = new Map<string, { outcome: string; message: string; times: number; candidates: Set<string> }>();
    const add = (outcome: string, message: string, hash: string | undefined): void => {
      const key = outcome + " " + message;
      const group = groups.get(key) ?? { outcome, message, times: 0, candidates: new Set<string>() };
      ++group.times;
      if (hash) group.candidates.add(hash);
      groups.set(key, group);
    };
    const explained = new Set<number>();
    for (const training of run.trainings) {
      if (training.outcome === "ok") continue;
      explained.add(training.evaluation ?? -1);
      add(training.outcome, training.message || "no reason was given", of.get(training.evaluation ?? -1)?.hash);
    }
    for (const it of run.evaluations)
      if (it.finished && it.outcome !== "ok" && !explained.has(it.number))
        add(it.outcome, `evaluation at rung ${it.rung}`, it.hash);
    for (const it of run.front.pretrained)
      if (it.outcome !== "ok") add(it.outcome, `pretraining: ${it.message}`, it.hash);
    if (!groups.size) {
      body.replaceChildren(h("p", { class: "empty" }, "Nothing failed."));
      return;
    }
    const sorted = [...groups.values()].sort((a, b) => b.times - a.times);
    body.replaceChildren(
      h(
        "ul",
        { class: "failures" },
        sorted.slice(0, 40).map((group) =>
          h(
            "li",
            {},
            h("b", {}, `${group.times} × ${group.outcome.replace(/_/g, " ")}`),
            " ",
            group.message,
            " ",
            [...group.candidates]
              .slice(0, 5)
              .flatMap((id) => [
                h("a", { href: link("candidate", { run: String(run.index), id: id.slice(0, 12) }) }, id.slice(0, 8)),
                " ",
              ]),
            group.candidates.size > 5 ? `and ${group.candidates.size - 5} more` : null,
          ),
        ),
        sorted.length > 40 ? h("li", {}, `and ${sorted.length - 40} other reasons`) : null,
      ),
    );
  });
}

/** A row a slot, a bar a training: gaps are time in which it did nothing. */
function timeline(run: Run): Figure {
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

export function searchView(run: Run): { element: HTMLElement; refresh(): void } {
  const left = [progress(run), operators(run), survival(run)];
  const right = [rungs(run), failures(run), standing(run)];
  const below = [heat(run), timeline(run)];
  const figures = [...left, ...right, ...below];
  const column = (of: Figure[]): HTMLElement =>
    h(
      "div",
      {},
      of.map((it) => it.element),
    );
  const element = h("div", {}, h("div", { class: "columns" }, column(left), column(right)), column(below));
  return { element, refresh: () => figures.forEach((it) => it.refresh()) };
}
