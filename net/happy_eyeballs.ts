import { parseIp } from "./address.ts";
import { onAbort } from "./abort_listener.ts";
import { type CancelWait, type Clock, systemClock } from "./clock.ts";
import { requireWaitMs } from "./deadlines.ts";
import { messageOf } from "./errors.ts";
import { failureCodeOf } from "./failure_code.ts";
import { closeQuietly } from "./transport.ts";

/** How {@linkcode happyEyeballs} connects. */
export interface HappyEyeballsOptions<Opened> {
  /** The addresses of one host, in the order in which the system prefers them (RFC 6724). */
  readonly addresses: readonly string[];
  /** Opens one of them; its signal is aborted when another one stands, or nobody waits any more. */
  readonly open: (address: string, signal: AbortSignal) => Promise<Opened>;
  /** How long an attempt may be the last one that was begun, in milliseconds (RFC 8305, 5). @default {250} */
  readonly attemptDelayMs?: number;
  /** Ends all attempts. */
  readonly signal?: AbortSignal | undefined;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/** An address, and why it could not be connected to. */
export interface FailedAttempt {
  /** The address. */
  readonly address: string;
  /** What its `open` threw. */
  readonly error: unknown;
}

/** Says that none of a host's addresses could be connected to. Its `cause` is the error that tells most. */
export class ConnectAttemptsError extends AggregateError {
  /** The class's name. */
  override readonly name: string = "ConnectAttemptsError";
  /** What is wrong, as `cause` has it. */
  readonly code: string;
  /** What became of each address, in the order in which they failed. */
  readonly attempts: readonly FailedAttempt[];

  /** Makes the error of at least two attempts. */
  constructor(attempts: readonly FailedAttempt[]) {
    const said = attempts.map(({ address, error }) => `${address}: ${messageOf(error)}`);
    super(
      attempts.map(({ error }) => error),
      `Cannot connect: no address answers (${said.join("; ")})`,
      { cause: mostTelling(attempts) },
    );
    this.code = failureCodeOf(this.cause);
    this.attempts = attempts;
  }
}

/**
 * Connects to one of a host's addresses (RFC 8305): the two families take turns, another attempt begins every
 * `attemptDelayMs`, or at once where one fails, and the first that stands wins. The others are aborted, and closed where
 * they stand all the same.
 *
 * @throws {ConnectAttemptsError} Each of several addresses failed.
 * @throws What `open` throws, where there is one address, and the reason of `signal`.
 * @throws {TypeError} There is no address.
 *
 * @example
 * ```ts
 * import { connectTcp } from "./connect_tcp.ts";
 * import { happyEyeballs } from "./happy_eyeballs.ts";
 * import { assert } from "@std/assert";
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = listener.addr;
 * using conn = await happyEyeballs({
 *   addresses: ["::1", "127.0.0.1"],
 *   open: (hostname, signal) => connectTcp({ hostname, port, signal }),
 * });
 * assert(conn.remoteAddr.hostname === "127.0.0.1");
 * ```
 */
export async function happyEyeballs<Opened extends { close(): void }>(
  options: HappyEyeballsOptions<Opened>,
): Promise<Opened> {
  const { addresses, signal, attemptDelayMs = DEFAULT_ATTEMPT_DELAY_MS } = options;
  requireWaitMs("attemptDelayMs", attemptDelayMs);
  if (addresses.length === 0) throw new TypeError("Cannot connect: the host has no address");
  signal?.throwIfAborted();
  return await new Promise<Opened>((resolve, reject) => {
    new Race({ ...options, attemptDelayMs, resolve, reject }).begin();
  });
}

/** RFC 8305, 8. */
const DEFAULT_ATTEMPT_DELAY_MS = 250;

interface RaceOptions<Opened> extends HappyEyeballsOptions<Opened> {
  readonly attemptDelayMs: number;
  readonly resolve: (opened: Opened) => void;
  readonly reject: (error: unknown) => void;
}

class Race<Opened extends { close(): void }> {
  readonly #options: RaceOptions<Opened>;
  readonly #waiting: string[];
  readonly #controller = new AbortController();
  readonly #failed: FailedAttempt[] = [];
  #underWay = 0;
  #isOver = false;
  #cancelDelay: CancelWait = nothing;
  #endListening = nothing;

  constructor(options: RaceOptions<Opened>) {
    this.#options = options;
    this.#waiting = interleaved(options.addresses);
  }

  begin(): void {
    const { signal, reject } = this.#options;
    this.#endListening = onAbort(signal, () => this.#end(() => reject(signal?.reason)));
    if (!this.#isOver) this.#next();
  }

  #next(): void {
    this.#cancelDelay();
    const address = this.#waiting.shift();
    if (address === undefined) return;
    this.#underWay++;
    const { attemptDelayMs, clock = systemClock } = this.#options;
    if (this.#waiting.length > 0) {
      this.#cancelDelay = clock.wait(attemptDelayMs, () => this.#next());
    }
    void this.#attempt(address);
  }

  async #attempt(address: string): Promise<void> {
    const { open, resolve } = this.#options;
    try {
      const opened = await open(address, this.#controller.signal);
      if (this.#isOver) return closeQuietly(opened);
      this.#end(() => resolve(opened));
    } catch (error) {
      if (this.#isOver) return;
      this.#underWay--;
      this.#failed.push({ address, error });
      if (this.#waiting.length > 0) this.#next();
      else if (this.#underWay === 0) this.#fail();
    }
  }

  #fail(): void {
    const [only, other] = this.#failed;
    const error = other ? new ConnectAttemptsError(this.#failed) : only?.error;
    this.#end(() => this.#options.reject(error));
  }

  #end(tell: () => void): void {
    this.#isOver = true;
    this.#cancelDelay();
    this.#endListening();
    tell();
    this.#controller.abort(new Deno.errors.Interrupted("Another attempt is over"));
  }
}

/**
 * Returns addresses with their families taking turns, beginning with the one that the system prefers, and each family in
 * its order (RFC 8305, 4). One that is there twice is tried once.
 */
export function interleaved(addresses: readonly string[]): string[] {
  const all = [...new Set(addresses)];
  const isV6 = (address: string) => address.includes(":");
  const startsWithV6 = isV6(all[0] ?? "");
  const preferred = all.filter((address) => isV6(address) === startsWithV6);
  const others = all.filter((address) => isV6(address) !== startsWithV6);
  const ordered: string[] = [];
  for (let at = 0; at < Math.max(preferred.length, others.length); at++) {
    ordered.push(...[preferred[at], others[at]].filter((address) => address !== undefined));
  }
  return ordered;
}

/** That this machine has no IPv6 says little about the peer. */
function mostTelling(attempts: readonly FailedAttempt[]): unknown {
  const telling = attempts.filter(({ error }) => !/unreachable/i.test(messageOf(error)));
  const v4 = telling.find(({ address }) => parseIp(address)?.length === 4);
  return (v4 ?? telling[0] ?? attempts[0])?.error;
}

function nothing(): void {}
