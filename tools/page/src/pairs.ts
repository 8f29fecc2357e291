// Comparisons of two designs, as they were read.
import type { Compared, Refused } from "./data";
import type { Run } from "./model";

const mostKept = 1000;

/** A design of a run. */
export interface Side {
  run: Run;
  id: string;
}

export class Pairs {
  private known = new Map<string, Compared | string>();
  private refused = new Map<string, string>(); // by two runs

  /** What a report holds. */
  constructor(runs: Run[], pairs: (Compared | Refused)[]) {
    const at = (folder: string): Run | undefined => runs.find((run) => run.folder === folder);
    for (const pair of pairs) {
      const [one, other] = "problem" in pair ? pair.runs.map(at) : [at(pair.a.run), at(pair.b.run)];
      if (!one || !other) continue;
      if ("problem" in pair) this.refused.set(`${one.index} ${other.index}`, pair.problem);
      else this.keep({ run: one, id: pair.a.hash }, { run: other, id: pair.b.hash }, pair);
    }
  }

  private static key(a: Side, b: Side): string {
    return [a, b].map((it) => `${it.run.index} ${it.run.taken} ${it.id}`).join(" ");
  }

  /** The comparison, whichever comes first in it, or the sentence why there is none. */
  of(a: Side, b: Side): Compared | string | undefined {
    const [here, there] = [a.run.index, b.run.index];
    const refused = this.refused.get(`${here} ${there}`) ?? this.refused.get(`${there} ${here}`);
    return refused ?? this.known.get(Pairs.key(a, b)) ?? this.known.get(Pairs.key(b, a));
  }
  keep(a: Side, b: Side, found: Compared | string): void {
    if (this.known.size >= mostKept) this.known.clear();
    this.known.set(Pairs.key(a, b), found);
  }
}
