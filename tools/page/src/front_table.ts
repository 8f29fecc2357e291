// The front as a table, and what runs came to in figures.
import { link } from "./address";
import { importedBadge } from "./imported";
import type { FrontRow } from "./data";
import { card, h, table } from "./dom";
import { fixed, grouped, withInterval } from "./format";
import { type Run, standingText } from "./model";
import { stripePicture } from "./stripe";

export function frontTable(run: Run, rows: FrontRow[], label: string): HTMLElement {
  const columns = [
    { name: "design" },
    { name: "score", number: true },
    { name: "95 % interval" },
    { name: "seeds", number: true },
    { name: "text bits", number: true, hidden: !rows.some((row) => typeof row.text_bits === "number") },
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
      withInterval(row.text_bits ?? null, row.text_bits_low, row.text_bits_high),
      grouped(row.state),
      grouped(row.parameters),
      fixed(row.bits_per_byte),
      row.rival ? h("a", { href: to(row.rival) }, row.rival) : "",
      h("div", { class: "stripe-cell" }, stripePicture(row.text, run.primitives, true), better(row)),
      h("span", {}, row.origin, importedBadge(run, row.hash)),
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

/** Several runs, a row each. */
export function comparison(runs: Run[]): HTMLElement {
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
