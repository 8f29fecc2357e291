// A design's text (docs/designs.md) as a picture: blocks in series, branches side by side, shared weights linked.
import { h, s } from "./dom";

export interface Leaf {
  primitive: string;
  knobs: string;
  label: string; // "" or "a"
  keysValues: boolean; // reads the keys and values of its label, shares no weights
}
export type Part = { leaf: Leaf } | { branches: Part[][]; merge: string };

/** The parts of a design's text, repeats written out; nothing for what is no design. */
export function parse(text: string): Part[] | null {
  let at = 0;
  const space = (): void => {
    while (text[at] === " ") ++at;
  };
  const until = (end: string): string => {
    const to = text.indexOf(end, at);
    if (to < 0) throw new Error("no " + end);
    const out = text.slice(at, to);
    at = to + 1;
    return out;
  };
  const word = (): string => {
    const found = /^[A-Za-z0-9_]+/.exec(text.slice(at, at + 80));
    if (!found) throw new Error("no name at " + at);
    at += found[0].length;
    return found[0];
  };
  const block = (): Part => {
    const leaf: Leaf = { primitive: word(), knobs: "", label: "", keysValues: false };
    if (text[at] === "{") {
      ++at;
      leaf.knobs = until("}");
    }
    if (text[at] === "@") {
      ++at;
      leaf.label = word();
      if (text.startsWith(":kv", at)) {
        leaf.keysValues = true;
        at += 3;
      }
    }
    return { leaf };
  };
  const parallel = (): Part => {
    const branches: Part[][] = [stripe("+)")];
    while (text[at] === "+") {
      ++at;
      branches.push(stripe("+)"));
    }
    if (text[at++] !== ")") throw new Error("no )");
    let merge = "norms";
    if (text.startsWith("{merge=", at)) {
      at += "{merge=".length;
      merge = until("}");
    }
    return { branches, merge };
  };
  const repeated = (): Part[] => {
    const inner = stripe("]");
    if (text[at++] !== "]" || text[at++] !== "x") throw new Error("no ]x");
    const times = Math.min(128, Number(word()));
    return Array.from({ length: times }, () => inner).flat();
  };
  const stripe = (ends: string): Part[] => {
    const out: Part[] = [];
    for (space(); at < text.length && !ends.includes(text[at]!); space()) {
      if (text[at] === "[") {
        ++at;
        out.push(...repeated());
      } else if (text[at] === "(") {
        ++at;
        out.push(parallel());
      } else out.push(block());
    }
    return out;
  };
  try {
    const out = stripe("");
    return out.length > 0 ? out : null;
  } catch {
    return null;
  }
}

export function leaves(parts: Part[]): Leaf[] {
  return parts.flatMap((part) => ("leaf" in part ? [part.leaf] : part.branches.flatMap(leaves)));
}

/** Families and the colours of their blocks (style.css). */
export const families = [
  "attention",
  "linear attention",
  "delta rule",
  "state space",
  "recurrent",
  "convolution",
  "test-time training",
  "mlp",
  "mixture of experts",
  "identity",
];

export function familyClass(family: string | undefined | null): string {
  const place = families.indexOf(family ?? "");
  return "family-" + (place < 0 ? "other" : place);
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  leaf: Leaf;
  index: number;
}
interface Layout {
  boxes: Box[];
  lines: [number, number, number, number][];
  width: number;
  height: number;
}

const gapX = 14;
const gapY = 10;

/** Places parts from left to right, branches one below the other. */
function layOut(
  parts: Part[],
  x: number,
  middle: number,
  size: { width: number; height: number },
  out: Layout,
): number {
  for (const part of parts) {
    if ("leaf" in part) {
      out.lines.push([x, middle, x + gapX, middle]);
      out.boxes.push({
        x: x + gapX,
        y: middle - size.height / 2,
        width: size.width,
        height: size.height,
        leaf: part.leaf,
        index: out.boxes.length,
      });
      x += gapX + size.width;
      continue;
    }
    const heights = part.branches.map((branch) => heightOf(branch, size.height));
    const whole = heights.reduce((sum, height) => sum + height + gapY, -gapY);
    const begin = x + gapX;
    out.lines.push([x, middle, begin, middle]);
    const ends: [number, number][] = [];
    let y = middle - whole / 2;
    part.branches.forEach((branch, i) => {
      const center = y + heights[i]! / 2;
      out.lines.push([begin, middle, begin, center]);
      ends.push([layOut(branch, begin, center, size, out), center]);
      y += heights[i]! + gapY;
    });
    const end = Math.max(...ends.map(([right]) => right)) + gapX;
    for (const [right, center] of ends) out.lines.push([right, center, end, center], [end, center, end, middle]);
    x = end;
  }
  return x;
}

