// In what runs that share a chart differ, so that their points do not compare.
import type { Measure } from "./measures";
import type { Run } from "./model";

/** "battery (quick in a; small in b)", nothing where it is the same in all. */
function difference(name: string, runs: Run[], of: (run: Run) => string): string[] {
  const names = new Map<string, string[]>();
  for (const run of runs) names.set(of(run), [...(names.get(of(run)) ?? []), run.name]);
  if (names.size < 2) return [];
  return [`${name} (${[...names].map(([value, runs]) => `${value} in ${runs.join(", ")}`).join("; ")})`];
}

function ofScores(runs: Run[]): string[] {
  return [
    ...difference("battery", runs, (run) => run.front.battery),
    ...difference("protocol", runs, (run) => run.front.protocol),
    ...difference("version of scores", runs, (run) => String(run.front.scoring)),
  ];
}

/** What its pretrainings were told, by name, without the seed; nothing of runs before that was recorded. */
function setupOf(run: Run): Map<string, string> {
  const setup = run.front.pretrained.find((it) => it.setup)?.setup ?? "";
  const lines = setup.split("; ").map((line) => /^(.*?) (\d.*)$/.exec(line));
  return new Map(lines.flatMap((it) => (it && it[1] !== "seed" ? [[it[1]!, it[2]!] as [string, string]] : [])));
}

function ofPretraining(all: Run[]): string[] {
  const runs = all.filter((run) => run.front.pretrained.length);
  const setups = new Map(runs.map((run) => [run, setupOf(run)]));
  const known = runs.filter((run) => setups.get(run)!.size);
  const names = new Set(known.flatMap((run) => [...setups.get(run)!.keys()]));
  return [
    ...difference("text", known, (run) => run.front.pretrained.find((it) => it.setup)?.data ?? "unknown"),
    ...[...names].flatMap((name) => difference(name, known, (run) => setups.get(run)!.get(name) ?? "none")),
    ...difference("pretraining setup", runs, (run) => (setups.get(run)!.size ? "recorded" : "not recorded")),
  ];
}

function sentence(found: string[]): string {
  return found.length ? `These runs differ in ${found.join(", ")}: points of one do not compare with another's.` : "";
}

export function differByTruth(runs: Run[]): string {
  return sentence([...ofScores(runs), ...ofPretraining(runs)]);
}

/** By two axes alone. */
export function differBy(runs: Run[], axes: Measure[]): string {
  const any = (id: string): boolean => axes.some((it) => it.id === id);
  return sentence([
    ...ofScores(runs),
    ...(any("state") ? difference("state length", runs, (run) => `${run.front.state_length} tokens`) : []),
    ...(any("flops") ? difference("length", runs, (run) => `${run.front.length} tokens`) : []),
    ...(any("bits") ? ofPretraining(runs) : []),
  ]);
}
