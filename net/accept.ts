import { type Clock, sleep } from "./clock.ts";
import type { Listener, Transport } from "./transport.ts";

/** After a failed accept the next one waits this long, then twice as long, up to the last. */
const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 1_000;

/** What {@linkcode AcceptLoop} tells. */
export interface AcceptLoopOptions {
  clock: Clock;
  /** Takes each connection. */
  accepted: (transport: Transport) => void;
  /** Hears of each accept that failed, and when the next one will be tried. */
  failed: (error: unknown, retryMs: number) => void;
}

/** Accepts until it is stopped; a failing accept (EMFILE, a reset) is reported, waited out and tried again. */
export class AcceptLoop {
  /** Settles when the listener is closed and nothing more will be accepted. */
  readonly finished: Promise<void>;
  readonly #listener: Listener;
  readonly #options: AcceptLoopOptions;
  readonly #stop = new AbortController();

  constructor(listener: Listener, options: AcceptLoopOptions) {
    this.#listener = listener;
    this.#options = options;
    this.finished = this.#run();
  }

  /** Closes the listener. May be called again. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    try {
      this.#listener.close();
    } catch {
      // The caller closed the listener before.
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { clock, accepted, failed } = this.#options;
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      let transport: Transport | undefined;
      try {
        transport = await this.#listener.accept();
        retryMs = FIRST_RETRY_MS;
        if (signal.aborted) transport.close();
        else accepted(transport);
      } catch (error) {
        transport?.close();
        if (signal.aborted) return;
        if (error instanceof Deno.errors.BadResource) return this.stop();
        failed(error, retryMs);
        await sleep(retryMs, { clock, signal }).catch(ignore);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
  }
}

/** An aborted wait rejects; the loop looks at the signal itself. */
function ignore(): void {}
