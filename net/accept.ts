import { acceptFailureOf } from "./accept_failure.ts";
import { type Clock, sleep } from "./clock.ts";
import { TokenBucket } from "./token_bucket.ts";
import { closeQuietly, type Listener, type Transport } from "./transport.ts";
import { nextTurn } from "./turn.ts";

/** Where the system lacks something, the next accept waits this long, then twice as long, up to the last. */
const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 1_000;

/**
 * Failures a second, of a kind that nobody knows, behind which the next accept follows at once: as many at a time cost
 * nobody anything, and a listener that fails always keeps no core busy.
 */
const UNKNOWN_PER_SECOND = 20;

/** Connections and dead ones that are taken in one go; then timers and the connections that stand have their turn. */
const ACCEPTS_PER_TURN = 16;

/** What {@linkcode AcceptLoop} tells. */
export interface AcceptLoopOptions {
  clock: Clock;
  /** Takes each connection. */
  accepted: (transport: Transport) => void;
  /** Hears of each connection that died before it was accepted. */
  lost: () => void;
  /** Hears of each other accept that failed, and when the next one will be tried; 0 is at once. */
  failed: (error: unknown, retryMs: number) => void;
}

/**
 * Accepts until it is stopped. A connection that died before it was accepted costs nothing; where the system lacks
 * something, it is waited for; any other failure is reported, and tried again at once, though not without end.
 */
export class AcceptLoop {
  /** Settles when the listener is closed and nothing more will be accepted. */
  readonly finished: Promise<void>;
  readonly #listener: Listener;
  readonly #options: AcceptLoopOptions;
  readonly #stop = new AbortController();
  readonly #unknown: TokenBucket;
  #retryMs = FIRST_RETRY_MS;

  constructor(listener: Listener, options: AcceptLoopOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#unknown = new TokenBucket(UNKNOWN_PER_SECOND, options.clock.now());
    this.finished = this.#run();
  }

  /** Closes the listener. May be called again. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    closeQuietly(this.#listener);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let count = 1; !signal.aborted; count++) {
      await this.#acceptOne();
      // What is accepted or fails at once would otherwise follow without a turn of the event loop in between.
      if (count % ACCEPTS_PER_TURN === 0) await new Promise<void>(nextTurn);
    }
  }

  async #acceptOne(): Promise<void> {
    const { signal } = this.#stop;
    let transport: Transport | undefined;
    try {
      transport = await this.#listener.accept();
      this.#retryMs = FIRST_RETRY_MS;
      if (signal.aborted) transport.close();
      else this.#options.accepted(transport);
    } catch (error) {
      if (transport) closeQuietly(transport);
      if (!signal.aborted) await this.#failed(error);
    }
  }

  async #failed(error: unknown): Promise<void> {
    const { clock, lost, failed } = this.#options;
    const why = acceptFailureOf(error);
    if (why === "closed") return this.stop();
    if (why === "lost") return lost();
    const retryMs = why === "scarce" ? this.#nextRetryMs() : this.#delayUnknown();
    failed(error, retryMs);
    if (retryMs === 0) return;
    await sleep(retryMs, { clock, signal: this.#stop.signal }).catch(ignore);
  }

  #nextRetryMs(): number {
    const retryMs = this.#retryMs;
    this.#retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    return retryMs;
  }

  #delayUnknown(): number {
    const now = this.#options.clock.now();
    this.#unknown.take(1, now);
    return this.#unknown.delay(now);
  }
}

/** An aborted wait rejects; the loop looks at the signal itself. */
function ignore(): void {}
