/** One thing that was measured, several times, beside what it is compared with. */
export interface Figure {
  /** What was measured. */
  readonly name: string;
  /** What the numbers count. */
  readonly unit: string;
  /** The measurements of each contender, in the order in which they were made. */
  readonly runs: Readonly<Record<string, readonly number[]>>;
  /** What was to be reached. */
  readonly bars: readonly Bar[];
}

/** A bar: a ratio of two medians, or one median, against a bound. */
export interface Bar {
  readonly what: string;
  readonly value: number;
  readonly bound: number;
  readonly atLeast: boolean;
}

/** Returns the middle one of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Returns a bar on the ratio of two contenders: the median of the ratios of the rounds, which shared the machine. */
export function ratioBar(
  runs: Figure["runs"],
  { of, to, ...bound }: { of: string; to: string } & ({ atLeast: number } | { atMost: number }),
): Bar {
  const ratios = (runs[of] ?? []).map((value, round) => value / (runs[to]?.[round] ?? NaN));
  const what = `${of} / ${to}`;
  return "atLeast" in bound
    ? { what, value: median(ratios), bound: bound.atLeast, atLeast: true }
    : { what, value: median(ratios), bound: bound.atMost, atLeast: false };
}

/** Returns a bar on what one contender has more than another: the median of the differences of the rounds. */
export function moreBar(
  runs: Figure["runs"],
  { of, than, atMost }: { of: string; than: string; atMost: number },
): Bar {
  const more = (runs[of] ?? []).map((value, round) => value - (runs[than]?.[round] ?? NaN));
  return { what: `${of} - ${than}`, value: median(more), bound: atMost, atLeast: false };
}

/** Returns a bar on the median of one contender. */
export function atMost(runs: Figure["runs"], { of, bound }: { of: string; bound: number }): Bar {
  return { what: of, value: median(runs[of] ?? []), bound, atLeast: false };
}

/** Says whether a bar was reached. */
export function reached({ value, bound, atLeast }: Bar): boolean {
  return atLeast ? value >= bound : value <= bound;
}

/** Returns the figures as lines for people. */
export function formatFigures(figures: readonly Figure[]): string {
  return figures.map(({ name, unit, runs, bars }) => {
    const medians = Object.entries(runs).map(([contender, values]) =>
      `    ${contender.padEnd(24)} ${format(median(values)).padStart(12)} ${unit}\n`
    );
    const lines = bars.map((bar) =>
      `    ${bar.what.padEnd(24)} ${format(bar.value).padStart(12)} (${
        bar.atLeast ? "at least" : "at most"
      } ${bar.bound}: ${reached(bar) ? "reached" : "NOT reached"})\n`
    );
    return `  ${name}\n${medians.join("")}${lines.join("")}`;
  }).join("\n");
}

/** Returns a number with three digits that mean something. */
export function format(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}
