// One candidate: its stripe, what its blocks cost, how it scored, how it learned, where it came from.
import { link } from "./address";
import { ancestry } from "./ancestry";
import { Chart } from "./charts";
import { commandLine, quoted } from "./command";
import type { Answer, Block, Candidate, Shown, Why } from "./data";
import { card, h, table } from "./dom";
import { curveCards, evaluationTable, taskChart } from "./evaluations";
import { fixed, grouped, short, withInterval } from "./format";
import type { Run } from "./model";
import { importedBadge } from "./imported";
import { familyClass, familyLegend, stripePicture } from "./stripe";
import { questionCards } from "./questions";
import { whyCard } from "./why";

function facts(run: Run, candidate: Candidate): HTMLElement {
  const rows: [string, string | Node][] = [
    [
      "score",
      `${withInterval(candidate.score ?? null, candidate.score_low, candidate.score_high)}, ${candidate.confirmed ? `${candidate.seeds} fresh seeds` : "by the search, not confirmed"}`,
    ],
    [
      `state at ${run.front.state_length} tokens`,
      `${grouped(candidate.served_state)} exact, ${grouped(candidate.served_state_mad)} by the MAD paper's convention`,
    ],
    ["parameters", `${grouped(candidate.parameters)} (${grouped(candidate.active_parameters)} active)`],
    ["FLOPs", `${grouped(candidate.flops)} forward, one sequence of ${run.front.length} tokens`],
    ["born", `at evaluation ${candidate.born}, ${candidate.origin}`],
    ["id", h("code", {}, candidate.id)],
  ];
  if (typeof candidate.bits_per_byte === "number")
    rows.splice(1, 0, ["pretrained", `${fixed(candidate.bits_per_byte)} bits per byte`]);
  const former = run.importedFrom(candidate.id);
  if (former) rows.splice(1, 0, ["imported from", `${former}: its results were taken over, not trained again`]);
  const rival = run.member(candidate.id)?.rival;
  if (rival)
    rows.splice(1, 0, [
      "not apart from",
      h("a", { href: link("candidate", { run: String(run.index), id: rival }) }, rival),
    ]);
  return h(
    "dl",
    { class: "facts" },
    rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

function costs(blocks: Block[]): HTMLElement {
  const bar = (block: Block, field: "parameters" | "flops" | "state"): HTMLElement => {
    const share = block[field] / Math.max(1, ...blocks.map((it) => it[field]));
    return h(
      "span",
      { class: "bar" },
      h("span", { class: "fill " + familyClass(block.family), style: `width: ${100 * share}%` }),
      h("span", {}, short(block[field])),
    );
  };
  return table(
    "Cost by block",
    [
      { name: "", number: true },
      { name: "block" },
      { name: "family" },
      { name: "parameters", number: true },
      { name: "FLOPs", number: true },
      { name: "state", number: true },
    ],
    blocks.map((block, i) => [
      i + 1,
      block.primitive + (block.label ? ` @${block.label}` : ""),
      h("span", {}, h("span", { class: "dot " + familyClass(block.family) }), block.family ?? "–"),
      bar(block, "parameters"),
      bar(block, "flops"),
      bar(block, "state"),
    ]),
  );
}

function costCard(run: Run, shown: Shown): HTMLElement | null {
  if (!shown.blocks.length) return null;
  const note = `Parameters and FLOPs at width and length of the battery, state at ${run.front.state_length} tokens; each with the norm before it, without what merges add. What blocks share stands at the first.`;
  return card("Cost by block", note, costs(shown.blocks));
}

function commands(run: Run, candidate: Candidate): HTMLElement {
  const folder = quoted(run.folder);
  const id = candidate.id.slice(0, 8);
  const text = quoted(candidate.text);
  return card(
    "Carry it on",
    "Run where the program and the run are.",
    h(
      "ul",
      { class: "commands" },
      [
        `madsearch show ${folder} ${id}`,
        `madsearch why ${folder} ${id}`,
        `madsearch score ${text} --battery ${quoted(run.front.battery)} --seeds 3`,
        `madsearch export ${folder} ${id} --to yaml`,
        `madsearch export ${folder} ${id} --to pytorch --out model`,
        `madsearch export ${folder} ${id} --to safetensors --out weights`, // or how weights are made
      ].map(commandLine),
    ),
  );
}

function elsewhere(run: Run, candidate: Candidate): HTMLElement {
  const note = `This report holds trainings and curves of the front, of hand designs and of what was confirmed or pretrained. Those of this candidate are in the run: madsearch show ${run.folder} ${candidate.id.slice(0, 8)}`;
  return card("Evaluations", null, h("p", {}, note));
}

/** What is read of a candidate when it is opened; nothing where a report doesn't hold it. */
export interface Reader {
  show(id: string): Promise<Shown | null>;
  why(id: string): Promise<Why | null>;
  questions(id: string): Promise<Answer[] | string | null>; // a sentence where they can't be read
}

export function candidateView(
  run: Run,
  candidate: Candidate,
  reader: Reader,
  questions: string, // the folder of answers
): { element: HTMLElement; refresh(): void } {
  const details = h("div", { class: "wait" }, "Reading …");
  const kind = run.kind(candidate);
  const neighbours = run.front.front;
  const place = neighbours.findIndex((row) => row.hash === candidate.id);
  const step = (by: number): HTMLElement | null => {
    const row = place >= 0 ? neighbours[place + by] : undefined;
    return row
      ? h(
          "a",
          {
            href: link("candidate", { run: String(run.index), id: row.hash.slice(0, 12) }),
            rel: by < 0 ? "prev" : "next",
          },
          by < 0 ? "← smaller on the front" : "larger on the front →",
        )
      : null;
  };
  const element = h(
    "div",
    {},
    h(
      "section",
      { class: "card", "aria-label": "Candidate" },
      h(
        "div",
        { class: "candidate-head" },
        h("h2", {}, candidate.id.slice(0, 8)),
        h("span", { class: "badge kind-" + kind }, run.kindText(candidate)),
        importedBadge(run, candidate.id),
        h("span", { class: "grow" }),
        step(-1),
        step(1),
      ),
      familyLegend([candidate.text], run.primitives),
      h("div", { class: "scroll picture" }, stripePicture(candidate.text, run.primitives)),
      h("code", { class: "design" }, candidate.text),
      facts(run, candidate),
    ),
    details,
  );
  let drawn: [Shown | null, string] | undefined;
  const refresh = (): void => {
    const { id } = candidate;
    void Promise.all([reader.show(id), reader.why(id), reader.questions(id)]).then(([shown, why, answers]) => {
      const reason = JSON.stringify([why, answers]); // read anew with every evaluation, and mostly the same
      if (drawn && shown === drawn[0] && reason === drawn[1]) return;
      drawn = [shown, reason];
      const there = (parts: (HTMLElement | null)[]): HTMLElement[] =>
        parts.filter((it): it is HTMLElement => it !== null);
      const left = [
        why ? whyCard(run, candidate.id, why) : null,
        shown ? costCard(run, shown) : null,
        ancestry(run, candidate),
      ];
      const right = [
        taskChart(shown?.evaluations ?? run.evaluationsOf(candidate.id)),
        shown ? evaluationTable(shown) : elsewhere(run, candidate),
        commands(run, candidate),
      ];
      details.className = "";
      details.replaceChildren(
        h("div", { class: "columns" }, h("div", {}, there(left)), h("div", {}, there(right))),
        ...questionCards(run, id, answers, questions),
        ...there([shown ? curveCards(shown) : null]),
      );
      Chart.clear(false);
    });
  };
  return { element, refresh };
}
