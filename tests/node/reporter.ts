// A reporter for node:test: one line of JSON for each test, which run.ts reads.
import { inspect } from "node:util";

/** What became of a test. */
export interface TestResult {
  /** Its name. */
  readonly name: string;
  /** It was not run, passed or failed. */
  readonly outcome: "ignored" | "passed" | "failed";
  /** Why it failed. */
  readonly error: string;
}

interface Failure {
  readonly failureType?: string;
  readonly cause?: unknown;
}

interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly skip?: boolean | string;
    readonly details?: { readonly error?: Failure };
  };
}

/** Turns node:test's events into lines. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  // Steps come before the test that they are part of, and say more about its failure.
  let steps: string[] = [];
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name = "", nesting = 0, skip, details } = data;
    const error = details?.error;
    if (nesting > 0) {
      if (type === "test:fail") steps.push(`step ${name}: ${explained(error)}`);
      continue;
    }
    const ignored = skip !== undefined && skip !== false;
    const result: TestResult = {
      name,
      outcome: ignored ? "ignored" : type === "test:pass" ? "passed" : "failed",
      error: type === "test:fail" ? [...steps, explained(error)].join("\n") : "",
    };
    steps = [];
    yield `${JSON.stringify(result)}\n`;
  }
}

function explained(error: Failure | undefined): string {
  const cause = error?.cause;
  return cause instanceof Error ? cause.stack ?? String(cause) : inspect(cause ?? error);
}
