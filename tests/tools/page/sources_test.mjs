// The sources of the page and of its tests.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { page } from "./support.mjs";

test("its sources are typed and formatted", () => {
  const tool = (name, ...args) =>
    execFileSync(join(page, "node_modules/.bin", name), args, { cwd: page });
  tool("tsc", "-p", ".");
  tool(
    "prettier",
    "--check",
    "src/*.{ts,css}",
    "*.mjs",
    "*.json",
    "../../tests/tools/page/*.mjs",
  );
});
