// The front: designs by two measures, members with their intervals, hand designs and controls marked apart.
import { keep } from "./address";
import { caveats } from "./caveats";
import { differBy } from "./differ";
import { card, check, h, select } from "./dom";
import { fixed } from "./format";
import { frontChart } from "./front_chart";
import { chosen } from "./front_points";
import { comparison, frontTable, summary } from "./front_table";
import { measures } from "./measures";
import { type Kind, kindNames, type Run } from "./model";
import { familyLegend } from "./stripe";

export function frontView(runs: Run[]): { element: HTMLElement; refresh(): void } {
  const chart = frontChart(runs);
  const controls = h("div", { class: "controls" });
  const differ = h("p", { class: "note differ" });
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
    differ.textContent = differBy(runs, [choice.x, choice.y]);
    tables.replaceChildren(
      ...runs.map((run) => {
        const designs = [...run.front.front, ...run.front.hand_designs];
        return h(
          "section",
          { class: "card", "aria-label": run.name },
          h("h2", {}, runs.length > 1 ? `Front of ${run.name}` : "The front"),
          h("p", { class: "verdict" }, run.front.verdict),
          caveats(run.front).map((it) => h("p", { class: "note" }, it)),
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
  const imported = runs.some((run) => run.evaluations.some((it) => it.imported));
  const rings = imported ? " A ring marks what was imported from a former run." : "";
  const title = runs.length > 1 ? "Fronts side by side" : "Score against size";
  const element = h(
    "div",
    {},
    runs.length === 1 ? summary(runs[0]!) : comparison(runs),
    card(
      title,
      `Point at a design to see its stripe, click to open it. Bars are 95 % intervals on fresh seeds; dotted lines join what is not apart.${rings} Ctrl and the wheel zoom.`,
      controls,
      chart.element,
      differ,
    ),
    tables,
  );
  return { element, refresh };
}
