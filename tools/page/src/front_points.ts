// The designs of the front's chart, and where they stand in it.
import { here } from "./address";
import { colour } from "./charts";
import type { Candidate } from "./data";
import { type Measure, measure, measures } from "./measures";
import type { Kind, Run } from "./model";

export interface Point {
  value: [number, number, number]; // its place on both axes, and in the list of all points

  run: Run;
  candidate: Candidate;
}

export interface Choice {
  x: Measure;
  y: Measure;
  hidden: Set<string>;
}

export function chosen(runs: Run[]): Choice {
  const all = measures(runs);
  const { fields } = here();
  return {
    x: measure(all, fields.x, "state"),
    y: measure(all, fields.y, "score"),
    hidden: new Set((fields.hide ?? "").split(",").filter(Boolean)),
  };
}

/** Colours: of one run by what a design is, of several by the run. */
export function colourOf(runs: Run[], run: Run, kind: Kind): string {
  if (runs.length > 1) return colour("run-" + (run.index % 8));
  return colour("kind-" + kind);
}

/** All points by run and kind. The chart is given their values alone: it copies what it is given, deeply. */
export class Points {
  readonly all: Point[] = [];
  private readonly lists = new Map<string, Point[]>();

  add(run: Run, kind: Kind, x: number, y: number, candidate: Candidate): void {
    const point: Point = { value: [x, y, this.all.length], run, candidate };
    this.all.push(point);
    const key = `${run.index} ${kind}`;
    const list = this.lists.get(key);
    if (list) list.push(point);
    else this.lists.set(key, [point]);
  }
  of(run: Run, kind: Kind): Point[] {
    return this.lists.get(`${run.index} ${kind}`) ?? [];
  }
}

export function pointsOf(runs: Run[], choice: Choice): Points {
  const out = new Points();
  for (const run of runs)
    for (const candidate of run.candidates) {
      if (typeof candidate.score !== "number") continue;
      const kind = run.kind(candidate);
      if (choice.hidden.has(kind)) continue;
      const [x, y] = [choice.x.of(run, candidate), choice.y.of(run, candidate)];
      if (x === null || y === null) continue;
      out.add(run, kind, choice.x.log ? x + 1 : x, choice.y.log ? y + 1 : y, candidate);
    }
  return out;
}