function heightOf(parts: Part[], height: number): number {
  return Math.max(
    ...parts.map((part) =>
      "leaf" in part ? height : part.branches.reduce((sum, branch) => sum + heightOf(branch, height) + gapY, -gapY),
    ),
  );
}

/** Arcs below blocks of one label. */
function links(boxes: Box[], bottom: number): SVGElement[] {
  const byLabel = new Map<string, Box[]>();
  for (const box of boxes)
    if (box.leaf.label) byLabel.set(box.leaf.label, [...(byLabel.get(box.leaf.label) ?? []), box]);
  const out: SVGElement[] = [];
  for (const [label, shared] of byLabel)
    for (let i = 1; i < shared.length; ++i) {
      const [from, to] = [shared[i - 1]!, shared[i]!];
      const [a, b] = [from.x + from.width / 2, to.x + to.width / 2];
      const what = to.leaf.keysValues ? "keys and values" : "weights";
      const path = s("path", {
        class: "shared" + (to.leaf.keysValues ? " cache" : ""),
        d: `M${a} ${from.y + from.height} C${a} ${bottom} ${b} ${bottom} ${b} ${to.y + to.height}`,
      });
      path.append(s("title", {}, `@${label}: one set of ${what}`));
      out.push(path);
    }
  return out;
}

/** The design as a picture. `small`: names only, for a tooltip. */
export function stripePicture(text: string, primitives: Record<string, string>, small = false): Element {
  const parts = parse(text);
  if (!parts) return h("code", { class: "design" }, text);
  const longest = Math.max(...leaves(parts).map((leaf) => leaf.primitive.length + (leaf.label ? 2 : 0)));
  const size = small
    ? { width: Math.max(46, longest * 6.2 + 10), height: 22 }
    : { width: Math.max(112, longest * 7.6 + 20), height: 52 };
  const shared = leaves(parts).some((leaf) => leaf.label);
  const tall = heightOf(parts, size.height);
  const drawn: Layout = { boxes: [], lines: [], width: 0, height: tall + (shared ? (small ? 16 : 30) : 2) };
  const end = layOut(parts, 0, tall / 2 + 1, size, drawn);
  drawn.width = end + gapX;
  drawn.lines.push([end, tall / 2 + 1, end + gapX, tall / 2 + 1]);
  const picture = s("svg", {
    class: "stripe" + (small ? " small" : ""),
    viewBox: `0 0 ${drawn.width} ${drawn.height}`,
    width: drawn.width,
    height: drawn.height,
    role: "img",
    "aria-label": "Design " + text,
  });
  for (const [x1, y1, x2, y2] of drawn.lines) picture.append(s("line", { x1, y1, x2, y2 }));
  picture.append(...links(drawn.boxes, drawn.height));
  for (const box of drawn.boxes) {
    const name = box.leaf.primitive + (box.leaf.label ? "@" + box.leaf.label : "");
    const family = primitives[box.leaf.primitive];
    const knobs = box.leaf.knobs;
    const middle = box.x + box.width / 2;
    const group = s(
      "g",
      { class: familyClass(family) },
      s("title", {}, [name, family, knobs].filter(Boolean).join("\n")),
      s("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: small ? 4 : 7 }),
      s("text", { x: middle, y: box.y + (small ? 15 : knobs ? 22 : 31) }, name),
    );
    if (!small && knobs) {
      const most = Math.floor(box.width / 5.6);
      const cut = knobs.length > most ? knobs.slice(0, most - 1) + "…" : knobs;
      group.append(s("text", { class: "knobs", x: middle, y: box.y + 39 }, cut));
    }
    picture.append(group);
  }
  return picture;
}

/** Which colour means which family, for those that occur. */
export function familyLegend(texts: string[], primitives: Record<string, string>): HTMLElement {
  const there = new Set(texts.flatMap((text) => leaves(parse(text) ?? []).map((leaf) => primitives[leaf.primitive])));
  return h(
    "ul",
    { class: "legend", "aria-label": "Families" },
    families
      .filter((family) => there.has(family))
      .map((family) => h("li", {}, h("span", { class: "dot " + familyClass(family) }), family)),
  );
}
