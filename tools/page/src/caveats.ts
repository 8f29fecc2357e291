// Why the same seed need not give this front again, as `madsearch front` says it.
import type { Front } from "./data";

export function caveats({ reproducible, devices }: Front): string[] {
  const out: string[] = [];
  if (!reproducible) out.push("A time limit ended this search, so the same seed may end elsewhere.");
  if (devices.length > 1)
    out.push(`Trained on ${devices.join(" and ")}, which round differently: the same seed may end elsewhere.`);
  else if (devices[0]?.startsWith("cuda"))
    out.push(
      `Trained on ${devices[0]}; attention over more than 256 tokens adds in no fixed order there: the same seed may end elsewhere.`,
    );
  return out;
}
