import { requireFunction, requireNames } from "../codec/arguments.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import { requireWaitMs } from "./deadlines.ts";
import { safeListener } from "./safe_listener.ts";

/** How long to wait between tries: a random time up to a bound that doubles from try to try ("full jitter"). */
export interface Backoff {
  /** The bound after the first failure, in milliseconds. @default {500} */
  firstMs?: number;
  /** The bound that it never passes, in milliseconds. @default {30000} */
  maxMs?: number;
  /** A connection that lasted this long, in milliseconds, sets the bound back to the first. @default {10000} */
  stableMs?: number;
}

/** What {@linkcode reconnect} says before it waits for the next try. */
export interface Retry {
  /** Why the last try failed; undefined where its connection stood, and was over when the loop's body was. */
  error: unknown;
  /** The length of the wait, in milliseconds. */
  delayMs: number;
  /** The number of the retry, which is 1 again after a connection that lasted `stableMs`. */
  attempt: number;
}

/** How {@linkcode reconnect} goes on. */
export interface ReconnectOptions {
  /** Ends the tries, the waits and the iteration. */
  signal?: AbortSignal;
  /** How long to wait between tries. */
  backoff?: Backoff;
  /**
   * Is called before each wait. What it throws, or the promise that it returns is rejected with, is written to stderr and
   * changes nothing.
   */
  onRetry?: (retry: Retry) => unknown;
  /** Returns a number from 0 up to 1. @default {Math.random} */
  random?: () => number;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** The options of {@linkcode reconnect}; the compiler misses the one that is not named. */
export const RECONNECT_NAMES: Readonly<Record<keyof ReconnectOptions, true>> = {
  signal: true,
  backoff: true,
  onRetry: true,
  random: true,
  clock: true,
};

/**
 * Dials, hands out the connection, and dials again when the loop's body is done with it, for as long as the signal
 * lets it. Waits between tries are random up to a bound that doubles ("full jitter"), so that many clients do not come
 * back at once. Each connection is released before the next try.
 *
 * A failure of `dial` counts as a try, also where it throws at once. What the release of a connection fails with is told
 * as the error of the retry, and ends nothing: the connection is over anyway. An error in the loop's body ends the
 * iteration, because it is the caller's. An aborted signal ends the iteration without an error, but not a body that is
 * running: give the signal to the connection as well, and its messages end with the signal's reason.
 *
 * @throws {TypeError} `dial` is no function, or an option has a name that nobody looks at.
 * @throws {RangeError} A time of `backoff` is neither a number of milliseconds from 0 nor `Infinity`.
 *
 * @example
 * ```ts
 * import { Connection, lines, reconnect, serve } from "@parley/sockets";
 * import { connectTcp } from "@parley/sockets/net";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serve(listener, { codec: lines() }, (connection) => connection.send("news"));
 * const { hostname, port } = listener.addr;
 *
 * const end = new AbortController();
 * const dial = async (signal: AbortSignal) =>
 *   new Connection(await connectTcp({ hostname, port, signal }), lines());
 * for await (const connection of reconnect(dial, { signal: end.signal })) {
 *   for await (const line of connection) if (line === "news") end.abort();
 * }
 * ```
 */
export async function* reconnect<C extends AsyncDisposable>(
  dial: (signal: AbortSignal) => Promise<C>,
  options: ReconnectOptions = {},
): AsyncGenerator<C, void, void> {
  requireFunction(dial, "dial");
  requireNames(options, { what: "options of reconnect()", names: Object.keys(RECONNECT_NAMES) });
  const { random = Math.random, clock = systemClock } = options;
  const onRetry = safeListener(options.onRetry, { name: "onRetry" });
  const { firstMs, maxMs, stableMs } = requireBackoff(options.backoff);
  const signal = options.signal ?? new AbortController().signal;
  let bound = Math.min(firstMs, maxMs);
  for (let attempt = 1; !signal.aborted; attempt++) {
    let error: unknown;
    let connection: C | undefined;
    try {
      connection = await dial(signal);
    } catch (reason) {
      error = reason;
    }
    if (connection !== undefined) {
      const since = clock.now();
      try {
        if (!signal.aborted) yield connection;
      } finally {
        error = await releaseError(connection);
      }
      if (clock.now() - since >= stableMs) {
        bound = Math.min(firstMs, maxMs);
        attempt = 1;
      }
    }
    if (signal.aborted) return;
    const delayMs = random() * bound;
    bound = Math.min(bound * 2, maxMs);
    onRetry({ error, delayMs, attempt });
    await sleep(delayMs, { clock, signal }).catch(ignore);
  }
}

/** Returns the times of a backoff, with the defaults for those that are not given. @throws As {@linkcode reconnect}. */
export function requireBackoff(given: Backoff = {}): Required<Backoff> {
  requireNames(given, { what: "times of backoff", names: ["firstMs", "maxMs", "stableMs"] });
  const { firstMs = 500, maxMs = 30_000, stableMs = 10_000 } = given;
  const times = { firstMs, maxMs, stableMs };
  for (const [name, ms] of Object.entries(times)) requireWaitMs(name, ms);
  return times;
}

/** Releases a connection, and returns why that failed: it is over in any case, and must not end the tries. */
async function releaseError(connection: AsyncDisposable): Promise<unknown> {
  try {
    await connection[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** An aborted wait rejects; the loop looks at the signal itself. */
function ignore(): void {}
