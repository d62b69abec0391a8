import { appendFileSync } from "node:fs";
import process from "node:process";
import { inspect } from "node:util";

/** What a case, or a part of one, does. */
export type Run = (steps: Steps) => void | Promise<void>;

/** Runs the parts of a case. */
export interface Steps {
  /** Runs one; it fails the case as well, once the case has ended. */
  test(name: string, options: { skip: boolean }, run: () => void | Promise<void>): Promise<void>;
}

let last: Promise<void> = Promise.resolve();
let failures: string[] = [];
let running: string | undefined;

// A process ends when nothing keeps it, though a case still waits for what will not come.
process.on("exit", () => {
  if (running === undefined) return;
  fail(new Error("The process ended while the case waited"));
  report(running, "failed");
});

/**
 * Runs a case behind those before it, where the runtime's own `node:test` works inside its test command alone: a file
 * is run here as a program is. Each case is a line of JSON in the file that `PARLEY_TEST_REPORT` names, or is printed.
 */
export function runOneByOne(name: string, { skip }: { skip: boolean }, run: Run): void {
  last = last.then(() => skip ? report(name, "ignored") : runCase(name, run));
}

async function runCase(name: string, run: Run): Promise<void> {
  failures = [];
  running = name;
  process.on("uncaughtException", fail).on("unhandledRejection", fail);
  try {
    await run({
      async test(step, { skip }, body) {
        try {
          if (!skip) await body();
        } catch (error) {
          failures.push(`step ${step}: ${explained(error)}`);
        }
      },
    });
  } catch (error) {
    fail(error);
  }
  // What nobody caught is said a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("uncaughtException", fail).off("unhandledRejection", fail);
  running = undefined;
  report(name, failures.length === 0 ? "passed" : "failed");
}

function fail(error: unknown): void {
  failures.push(explained(error));
}

function report(name: string, outcome: "ignored" | "passed" | "failed"): void {
  const error = outcome === "failed" ? failures.join("\n") : "";
  const line = `${JSON.stringify({ name, outcome, error })}\n`;
  const { PARLEY_TEST_REPORT: path } = process.env;
  if (!path) process.stdout.write(line);
  else appendFileSync(path, line);
  if (outcome === "failed") process.exitCode = 1;
}

function explained(error: unknown): string {
  return error instanceof Error ? `${error}\n${error.stack}` : inspect(error);
}
