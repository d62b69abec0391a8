import { requireNames, shown } from "../codec/arguments.ts";
import { onAbort } from "./abort_listener.ts";
import type { Address } from "./address.ts";
import { type Clock, systemClock } from "./clock.ts";
import { DeadlineError, type DeadlinePhase } from "./errors.ts";

/** How long things may take on one connection, in milliseconds. `Infinity` lifts a deadline and has to be typed. */
export interface ConnectionDeadlines {
  /** Without a byte in either direction, while a message is waited for. */
  idleMs: number;
  /** Without the peer taking a byte, while there are bytes to send. */
  writeMs: number;
  /** For the peer to finish, after a polite close said that we have. */
  drainMs: number;
  /**
   * Silence that ends a message whose ending is missing; for codecs with a `flush`, such as `lines()`. Once the peer has
   * ended a message itself silence ends none any more: it is a pause in one.
   */
  gapMs: number;
  /**
   * From the first byte of a message, or of its head where its body streams, until it is whole, however it drips; nothing
   * renews it. For codecs whose decoder has an `inHead`, as those with a `BufferedDecoder` have.
   */
  headMs: number;
}

/** How long things may take for whoever connects. */
export interface ConnectDeadlines extends ConnectionDeadlines {
  /** Until a connection that is being made stands. */
  connectMs: number;
  /** Until a TLS handshake is done. */
  handshakeMs: number;
}

/** How long things may take on a server. */
export interface ServerDeadlines extends ConnectionDeadlines {
  /** Until a TLS handshake is done. */
  handshakeMs: number;
  /** For the handlers to finish at a shutdown; then their connections are cut. */
  graceMs: number;
}

/** Every time that the kernel bounds, by its name. */
export type Deadlines = ConnectDeadlines & ServerDeadlines;

/** The deadlines that hold where nobody says otherwise. */
export const DEFAULT_DEADLINES: Readonly<Deadlines> = Object.freeze({
  connectMs: 10_000,
  handshakeMs: 10_000,
  idleMs: 300_000,
  gapMs: Infinity,
  headMs: Infinity,
  writeMs: 30_000,
  drainMs: 1_000,
  graceMs: 5_000,
});

const SERVER_NAMES = [
  "idleMs",
  "gapMs",
  "headMs",
  "writeMs",
  "drainMs",
  "handshakeMs",
  "graceMs",
];

/**
 * Returns a connection's deadlines, with the defaults for those that are not given. Those of a server or of who connects
 * may stand beside them.
 *
 * @throws {TypeError} A name is no deadline.
 * @throws {RangeError} A value is no deadline.
 */
export function connectionDeadlines(given: Partial<ConnectionDeadlines> = {}): ConnectionDeadlines {
  requireNames(given, { what: "deadlines", names: Object.keys(DEFAULT_DEADLINES) });
  return {
    idleMs: deadlineOf("idleMs", given.idleMs),
    gapMs: deadlineOf("gapMs", given.gapMs),
    headMs: deadlineOf("headMs", given.headMs),
    writeMs: deadlineOf("writeMs", given.writeMs),
    drainMs: deadlineOf("drainMs", given.drainMs),
  };
}

/** Returns a server's deadlines, as {@linkcode connectionDeadlines} does for a connection. */
export function serverDeadlines(given: Partial<ServerDeadlines> = {}): ServerDeadlines {
  requireNames(given, { what: "deadlines of a server", names: SERVER_NAMES });
  return {
    ...connectionDeadlines(given),
    handshakeMs: deadlineOf("handshakeMs", given.handshakeMs),
    graceMs: deadlineOf("graceMs", given.graceMs),
  };
}

/**
 * Returns `value` where it can be the deadline of this name, or the default where it is undefined.
 *
 * @throws {RangeError} `value` is neither a number over 0 nor `Infinity`; `graceMs` may be 0.
 */
export function deadlineOf(
  name: keyof Deadlines,
  value: number = DEFAULT_DEADLINES[name],
): number {
  return name === "graceMs" ? requireWaitMs(name, value) : requireMs(name, value);
}

/**
 * Returns `ms` where it can be a time to wait that may be none at all.
 *
 * @throws {RangeError} `ms` is neither a number from 0 nor `Infinity`.
 */
export function requireWaitMs(name: string, ms: number): number {
  if (typeof ms === "number" && ms >= 0) return ms;
  throw new RangeError(
    `Cannot set ${name}: ${shown(ms)} is neither a number of milliseconds from 0 nor Infinity`,
  );
}

/**
 * Returns `ms` where it can be a time to wait.
 *
 * @throws {RangeError} `ms` is neither a number over 0 nor `Infinity`.
 */
export function requireMs(name: string, ms: number): number {
  if (typeof ms === "number" && ms > 0) return ms;
  throw new RangeError(
    `Cannot set ${name}: ${shown(ms)} is neither a number of milliseconds over 0 nor Infinity`,
  );
}

/** How {@linkcode withDeadline} bounds a task. */
export interface WithDeadlineOptions {
  /** What the time is for; the error says it. */
  phase: DeadlinePhase;
  /** How long it may take, in milliseconds. */
  ms: number;
  /** Whom it waits for; the error says it. */
  peer?: Address | undefined;
  /** Ends the task from outside. */
  signal?: AbortSignal | undefined;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock | undefined;
}

/**
 * Runs a task that must be done in time. The task gets a signal that is aborted when time runs out or when the
 * caller's `signal` is; a result that comes too late is disposed of, and what that throws is dropped.
 *
 * @throws {DeadlineError} Time ran out.
 * @throws What the task throws, and the reason of `signal`.
 *
 * @example
 * ```ts
 * import { withDeadline } from "@parley/sockets/net";
 * import { assert } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { hostname, port } = listener.addr;
 * using conn = await withDeadline(
 *   (signal) => Deno.connect({ hostname, port, signal }),
 *   { phase: "connect", ms: 2_000, peer: listener.addr },
 * );
 * assert(conn.remoteAddr.port === port);
 * ```
 */
export async function withDeadline<Result>(
  task: (signal: AbortSignal) => Promise<Result>,
  { phase, ms, peer, signal, clock = systemClock }: WithDeadlineOptions,
): Promise<Result> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const cancel = clock.wait(
    ms,
    () => controller.abort(new DeadlineError(phase, ms, { ...peer && { peer } })),
  );
  const endListening = onAbort(signal, () => controller.abort(signal?.reason));
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), {
      once: true,
    });
  });
  // A task that aborts and throws at once leaves nobody to hear it.
  aborted.catch(ignore);
  let running: Promise<Result> | undefined;
  try {
    running = task(controller.signal);
    return await Promise.race([running, aborted]);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    running?.then(release).catch(ignore);
    throw controller.signal.reason;
  } finally {
    cancel();
    endListening();
  }
}

/** Disposes of what nobody waits for any more: at once where it can be, politely where it cannot. */
async function release(late: unknown): Promise<void> {
  if (typeof late !== "object" || late === null) return;
  const { [Symbol.dispose]: dispose, [Symbol.asyncDispose]: asyncDispose }: {
    [Symbol.dispose]?: unknown;
    [Symbol.asyncDispose]?: unknown;
  } = late;
  if (typeof dispose === "function") dispose.call(late);
  else if (typeof asyncDispose === "function") await asyncDispose.call(late);
}

/** What comes of a task that nobody waits for interests nobody. */
function ignore(): void {}
