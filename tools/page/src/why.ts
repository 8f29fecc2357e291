// Why a candidate is on the front or not: what `madsearch why` prints.
import { link } from "./address";
import { commandLine } from "./command";
import type { Neighbour, Why } from "./data";
import { card, h, table } from "./dom";
import { fixed, grouped, signed } from "./format";
import type { Run } from "./model";

/** In standard errors of the paired difference, and on which seed sets. */
function errors(it: Neighbour): string {
  const sets = it.on === "fresh" ? `${it.seed_sets} fresh` : "search's";
  return `${it.standard_errors === null ? "–" : signed(it.standard_errors, 1)} (${sets})`;
}

function neighbours(run: Run, id: string, label: string, rows: Neighbour[]): HTMLElement {
  const columns = [
    { name: "design" },
    { name: "score", number: true },
    { name: "state", number: true },
    { name: "difference", number: true },
    { name: "standard errors", number: true },
    { name: "" },
  ];
  const to = (hash: string): string => link("candidate", { run: String(run.index), id: hash.slice(0, 12) });
  const beside = (hash: string): string =>
    link("compare", { run: String(run.index), a: id.slice(0, 8), b: hash.slice(0, 8) });
  return table(
    label,
    columns,
    rows.map((it) => [
      h("a", { href: to(it.hash) }, it.id),
      fixed(it.score),
      grouped(it.state),
      signed(it.difference),
      errors(it),
      h("a", { href: beside(it.hash) }, "compare"),
    ]),
  );
}

export function whyCard(run: Run, id: string, why: Why): HTMLElement {
  const { dominated_by: above, dominates: below } = why;
  const member = why.place === "front";
  const how = member ? "What keeps it there, each alone" : "What would bring it there, each alone";
  const parts: (HTMLElement | null)[] = [
    h("p", { class: "verdict" }, why.why),
    above.length ? h("h3", {}, "Members that dominate it") : null,
    above.length ? neighbours(run, id, "Dominated by", above) : null,
    why.bounds.length ? h("h3", {}, how) : null,
    why.bounds.length
      ? h(
          "ul",
          { class: "bounds" },
          why.bounds.map((it) => h("li", {}, it.sentence)),
        )
      : null,
    why.nearest ? h("p", {}, why.nearest) : null,
    why.command ? h("ul", { class: "commands" }, commandLine(why.command)) : null,
    below.length
      ? h(
          "h3",
          {},
          `Designs that it dominates, ${grouped(why.dominates_count)} in all${why.dominates_count > below.length ? ", the nearest" : ""}`,
        )
      : null,
    below.length ? neighbours(run, id, "Dominates", below) : null,
  ];
  const note =
    above.length || below.length
      ? "Differences are in score, this design less the other, on the seed sets that both had."
      : null;
  return card("Why", note, parts);
}
