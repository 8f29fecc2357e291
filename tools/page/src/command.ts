// Lines for a shell, to be copied.
import { h } from "./dom";

/** A word of a shell. */
export function quoted(text: string): string {
  return /^[\w./+=:@-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

export function commandLine(line: string): HTMLElement {
  const button = h("button", { type: "button", class: "copy", click: () => void copy(line, button) }, "copy");
  return h("li", {}, h("code", {}, line), button);
}

async function copy(line: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(line);
    button.textContent = "copied";
  } catch {
    button.textContent = "select it by hand";
  }
}
