// Who computed: slots, busy share and losses, by pool.
import { h } from "./dom";
import { type Figure, figure } from "./figure";
import type { Run } from "./model";

export function pools(run: Run): Figure {
  return figure("Who computed", "In the last session, by pool.", (body) => {
    const lines = run.pools;
    body.replaceChildren(
      lines.length
        ? h(
            "ul",
            {},
            lines.map((line) => h("li", {}, line)),
          )
        : h("p", { class: "empty" }, "The run is of a release that did not record it."),
    );
  });
}
