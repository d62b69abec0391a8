import { formatUnexpected } from "./format_failure.ts";

/** How {@linkcode safeListener} calls. */
export interface SafeListenerOptions {
  /** The option that it was given as: `onEvent`. */
  name: string;
  /** Hears of each failure. @default nobody does */
  onFailure?: () => void;
}

/** Those that have failed. One that fails at each event says so once, however many connections it listens to. */
const reported = new WeakSet<object>();

/**
 * Returns a function that calls a listener which somebody passed in, and never throws: what a listener does is no part of
 * the work. One that returns a promise is not waited for, and its rejection ends no program. The first failure is written
 * to stderr.
 *
 * @returns What the listener returned; undefined where it failed or there is none.
 */
export function safeListener<Args extends unknown[], Result>(
  listener: ((...args: Args) => Result) | undefined,
  { name, onFailure }: SafeListenerOptions,
): (...args: Args) => Result | undefined {
  if (listener === undefined) return nothing;
  const failed = (error: unknown) => {
    onFailure?.();
    if (reported.has(listener)) return;
    reported.add(listener);
    report(`Cannot run ${name} (its later failures are not shown): ${formatUnexpected(error)}`);
  };
  return (...args) => {
    try {
      const result = listener(...args);
      if (isThenable(result)) Promise.resolve(result).catch(failed);
      return result;
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
}

function isThenable(result: unknown): boolean {
  return typeof result === "object" && result !== null && "then" in result &&
    typeof result.then === "function";
}

function report(text: string): void {
  try {
    console.error(text);
  } catch {
    // Nobody reads stderr any more.
  }
}

function nothing(): undefined {}
