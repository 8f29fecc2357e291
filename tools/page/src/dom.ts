// Elements from data. Texts become text nodes, never HTML, so that nothing a run holds is taken for markup.

export type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

function filled<E extends Element>(element: E, attributes: Attributes, children: (Child | Child[])[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** An element of HTML; a function among the attributes listens to the event of that name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
export function s(tag: string, attributes: Attributes = {}, ...children: (Child | Child[])[]): SVGElement {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** A box with a heading. */
export function card(title: string, note: Child, ...children: (Child | Child[])[]): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-label": title },
    h("h2", {}, title),
    note ? h("p", { class: "note" }, note) : null,
    ...children,
  );
}

/** A table; numbers stand to the right. A hidden column is left out, with its cells. */
export function table(
  label: string,
  columns: { name: string; number?: boolean; hidden?: boolean }[],
  rows: Child[][],
): HTMLElement {
  const shown = columns.map((column, i) => ({ ...column, i })).filter((column) => !column.hidden);
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { "aria-label": label },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          shown.map((column) => h("th", { scope: "col", class: column.number ? "number" : null }, column.name)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cells) =>
          h(
            "tr",
            {},
            shown.map((column) => h("td", { class: column.number ? "number" : null }, cells[column.i])),
          ),
        ),
      ),
    ),
  );
}

/** One of a few words, as a row of buttons. */
export function choice(label: string, words: string[], chosen: string, pick: (word: string) => void): HTMLElement {
  return h(
    "div",
    { class: "choice", role: "group", "aria-label": label },
    words.map((word) =>
      h("button", { type: "button", "aria-pressed": String(word === chosen), click: () => pick(word) }, word),
    ),
  );
}

export function select(
  label: string,
  words: [string, string][],
  chosen: string,
  pick: (word: string) => void,
): HTMLElement {
  const box = h("select", { "aria-label": label, change: () => pick(box.value) });
  for (const [value, text] of words) box.append(h("option", { value, selected: value === chosen }, text));
  return h("label", { class: "select" }, h("span", {}, label), box);
}

export function check(label: string, on: boolean, pick: (on: boolean) => void): HTMLElement {
  const box = h("input", { type: "checkbox", checked: on, change: () => pick(box.checked) });
  return h("label", { class: "check" }, box, label);
}
