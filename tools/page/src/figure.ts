// A card of the view of the search: drawn anew when the run has more to show.
import { Chart, type Option } from "./charts";
import { card, h } from "./dom";

export type Figure = { element: HTMLElement; refresh(): void };

/** A card that is drawn anew when the run has more to show. */
export function figure(title: string, note: string, draw: (body: HTMLElement) => void): Figure {
  const body = h("div", {});
  const element = card(title, note, body);
  return { element, refresh: () => draw(body) };
}

/** A chart within a card, or a sentence where there is nothing to draw. */
export function chartFigure(title: string, note: string, height: number, option: () => Option | string): Figure {
  const chart = new Chart(title, height);
  const empty = h("p", { class: "empty" });
  return figure(title, note, (body) => {
    const drawn = option();
    if (typeof drawn === "string") {
      empty.textContent = drawn;
      body.replaceChildren(empty);
      return;
    }
    if (!body.contains(chart.element)) body.replaceChildren(chart.element);
    chart.draw(() => option() as Option);
  });
}
