// Numbers as people read them.

export function fixed(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(digits);
}

/** "+0.065", "−0.012" */
export function signed(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);
}

/** "1 048 576" */
export function grouped(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** "1.05 M", for axes and small places. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  for (const [unit, size] of [
    ["T", 1e12],
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const)
    if (Math.abs(value) >= size) return `${Number((value / size).toPrecision(3))}\u202f${unit}`;
  return String(Number(value.toPrecision(3)));
}

/** "90 s", "22 min", "2.5 h" */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** "0.484 (0.444 to 0.524)" */
export function withInterval(
  mean: number | null,
  low: number | null | undefined,
  high: number | null | undefined,
): string {
  const known = low !== null && low !== undefined && high !== null && high !== undefined;
  return fixed(mean) + (known ? ` (${fixed(low)} to ${fixed(high)})` : "");
}

/** "in-context-recall" as it fits an axis. */
export function shortTask(task: string): string {
  return task.replace("in-context-", "").replace("fuzzy-recall", "fuzzy recall").replace(/-/g, " ");
}
