// What a point says of its design when a pointer is on it.
import type { Candidate } from "./data";
import { h } from "./dom";
import { grouped, withInterval } from "./format";
import type { Run } from "./model";
import { stripePicture } from "./stripe";

export function hint(run: Run, candidate: Candidate, more: [string, string][] = []): HTMLElement {
  const former = run.importedFrom(candidate.id);
  const seeds = candidate.seeds ?? 0;
  const facts: [string, string][] = [
    ["score", withInterval(candidate.score ?? null, candidate.score_low, candidate.score_high)],
    ["of", candidate.confirmed ? `${seeds} fresh seeds` : "the search, not confirmed"],
    ["state", grouped(run.state(candidate))],
    ["parameters", grouped(candidate.parameters)],
    ["origin", candidate.origin],
    ...(former ? [["imported from", former] as [string, string]] : []),
    ...more,
  ];
  return h(
    "div",
    { class: "hint" },
    h("div", { class: "hint-head" }, h("b", {}, candidate.id.slice(0, 8)), " ", run.kindText(candidate)),
    stripePicture(candidate.text, run.primitives, true),
    h("code", { class: "design" }, candidate.text),
    h("dl", {}, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]).flat()),
  );
}
