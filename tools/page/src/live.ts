// What `madsearch serve` says while a run goes on.
import type { Answer, Compared, Effects, RunView, Shown, Why } from "./data";
import { Run } from "./model";

const poll = 5000; // milliseconds, where there is no stream of events
const patience = 20000; // after which a stream that says nothing counts as lost

async function fetched<T>(path: string): Promise<T> {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error((await answer.text()) || `${answer.status} ${answer.statusText}`);
  return (await answer.json()) as T;
}

/** The answer, the sentence in its place, or nothing where the program is gone. */
async function asked<T extends object>(path: string): Promise<T | string | null> {
  const answer = await fetched<T | { problem: string }>(path).catch(() => null);
  return answer && "problem" in answer ? answer.problem : answer;
}

export class Live {
  state: "on" | "off" = "on";
  private heard = Date.now();
  private stamps: string[] = [];
  private problems: string[] = []; // why the run of that place can't be read
  private busy = false;
  private events: EventSource | null = null;

  constructor(
    private readonly runs: Run[],
    private readonly changed: () => void,
  ) {}

  get text(): string {
    return this.state === "on" ? "live" : "madsearch serve is gone: what is shown may be old";
  }

  /** Why runs, a sentence each, are not shown, or not as they are now. */
  get missing(): string[] {
    return this.problems.filter((it) => it);
  }

  /** Reads all runs; while none has anything to show it says why, and waits. */
  async begin(wait: (why: string) => void): Promise<void> {
    const { runs } = await fetched<{ runs: number }>("api/runs");
    for (;;) {
      for (let i = 0; i < runs; ++i) await this.read(i);
      if (this.runs.length) break;
      wait(this.missing.join("; "));
      await new Promise((done) => setTimeout(done, 2000));
    }
    this.listen();
  }

  /** What is new of a run, which may be the first that it has to show. */
  private async read(i: number): Promise<void> {
    const known = this.runs.find((it) => it.index === i);
    const view = await fetched<RunView | { problem: string }>(`api/run?run=${i}&from=${known?.open ?? 0}`).catch(
      (error: unknown) => ({ problem: String(error) }),
    );
    this.problems[i] = "problem" in view ? view.problem : "";
    if ("problem" in view) return;
    if (known) known.take(view);
    else this.runs.push(new Run(i, view));
    this.runs.sort((a, b) => a.index - b.index);
  }

  show(run: number, id: string): Promise<Shown | null> {
    return fetched<Shown>(`api/show?run=${run}&id=${id}`).catch(() => null);
  }

  why(run: number, id: string): Promise<Why | null> {
    return fetched<Why>(`api/why?run=${run}&id=${id}`).catch(() => null);
  }
  compare(run: number, a: string, other: number, b: string): Promise<Compared | string | null> {
    return asked<Compared>(`api/compare?run=${run}&a=${a}&other=${other}&b=${b}`);
  }
  questions(run: number, id: string): Promise<Answer[] | string | null> {
    return asked<Answer[]>(`api/questions?run=${run}&id=${id}`);
  }
  effects(runs: Run[]): Promise<Effects | string | null> {
    return asked<Effects>("api/effects?" + runs.map((run) => `run=${run.index}`).join("&"));
  }

  private listen(): void {
    document.addEventListener("visibilitychange", () => this.attend());
    this.attend();
    setInterval(() => {
      if (!document.hidden) this.stand(Date.now() - this.heard < patience ? "on" : "off");
    }, 2000);
  }

  /** Listens while it is seen alone: of streams a browser has six, for all its tabs. */
  private attend(): void {
    this.events?.close();
    this.events = null;
    if (document.hidden) return;
    this.heard = Date.now();
    const events = new EventSource("api/events"); // which begins with all stamps
    this.events = events;
    events.onmessage = (event) => void this.hear(JSON.parse(event.data) as string[]);
    events.onerror = () => {
      // Where all streams are taken the browser gives up: then it is asked.
      if (events.readyState === EventSource.CLOSED) setTimeout(() => void this.ask(events), poll);
    };
  }

  /** In place of a stream that was refused, until the next one is tried. */
  private async ask(refused: EventSource): Promise<void> {
    if (this.events !== refused) return;
    try {
      await this.hear(await fetched<string[]>("api/stamps"));
    } catch {
      // The clock above says so.
    }
    setTimeout(() => void this.ask(refused), poll);
  }

  private stand(state: "on" | "off"): void {
    if (state === this.state) return;
    this.state = state;
    this.changed();
  }

  /** A stamp a run: another one than before says that there is more. */
  private async hear(stamps: string[]): Promise<void> {
    this.heard = Date.now();
    this.stand("on");
    if (this.busy) return;
    this.busy = true;
    try {
      for (const [i, stamp] of stamps.entries()) {
        if (this.stamps[i] === stamp) continue;
        const before = this.problems[i];
        await this.read(i);
        if (!this.problems[i]) this.stamps[i] = stamp;
        else if (this.problems[i] === before) continue; // it is tried again
        this.changed();
      }
    } finally {
      this.busy = false;
    }
  }
}
