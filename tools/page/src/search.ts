// How the search went: what it gained, what it tried, what survived, what failed, and who trained what when.
import { h } from "./dom";
import type { Figure } from "./figure";
import { heat } from "./heat";
import type { Run } from "./model";
import { operators } from "./operators";
import { failures, rungs } from "./outcomes";
import { pools } from "./pools";
import { progress } from "./progress";
import { standing, survival } from "./survival";
import { timeline } from "./timeline";

export function searchView(run: Run): { element: HTMLElement; refresh(): void } {
  const left = [progress(run), operators(run), survival(run)];
  const right = [rungs(run), failures(run), standing(run)];
  const below = [heat(run), timeline(run), pools(run)];
  const figures = [...left, ...right, ...below];
  const column = (of: Figure[]): HTMLElement =>
    h(
      "div",
      {},
      of.map((it) => it.element),
    );
  const element = h("div", {}, h("div", { class: "columns" }, column(left), column(right)), column(below));
  return { element, refresh: () => figures.forEach((it) => it.refresh()) };
}
