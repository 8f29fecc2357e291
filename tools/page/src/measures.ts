// What a design can be placed by: the axes of the front.
import type { Candidate } from "./data";
import { fixed, grouped, shortTask } from "./format";
import type { Run } from "./model";

export interface Measure {
  id: string;
  name: string;
  log: boolean;
  more?: boolean; // is better: a score
  low?(candidate: Candidate): number | null | undefined; // ends of its 95 % interval
  high?(candidate: Candidate): number | null | undefined;
  of(run: Run, candidate: Candidate): number | null;
  text(value: number | null): string;
}

const score = (value: number | null): string => fixed(value);
const count = (value: number | null): string => grouped(value);

export function measures(runs: Run[]): Measure[] {
  const lengths = new Set(runs.map((run) => run.front.state_length));
  const length = lengths.size === 1 ? `${[...lengths][0]} tokens` : "each run's length";
  const out: Measure[] = [
    {
      id: "score",
      name: "score",
      log: false,
      more: true,
      of: (_, it) => it.score ?? null,
      low: (it) => it.score_low,
      high: (it) => it.score_high,
      text: score,
    },
    { id: "state", name: `state at ${length}`, log: true, of: (run, it) => run.state(it), text: count },
    { id: "parameters", name: "parameters", log: true, of: (_, it) => it.parameters, text: count },
    { id: "flops", name: "FLOPs, forward", log: true, of: (_, it) => it.flops, text: count },
    { id: "bits", name: "bits per byte", log: false, of: (_, it) => it.bits_per_byte ?? null, text: score },
    {
      id: "text",
      name: "text bits",
      log: false,
      of: (_, it) => it.text_bits ?? null,
      low: (it) => it.text_bits_low,
      high: (it) => it.text_bits_high,
      text: score,
    },
    {
      id: "recalled",
      name: "text bits, recalled",
      log: false,
      of: (_, it) => it.text_bits_recall ?? null,
      text: score,
    },
    { id: "born", name: "evaluation it was born at", log: false, of: (_, it) => it.born, text: count },
  ];
  const known = out.filter((it) => !["text", "recalled"].includes(it.id) || runs.some((run) => measured(run, it)));
  for (const task of new Set(runs.flatMap((run) => run.tasks)))
    known.push({
      id: task,
      name: shortTask(task),
      log: false,
      more: true,
      of: (run, it) => run.taskScore(it, task),
      text: score,
    });
  return known;
}

const measured = (run: Run, it: Measure): boolean => run.candidates.some((candidate) => it.of(run, candidate) !== null);

export function measure(all: Measure[], id: string | undefined, otherwise: string): Measure {
  return all.find((it) => it.id === id) ?? all.find((it) => it.id === otherwise)!;
}
