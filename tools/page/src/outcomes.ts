// How evaluations ended, by rung, and why some failed.
import { link } from "./address";
import { axis, colour, legend, tooltip } from "./charts";
import type { Evaluation } from "./data";
import { h } from "./dom";
import { chartFigure, type Figure, figure } from "./figure";
import type { Run } from "./model";

const outcomes = ["ok", "diverged", "out_of_memory", "timed_out", "failed", "lost", "under way"];
const outcomeInk = (outcome: string): string =>
  colour(
    { ok: "run-2", "under way": "kind-search", diverged: "run-5", timed_out: "run-3", out_of_memory: "run-4" }[
      outcome
    ] ?? "run-7",
  );

export function rungs(run: Run): Figure {
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

export function failures(run: Run): Figure {
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
    const trouble = run.front.trouble
      ? h("p", { class: "trouble" }, `The last session could not go on: ${run.front.trouble}`)
      : null;
    if (!groups.size) {
      body.replaceChildren(trouble ?? h("p", { class: "empty" }, "Nothing failed."));
      return;
    }
    const sorted = [...groups.values()].sort((a, b) => b.times - a.times);
    body.replaceChildren(
      ...(trouble ? [trouble] : []),
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
