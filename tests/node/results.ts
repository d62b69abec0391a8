import type { TestResult } from "./reporter.ts";

/** What became of the tests in a file. */
export interface FileResult {
  /** The file. */
  readonly file: string;
  /** Its tests. */
  readonly results: readonly TestResult[];
  /** How long all of them took. */
  readonly ms: number;
}

/** How many tests ended how. */
export interface Counts {
  /** The files that hold them. */
  readonly files: number;
  /** How many passed. */
  readonly passed: number;
  /** How many failed. */
  readonly failed: number;
  /** How many were not run, by what they need. */
  readonly ignored: Readonly<Record<string, number>>;
}

/** Counts. */
export function counted(files: readonly FileResult[]): Counts {
  const all = files.flatMap(({ results }) => results);
  const ignored: Record<string, number> = {};
  for (const { name, outcome } of all) {
    if (outcome !== "ignored") continue;
    const reason = reasonIn(name);
    ignored[reason] = (ignored[reason] ?? 0) + 1;
  }
  return {
    files: files.length,
    passed: all.filter(({ outcome }) => outcome === "passed").length,
    failed: all.filter(({ outcome }) => outcome === "failed").length,
    ignored,
  };
}

/** Returns the last part in parentheses that begins with "needs" in a test's name. */
export function reasonIn(name: string): string {
  const [, reason] = Array.from(name.matchAll(/\((needs [^()]+)\)/g)).at(-1) ?? [];
  return reason ?? "says no reason";
}

/** Says how many were ignored, and why. */
export function ignoredText(ignored: Counts["ignored"]): string {
  const total = Object.values(ignored).reduce((sum, n) => sum + n, 0);
  if (total === 0) return "0 ignored";
  const reasons = Object.entries(ignored).map(([reason, n]) => `${reason}: ${n}`);
  return `${total} ignored (${reasons.join(", ")})`;
}
