// One run as the page works with it.
import type { Answer, Candidate, Evaluation, Front, FrontRow, RunView, Shown, Training, Why } from "./data";

export type Kind = "front" | "hand" | "control" | "search" | "variant";

export const kindNames: Record<Kind, string> = {
  front: "on the front",
  hand: "hand design",
  search: "dominated",
  control: "random control",
  variant: "without convolution",
};

export class Run {
  folder = "";
  front!: Front;
  planned: number | null = null;
  spent = 0;
  pools: string[] = [];
  primitives: Record<string, string> = {};
  candidates: Candidate[] = [];
  byId = new Map<string, Candidate>();
  evaluations: Evaluation[] = [];
  trainings: Training[] = [];
  progress: RunView["progress"] = [];
  operators: RunView["operators"] = [];
  shown = new Map<string, Shown>();
  whys = new Map<string, Why>();
  answers = new Map<string, Answer[]>();
  taken = 0; // how often there was more to read
  private numbers = new Map<number, Evaluation>();
  private of = new Map<string, Evaluation[]>();
  private members = new Map<string, FrontRow>();
  private hands = new Map<string, FrontRow>();

  constructor(
    readonly index: number,
    view: RunView,
  ) {
    this.take(view);
    for (const [id, shown] of Object.entries(view.shown ?? {})) this.shown.set(id, shown);
    for (const [id, why] of Object.entries(view.why ?? {})) this.whys.set(id, why);
    for (const [id, answers] of Object.entries(view.questions ?? {})) this.answers.set(id, answers);
  }

  /** What is new or changed since. */
  take(view: RunView): void {
    this.folder = view.folder;
    this.front = view.front;
    this.planned = view.planned;
    this.spent = view.spent_seconds;
    this.pools = view.pools;
    this.primitives = view.primitives;
    this.trainings = view.trainings;
    this.progress = view.progress;
    this.operators = view.operators;
    for (const candidate of view.candidates) this.byId.set(candidate.id, candidate);
    for (const evaluation of view.evaluations) {
      this.numbers.set(evaluation.number, evaluation);
      this.shown.delete(evaluation.hash);
    }
    ++this.taken;
    this.answers.clear();
    if (view.evaluations.length) this.whys.clear(); // of one design, these depend on all
    this.candidates = [...this.byId.values()].sort((a, b) => a.born - b.born || (a.id < b.id ? -1 : 1));
    this.evaluations = [...this.numbers.values()].sort((a, b) => a.number - b.number);
    this.of = new Map();
    for (const evaluation of this.evaluations) {
      const known = this.of.get(evaluation.hash);
      if (known) known.push(evaluation);
      else this.of.set(evaluation.hash, [evaluation]);
    }
    this.members = new Map(this.front.front.map((row) => [row.hash, row]));
    this.hands = new Map(this.front.hand_designs.map((row) => [row.hash, row]));
  }

  /** From which evaluation on something may still change. */
  get open(): number {
    const unfinished = this.evaluations.find((evaluation) => !evaluation.finished);
    if (unfinished) return unfinished.number;
    return (this.evaluations.at(-1)?.number ?? -1) + 1;
  }

  get name(): string {
    return this.front.name || this.folder;
  }

  evaluationsOf(id: string): Evaluation[] {
    return this.of.get(id) ?? [];
  }
  member(id: string): FrontRow | undefined {
    return this.members.get(id);
  }
  handDesign(id: string): FrontRow | undefined {
    return this.hands.get(id);
  }

  kind(candidate: Candidate): Kind {
    if (candidate.origin.startsWith("seed:")) return "hand";
    if (candidate.origin === "random control") return "control";
    if (candidate.origin === "without convolution") return "variant";
    return this.members.has(candidate.id) ? "front" : "search";
  }

  /** What it is, in words: a hand design may be on the front, too. */
  kindText(candidate: Candidate): string {
    const kind = this.kind(candidate);
    return kindNames[kind] + (kind !== "front" && this.members.has(candidate.id) ? ", on the front" : "");
  }

  /** State as the search counts it. */
  state(candidate: Candidate): number {
    return this.front.objectives.includes("state_mad") ? candidate.served_state_mad : candidate.served_state;
  }

  /** The candidate whose id begins so, if there is only one. */
  find(id: string): Candidate | undefined {
    const exact = this.byId.get(id);
    if (exact || !id) return exact;
    const found = this.candidates.filter((candidate) => candidate.id.startsWith(id));
    return found.length === 1 ? found[0] : undefined;
  }

  get tasks(): string[] {
    for (const evaluation of this.evaluations)
      if (evaluation.rung !== "probe" && evaluation.tasks) return Object.keys(evaluation.tasks);
    return [];
  }

  /** The evaluations that its score is of: on fresh seeds where it is confirmed, else of the search. */
  scored(candidate: Candidate): Evaluation[] {
    const rung = candidate.confirmed ? "confirm" : "battery";
    return this.evaluationsOf(candidate.id).filter((it) => it.rung === rung && it.finished && it.outcome === "ok");
  }

  /** Its score on one task, the mean over the seeds of its score. */
  taskScore(candidate: Candidate, task: string): number | null {
    const scores = this.scored(candidate)
      .map((evaluation) => evaluation.tasks?.[task]?.score)
      .filter((score): score is number => typeof score === "number");
    return scores.length ? scores.reduce((sum, score) => sum + score, 0) / scores.length : null;
  }

  /** The former run that its results were taken over from, "" if it was trained here. */
  importedFrom(id: string): string {
    return this.evaluationsOf(id).find((it) => it.imported)?.imported ?? "";
  }

  /** How its last evaluation ended, or what it waits for. */
  outcome(candidate: Candidate): string {
    const last = this.evaluationsOf(candidate.id).at(-1);
    if (!last) return "not evaluated";
    if (!last.finished) return "under way";
    return last.outcome;
  }
}

/** What a run's standing means. */
export function standingText(front: Front): string {
  switch (front.standing) {
    case "finished":
      return front.exhausted ? "finished: no further design was found" : "finished";
    case "under way":
      return "under way";
    case "interrupted":
      return "interrupted: resume goes on";
    case "gone":
      return "its coordinator is gone (killed, or this is a copy)";
    default:
      return "not finished, and nobody writes it";
  }
}
