// The page of `madsearch serve` and `madsearch report`.
import { candidateView } from "./candidate";
import { here, link } from "./address";
import { Chart } from "./charts";
import { compareView } from "./compare";
import type { Answer, Compared, Effects, Given, Shown, Why } from "./data";
import { h } from "./dom";
import { effectsView } from "./effects";
import { frontView } from "./front";
import { Live } from "./live";
import { Run, standingText } from "./model";
import { Pairs, type Side } from "./pairs";
import { searchView } from "./search";
import { tableView } from "./table";
import { truthView } from "./truth";

interface View {
  element: HTMLElement;
  refresh(): void;
}

const views: [string, string][] = [
  ["front", "Front"],
  ["search", "Search"],
  ["candidates", "Candidates"],
  ["compare", "Compare"],
  ["effects", "Effects"],
  ["truth", "Truth"],
];

const ofOne = ["search", "candidates", "candidate"]; // of the first run, where none was picked

const app = document.getElementById("app")!;
const given = JSON.parse(document.getElementById("given")!.textContent!) as Given;
const header = h("header", {});
const main = h("main", { tabindex: -1 });
let runs: Run[] = [];
let pairs = new Pairs([], []);
let live: Live | null = null;
let view: View | null = null;
let drawn = "";

async function show(run: Run, id: string): Promise<Shown | null> {
  const known = run.shown.get(id);
  if (known || !live) return known ?? null;
  const shown = await live.show(run.index, id);
  if (shown) run.shown.set(id, shown);
  return shown;
}

async function why(run: Run, id: string): Promise<Why | null> {
  const known = run.whys.get(id);
  if (known || !live) return known ?? null;
  const found = await live.why(run.index, id);
  if (found) run.whys.set(id, found);
  return found;
}

async function compare(a: Side, b: Side): Promise<Compared | string | null> {
  const known = pairs.of(a, b);
  if (known || !live) return known ?? null;
  const found = await live.compare(a.run.index, a.id, b.run.index, b.id);
  if (found) pairs.keep(a, b, found);
  return found;
}

async function questions(run: Run, id: string): Promise<Answer[] | string | null> {
  const known = run.answers.get(id);
  if (known || !live) return known ?? null;
  const found = await live.questions(run.index, id);
  if (Array.isArray(found)) run.answers.set(id, found);
  return found;
}

/** Of one run, or of all. */
async function effects(of: Run[]): Promise<Effects | string | null> {
  if (live) return live.effects(of);
  const folders = of.map((run) => run.folder).join("\n");
  const found = given.effects?.find((it) => it.runs.join("\n") === folders);
  return found && "problem" in found ? found.problem : (found ?? null);
}

function missing(sentence: string): View {
  return { element: h("section", { class: "card" }, h("p", {}, sentence)), refresh: () => {} };
}

/** Which runs a view is of: all of them side by side, or one. */
function pickedRuns(): Run[] {
  const { view: name, fields } = here();
  if (fields.run !== undefined) return runs.filter((run) => String(run.index) === fields.run);
  return ofOne.includes(name) ? runs.slice(0, 1) : runs;
}

function viewOf(name: string): View {
  const { fields } = here();
  const [run] = pickedRuns();
  if (!run) return missing("There is no such run here.");
  if (name === "candidate") {
    const candidate = run.find(fields.id ?? "");
    if (!candidate) return missing(`No candidate of ${run.name} has an id that begins with “${fields.id ?? ""}”.`);
    const reader = {
      show: (id: string) => show(run, id),
      why: (id: string) => why(run, id),
      questions: (id: string) => questions(run, id),
    };
    return candidateView(run, candidate, reader, given.questions);
  }
  if (name === "search") return searchView(run);
  if (name === "candidates") return tableView(run);
  if (name === "compare") return compareView(runs, compare, live !== null);
  if (name === "effects") return effectsView(pickedRuns(), () => effects(pickedRuns()), live !== null);
  if (name === "truth") return truthView(pickedRuns());
  if (name === "front") return frontView(pickedRuns());
  return missing(`There is no view “${name}”. A candidate is at #/candidate?run=0&id=ID, the front at #/front.`);
}

function drawHeader(): void {
  const { view: name, fields } = here();
  const picked = fields.run;
  const shown = runs.length === 1 ? runs : pickedRuns();
  const single = shown.length === 1 ? shown[0] : undefined;
  const stands = single ? standingText(single.front) : `${runs.length} runs`;
  const focus = document.activeElement?.getAttribute("href");
  header.replaceChildren(
    h(
      "div",
      { class: "title" },
      h("h1", {}, single ? single.name : "madsearch"),
      h("span", { class: "standing " + (single?.front.standing.replace(" ", "-") ?? ""), role: "status" }, stands),
      live ? h("span", { class: "live " + live.state }, live.text) : null,
      single ? h("small", {}, `battery ${single.front.battery}, protocol ${single.front.protocol}`) : null,
    ),
    h(
      "nav",
      { "aria-label": "Views" },
      views.map(([id, text]) =>
        h(
          "a",
          { href: link(id, picked === undefined ? {} : { run: picked }), "aria-current": name === id ? "page" : null },
          text,
        ),
      ),
      runs.length > 1
        ? h(
            "span",
            { class: "runs" },
            h(
              "a",
              {
                href: link(ofOne.includes(name) ? "front" : name),
                "aria-current": shown.length > 1 ? "true" : null,
              },
              "all runs",
            ),
            runs.map((run) =>
              h(
                "a",
                {
                  href: link(name === "candidate" ? "front" : name, { run: String(run.index) }),
                  "aria-current": run === single ? "true" : null,
                },
                h("span", { class: `dot run-${run.index % 8}` }),
                run.name,
              ),
            ),
          )
        : null,
    ),
    h(
      "div",
      { class: "missing", role: "status" },
      live?.missing.map((why) => h("p", { class: "note" }, why)),
    ),
  );
  if (focus) (header.querySelector(`[href="${CSS.escape(focus)}"]`) as HTMLElement | null)?.focus();
}

function draw(): void {
  const { view: name, fields } = here();
  const key = `${runs.length} ${name} ${fields.run ?? ""} ${fields.id ?? ""}`;
  drawHeader();
  document.title = `${runs.length === 1 ? runs[0]!.name + " – " : ""}madsearch`;
  if (key !== drawn) {
    Chart.clear(true);
    view = viewOf(name);
    main.replaceChildren(view.element);
    if (drawn) {
      window.scrollTo(0, 0);
      main.focus({ preventScroll: true });
    }
    drawn = key;
  }
  view?.refresh();
}

async function begin(): Promise<void> {
  if (given.live) {
    live = new Live(runs, draw);
    await live.begin((why) => app.replaceChildren(h("p", { class: "wait", role: "status" }, why)));
  } else {
    const views = given.runs ?? [];
    runs = views.map((it, i) => new Run(i, it));
    pairs = new Pairs(runs, [...views.flatMap((it) => it.compared ?? []), ...(given.across ?? [])]);
  }
  app.replaceChildren(
    h("a", { class: "skip", href: "#", click: (event) => (event.preventDefault(), main.focus()) }, "to the content"),
    header,
    main,
  );
  window.addEventListener("hashchange", draw);
  for (const query of ["(prefers-color-scheme: dark)", "(max-width: 700px)"])
    matchMedia(query).addEventListener("change", () => Chart.recolour());
  draw();
}

begin().catch((error: unknown) => {
  app.replaceChildren(
    h("p", { class: "wait" }, `This page can't be shown: ${error instanceof Error ? error.message : String(error)}`),
  );
});
