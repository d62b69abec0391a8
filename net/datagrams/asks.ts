import { requireFunction, requireNames } from "../../codec/arguments.ts";
import { LimitError } from "../../codec/errors.ts";
import { onAbort } from "../abort_listener.ts";
import type { CancelWait, Clock } from "../clock.ts";
import { requireMs } from "../deadlines.ts";
import { DeadlineError } from "../errors.ts";
import { forgettable, rejected } from "../rejection.ts";
import { safeListener } from "../safe_listener.ts";

/** How {@linkcode DatagramServer.ask} waits for its reply. */
export interface AskOptions<In> {
  /** How often the message is sent again where no reply came. @default {3} */
  retries?: number;
  /**
   * How long the first reply may take, in milliseconds; after each retry it may take twice as long (RFC 6298, 5.5).
   *
   * @default {1000}
   */
  timeoutMs?: number;
  /** Says whether a message from there is the reply; others go where they would go anyway. @default each is */
  isReply?: (message: In) => boolean;
  /** Ends the wait. */
  signal?: AbortSignal;
}

const OPTION_NAMES = ["retries", "timeoutMs", "isReply", "signal"];

/** No answer takes longer than this, whatever was doubled (RFC 6298, 2.5). */
const MAX_TIMEOUT_MS = 60_000;

/** What {@linkcode Asks.ask} needs. */
export interface AskBegun<In> {
  /** Whose reply is waited for. */
  readonly peer: Deno.NetAddr;
  /** Sends the message, again each time. */
  readonly send: () => Promise<void>;
  readonly options: AskOptions<In>;
}

interface Ask<In> {
  readonly isReply: (message: In) => boolean | undefined;
  resolve(message: In): void;
  reject(error: unknown): void;
}

/** The calls that wait for a reply, by whom they asked: each peer's in the order in which they were begun. */
export class Asks<In> {
  readonly #clock: Clock;
  readonly #maxPendingAsks: number;
  readonly #byPeer = new Map<string, Set<Ask<In>>>();
  #size = 0;

  constructor({ clock, maxPendingAsks }: { clock: Clock; maxPendingAsks: number }) {
    this.#clock = clock;
    this.#maxPendingAsks = maxPendingAsks;
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Sends a message until a reply comes.
   *
   * @throws {DeadlineError} None came in time, nor after the retries.
   * @throws {LimitError} Too many calls wait.
   */
  ask({ peer, send, options }: AskBegun<In>): Promise<In> {
    try {
      return this.#begin({ peer, send, options });
    } catch (error) {
      return rejected(error);
    }
  }

  /** Gives a message to the first call that it is the reply to; says whether there is one. */
  take(message: In, from: Deno.NetAddr): boolean {
    for (const ask of this.#byPeer.get(keyOf(from)) ?? []) {
      if (!ask.isReply(message)) continue;
      ask.resolve(message);
      return true;
    }
    return false;
  }

  /** Ends all calls to a peer, or to all peers. */
  reject(error: unknown, peer?: Deno.NetAddr): void {
    const asked = peer === undefined ? [...this.#byPeer.values()] : [this.#byPeer.get(keyOf(peer))];
    for (const asks of asked) for (const ask of [...asks ?? []]) ask.reject(error);
  }

  #begin({ peer, send, options }: AskBegun<In>): Promise<In> {
    requireNames(options, { what: "options of ask()", names: OPTION_NAMES });
    const { retries = 3, timeoutMs = 1_000, signal, isReply } = options;
    requireMs("timeoutMs", timeoutMs);
    if (retries !== Infinity && (!Number.isInteger(retries) || retries < 0)) {
      throw new RangeError(`Cannot set retries to ${retries}: it is a whole number from 0`);
    }
    if (isReply !== undefined) requireFunction(isReply, "isReply");
    signal?.throwIfAborted();
    if (this.#size >= this.#maxPendingAsks) {
      throw new LimitError("Cannot ask", {
        limit: "maxPendingAsks",
        max: this.#maxPendingAsks,
        got: this.#size + 1,
        unit: "calls",
        side: "local",
      });
    }
    return forgettable(
      new Promise<In>((resolve, reject) => {
        let cancel: CancelWait = () => {};
        let endListening = () => {};
        const settle = (tell: () => void) => {
          if (!this.#delete(peer, ask)) return;
          cancel();
          endListening();
          tell();
        };
        const ask: Ask<In> = {
          isReply: isReply ? safeListener(isReply, { name: "isReply" }) : () => true,
          resolve: (message) => settle(() => resolve(message)),
          reject: (error) => settle(() => reject(error)),
        };
        this.#add(peer, ask);
        const from = this.#clock.now();
        let left = retries;
        let waitMs = timeoutMs;
        const attempt = () => {
          // A message that cannot be sent now will not be sent later either.
          send().catch((error) => ask.reject(error));
          cancel = this.#clock.wait(waitMs, () => {
            if (left-- > 0) {
              waitMs = Math.min(waitMs * 2, Math.max(timeoutMs, MAX_TIMEOUT_MS));
              return attempt();
            }
            const tookMs = Math.round(this.#clock.now() - from);
            ask.reject(new DeadlineError("reply", tookMs, { peer }));
          });
        };
        attempt();
        endListening = onAbort(signal, () => ask.reject(signal?.reason));
      }),
    );
  }

  #add(peer: Deno.NetAddr, ask: Ask<In>): void {
    const key = keyOf(peer);
    const asks = this.#byPeer.get(key);
    if (asks) asks.add(ask);
    else this.#byPeer.set(key, new Set([ask]));
    this.#size++;
  }

  #delete(peer: Deno.NetAddr, ask: Ask<In>): boolean {
    const key = keyOf(peer);
    const asks = this.#byPeer.get(key);
    if (!asks?.delete(ask)) return false;
    if (asks.size === 0) this.#byPeer.delete(key);
    this.#size--;
    return true;
  }
}

function keyOf({ hostname, port }: Deno.NetAddr): string {
  return `${hostname} ${port}`;
}
