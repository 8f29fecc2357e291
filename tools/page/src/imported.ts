// The mark of what was not trained here, but taken over from a former run.
import { h } from "./dom";
import type { Run } from "./model";

export function importedBadge(run: Run, id: string): HTMLElement | null {
  const former = run.importedFrom(id);
  return former ? h("span", { class: "badge imported", title: `Its results are of ${former}` }, "imported") : null;
}
