// Where a candidate came from.
import { link } from "./address";
import type { Candidate } from "./data";
import { card, h } from "./dom";
import { fixed } from "./format";
import type { Run } from "./model";
import { stripePicture } from "./stripe";

interface Ancestor {
  candidate: Candidate | null;
  id: string;
  depth: number;
}

/** Parents and theirs, back to what nobody bred; each once. */
function ancestors(run: Run, candidate: Candidate): Ancestor[] {
  const out: Ancestor[] = [];
  const seen = new Set<string>([candidate.id]);
  const walk = (of: Candidate, depth: number): void => {
    for (const id of of.parents) {
      if (seen.has(id) || out.length > 200) continue;
      seen.add(id);
      const parent = run.byId.get(id) ?? null;
      out.push({ candidate: parent, id, depth });
      if (parent) walk(parent, depth + 1);
    }
  };
  walk(candidate, 1);
  return out;
}

export function ancestry(run: Run, candidate: Candidate): HTMLElement {
  const rows = [{ candidate, id: candidate.id, depth: 0 }, ...ancestors(run, candidate)];
  const note =
    rows.length === 1
      ? `It has no parents: ${candidate.origin}.`
      : "Each below what was bred from it; the operator that made it, and its score.";
  return card(
    "Where it came from",
    note,
    h(
      "ol",
      { class: "ancestry" },
      rows.map((row) =>
        h(
          "li",
          { style: `margin-left: ${Math.min(row.depth, 12) * 14}px` },
          row.candidate && row.depth > 0
            ? h(
                "a",
                { href: link("candidate", { run: String(run.index), id: row.id.slice(0, 12) }) },
                row.id.slice(0, 8),
              )
            : h("b", {}, row.id.slice(0, 8)),
          h("span", { class: "badge" }, row.candidate?.origin ?? "not stored"),
          h("span", {}, " score ", fixed(row.candidate?.score)),
          row.candidate ? stripePicture(row.candidate.text, run.primitives, true) : null,
        ),
      ),
    ),
  );
}
