// All candidates, a row each: sorts by any column, filters by text, draws only the rows that are seen.
import { here, keep, link } from "./address";
import type { Candidate } from "./data";
import { card, h } from "./dom";
import { fixed, grouped } from "./format";
import type { Run } from "./model";

const rowHeight = 30;
const shownHeight = 600;

interface Column {
  id: string;
  name: string;
  width: number | null; // null: what the others leave
  number: boolean;
  value(run: Run, candidate: Candidate): number | string | null;
  text?(run: Run, candidate: Candidate): string;
}

const allColumns: Column[] = [
  { id: "born", name: "born", width: 60, number: true, value: (_, it) => it.born },
  { id: "id", name: "id", width: 95, number: false, value: (_, it) => it.id.slice(0, 8) },
  {
    id: "score",
    name: "score",
    width: 70,
    number: true,
    value: (_, it) => it.score ?? null,
    text: (_, it) => fixed(it.score),
  },
  { id: "seeds", name: "seeds", width: 58, number: true, value: (_, it) => it.seeds ?? null },
  {
    id: "state",
    name: "state",
    width: 95,
    number: true,
    value: (run, it) => run.state(it),
    text: (run, it) => grouped(run.state(it)),
  },
  {
    id: "parameters",
    name: "parameters",
    width: 100,
    number: true,
    value: (_, it) => it.parameters,
    text: (_, it) => grouped(it.parameters),
  },
  {
    id: "bits",
    name: "bits/byte",
    width: 80,
    number: true,
    value: (_, it) => it.bits_per_byte ?? null,
    text: (_, it) => fixed(it.bits_per_byte),
  },
  { id: "kind", name: "kind", width: 190, number: false, value: (run, it) => run.kindText(it) },
  { id: "outcome", name: "last outcome", width: 110, number: false, value: (run, it) => run.outcome(it) },
  { id: "text", name: "design", width: null, number: false, value: (_, it) => it.text },
  { id: "origin", name: "origin", width: 140, number: false, value: (_, it) => it.origin },
  { id: "imported", name: "imported from", width: 140, number: false, value: (run, it) => run.importedFrom(it.id) },
];

/** Where nothing was imported, nobody is told from where. */
function columnsOf(run: Run): Column[] {
  const any = run.evaluations.some((it) => it.imported);
  return any ? allColumns : allColumns.filter((it) => it.id !== "imported");
}

/** The candidates that hold every word, as it is sorted; what is unknown stands last. */
function chosen(run: Run, words: string[], sort: Column, down: boolean): Candidate[] {
  const hit = (it: Candidate): boolean => {
    const imported = run.importedFrom(it.id) ? "imported" : "";
    const text = `${it.id} ${it.origin} ${it.text} ${run.kindText(it)} ${run.outcome(it)} ${imported}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const found = words.length ? run.candidates.filter(hit) : [...run.candidates];
  const keys = new Map(found.map((it) => [it, sort.value(run, it)]));
  return found.sort((a, b) => {
    const [x, y] = [keys.get(a)!, keys.get(b)!];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
  });
}

export function tableView(run: Run): { element: HTMLElement; refresh(): void } {
  const columns = columnsOf(run);
  const filter = h("input", {
    type: "search",
    placeholder: "id, origin, primitive, outcome …",
    "aria-label": "Filter",
    size: 34,
    value: here().fields.q ?? "",
    input: () => (keep({ q: filter.value }), refresh()),
  });
  const count = h("span", { class: "note", role: "status" });
  const head = h("tr", {});
  const body = h("tbody", {});
  const box = h(
    "div",
    { class: "rows", style: `max-height: ${shownHeight}px`, tabindex: 0, "aria-label": "Candidates" },
    h(
      "table",
      {},
      h(
        "colgroup",
        {},
        columns.map((it) => h("col", { style: it.width === null ? null : `width: ${it.width}px` })),
      ),
      h("thead", {}, head),
      body,
    ),
  );
  let rows: Candidate[] = [];
  const sorting = (): { column: Column; down: boolean } => {
    const word = here().fields.sort ?? "-score";
    const id = word.replace(/^-/, "");
    return { column: columns.find((it) => it.id === id) ?? columns[2]!, down: word.startsWith("-") };
  };
  const draw = (): void => {
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - 10);
    const last = Math.min(rows.length, first + Math.ceil(shownHeight / rowHeight) + 20);
    const gap = (height: number): HTMLElement | null =>
      height > 0 ? h("tr", { class: "gap" }, h("td", { colspan: columns.length, style: `height: ${height}px` })) : null;
    const cells = (it: Candidate): HTMLElement[] =>
      columns.map((column) => {
        const text = column.text ? column.text(run, it) : String(column.value(run, it) ?? "–");
        const link_ =
          column.id === "id"
            ? h("a", { href: link("candidate", { run: String(run.index), id: it.id.slice(0, 12) }) }, text)
            : text;
        return h(
          "td",
          {
            class: column.number ? "number" : null,
            title: column.id === "text" || column.id === "origin" ? text : null,
          },
          link_,
        );
      });
    body.replaceChildren(
      ...[
        gap(first * rowHeight),
        ...rows.slice(first, last).map((it) => h("tr", {}, cells(it))),
        gap((rows.length - last) * rowHeight),
      ].filter((it): it is HTMLElement => it !== null),
    );
  };
  const refresh = (): void => {
    const { column, down } = sorting();
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows = chosen(run, words, column, down);
    count.textContent =
      rows.length === run.candidates.length
        ? `${grouped(rows.length)} candidates`
        : `${grouped(rows.length)} of ${grouped(run.candidates.length)} candidates`;
    const focus = document.activeElement?.getAttribute("data-sort");
    head.replaceChildren(
      ...columns.map((it) => {
        const mark = it === column ? (down ? " ↓" : " ↑") : "";
        const pick = (): void => {
          keep({ sort: (it === column ? !down : it.number) ? "-" + it.id : it.id });
          refresh();
        };
        return h(
          "th",
          {
            scope: "col",
            class: it.number ? "number" : null,
            "aria-sort": it === column ? (down ? "descending" : "ascending") : null,
          },
          h("button", { type: "button", "data-sort": it.id, click: pick }, it.name + mark),
        );
      }),
    );
    if (focus) (head.querySelector(`[data-sort="${focus}"]`) as HTMLElement | null)?.focus();
    draw();
  };
  let asked = false;
  box.addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  });
  return {
    element: card(
      "All candidates",
      "Every word of the filter must occur; a click on a heading sorts.",
      h("div", { class: "controls" }, filter, count),
      box,
    ),
    refresh,
  };
}
