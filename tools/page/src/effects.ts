// What went with scores over all designs of the runs: what `madsearch effects` prints.
import { here, keep } from "./address";
import { Chart } from "./charts";
import { commandLine, quoted } from "./command";
import type { Effects, Explained, Feature } from "./data";
import { card, type Child, h, select, table } from "./dom";
import { fixed, grouped, shortTask, signed } from "./format";
import { intervalChart, intervalText } from "./intervals";
import type { Run } from "./model";

const mostDrawn = 24;

/** The effects on one score as bars, the surest first. */
function effectChart(target: string, features: Feature[]): HTMLElement {
  const bars = features.slice(0, mostDrawn).map((it) => {
    const on = it.on[target]!;
    const all = on.clear ? "not 0 either where all effects on this score are judged together" : "";
    return {
      name: it.name + (on.clear ? " *" : ""),
      value: on.effect,
      low: on.low,
      high: on.high,
      hint: [h("div", {}, it.group), all ? h("div", {}, all) : null],
    };
  });
  return intervalChart(`Effects on ${shortTask(target)}`, "effects", bars, "lower", "higher");
}

function effectTable(found: Effects): HTMLElement {
  const columns = [
    { name: "a step" },
    { name: "of" },
    { name: "score", number: true },
    { name: "95 % interval", number: true },
    ...found.explained.slice(1).map((it) => ({ name: shortTask(it.of), number: true })),
  ];
  const effect = (it: Feature, { of, explained }: Explained): Child => {
    const on = it.on[of]!;
    const text = signed(on.effect) + (on.clear ? "*" : "");
    if (explained <= 0) return h("span", { class: "pale" }, text);
    return on.low > 0 || on.high < 0 ? h("b", {}, text) : text;
  };
  const rows = found.features.map((it): Child[] => [
    it.name,
    it.group,
    effect(it, found.explained[0]!),
    intervalText(it.on.score!.low, it.on.score!.high),
    ...found.explained.slice(1).map((target) => effect(it, target)),
  ]);
  return h("div", { class: "dense" }, table("Effects", columns, rows));
}

/** A share between 0 and 1 with a bar; at 0 or below the mean does as well. */
function share(value: number): HTMLElement {
  const width = 100 * Math.max(0, Math.min(1, value));
  return h(
    "span",
    { class: "bar" },
    h("span", { class: "fill run-0 pale-fill", style: `width: ${width}%` }),
    h("span", {}, fixed(value, 2)),
  );
}

function explainedCard(found: Effects): HTMLElement {
  const groups = Object.keys(found.explained[0]!.alone);
  const columns = [
    { name: "of" },
    { name: "mean", number: true },
    { name: "explained", number: true },
    ...groups.map((group) => ({ name: `${group} alone`, number: true })),
  ];
  const rows = found.explained.map((it): Child[] => [
    shortTask(it.of),
    fixed(it.mean),
    share(it.explained),
    ...groups.map((group) => share(it.alone[group]!)),
  ]);
  return card(
    "How much that explains",
    "Share of the variance between designs that a ridge regression tells of left-out ones (10 folds), by all features and by each group alone; at 0 or below the mean does as well.",
    table("Explained", columns, rows),
  );
}

function sentences(found: Effects): string {
  const few = found.few
    ? " Few designs for so many features (10 a feature would do): read intervals, not effects."
    : "";
  return `${grouped(found.designs)} designs, ${grouped(found.features.length)} features, battery ${found.battery}, the search's scores.${few} No causes: the search chose these designs, the better ones more often, and features that go together share an effect.`;
}

function effectsCard(found: Effects, refresh: () => void): HTMLElement {
  const { on, group } = here().fields;
  const targets = found.explained.map((it): [string, string] => [it.of, shortTask(it.of)]);
  const target = found.explained.find((it) => it.of === on) ?? found.explained[0]!;
  const groups = ["all", ...new Set(found.features.map((it) => it.group))];
  const picked = groups.includes(group ?? "") ? group! : "all";
  const features = found.features.filter((it) => picked === "all" || it.group === picked);
  const pick = (field: string) => (word: string) => (keep({ [field]: word }), refresh());
  const nothing = `Nothing of it is explained (${fixed(target.explained, 2)}), so its effects are noise.`;
  return card(
    "What went with scores",
    sentences(found),
    h(
      "div",
      { class: "controls" },
      select("on", targets, target.of, pick("on")),
      select(
        "of",
        groups.map((it): [string, string] => [it, it]),
        picked,
        pick("group"),
      ),
    ),
    target.explained <= 0 ? h("p", { class: "verdict" }, nothing) : null,
    effectChart(target.of, features),
    features.length > mostDrawn ? h("p", { class: "note" }, `The surest ${mostDrawn} of ${features.length}.`) : null,
  );
}

function tableCard(found: Effects): HTMLElement {
  return card(
    "All effects",
    "A step: a block (a pair of neighbours) of it in place of an average one, or a block of it last instead of first. Intervals are bootstrapped over designs. Bold: its interval leaves 0; *: so it does where all effects on that score are judged together; pale: nothing of that score is explained. The surest come first.",
    h("div", { class: "tall" }, effectTable(found)),
  );
}

/** `read`: what the program says, the sentence why it says nothing, or nothing where it is gone. */
export function effectsView(
  runs: Run[],
  read: () => Promise<Effects | string | null>,
  live: boolean,
): { element: HTMLElement; refresh(): void } {
  const line = `madsearch effects ${runs.map((run) => quoted(run.folder)).join(" ")}`;
  const element = h(
    "div",
    {},
    h("p", { class: "wait" }, "Computing, which takes seconds, or minutes for ten thousand designs …"),
  );
  const command = card(
    "As a command",
    "With --top N, and as CSV or JSON:",
    h("ul", { class: "commands" }, commandLine(line)),
  );
  const evaluated = (): number => runs.reduce((sum, run) => sum + run.front.completed, 0);
  let found: Effects | string | null | undefined;
  let counted = -1; // designs when it was computed
  const put = (...parts: HTMLElement[]): void => {
    const focus = (document.activeElement as HTMLElement | null)?.getAttribute("aria-label");
    element.replaceChildren(...parts, command);
    Chart.clear(false);
    if (focus) (element.querySelector(`[aria-label="${CSS.escape(focus)}"]`) as HTMLElement | null)?.focus();
  };
  const again = (): HTMLElement | null => {
    const more = evaluated() - counted;
    if (!live || more <= 0) return null;
    const button = h("button", { type: "button", click: () => ask() }, "compute again");
    return h("section", { class: "card again" }, `${grouped(more)} more designs completed the battery since. `, button);
  };
  const show = (): void => {
    if (found === undefined) return;
    const news = again();
    const above = news ? [news] : [];
    if (found === null) return put(...above, card("It can't be read now", null));
    if (typeof found === "string")
      return put(...above, card("What went with scores", null, h("p", { class: "verdict" }, found)));
    put(...above, effectsCard(found, show), explainedCard(found), tableCard(found));
  };
  const ask = (): void => {
    counted = evaluated();
    void read().then((it) => {
      found = it;
      show();
    });
  };
  let drawn = -1;
  const refresh = (): void => {
    if (found === undefined && counted < 0) return ask();
    if (evaluated() !== drawn) show(); // for the sentence above it
    drawn = evaluated();
  };
  return { element, refresh };
}
