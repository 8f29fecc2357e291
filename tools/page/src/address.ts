// What is looked at, in the address, so that a link leads back to it: #/front?x=state&y=score
export type Fields = Record<string, string>;

export interface Place {
  view: string;
  fields: Fields;
}

export function here(): Place {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { view: path || "front", fields: Object.fromEntries(new URLSearchParams(query)) };
}

export function link(view: string, fields: Fields = {}): string {
  const known = Object.entries(fields).filter(([, value]) => value !== "");
  const query = new URLSearchParams(known).toString();
  return `#/${view}${query ? "?" + query : ""}`;
}

/** Goes to another view; the browser's "back" returns. */
export function go(view: string, fields: Fields = {}): void {
  location.hash = link(view, fields);
}

/** Keeps a choice within the view, without a step of its own in the browser's history. */
export function keep(fields: Fields): void {
  const place = here();
  history.replaceState(null, "", link(place.view, { ...place.fields, ...fields }));
}
