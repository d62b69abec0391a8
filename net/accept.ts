import type { Cancel, Clock } from "./clock.ts";
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
  #stopped = false;
  #endWait: (() => void) | undefined;

  constructor(listener: Listener, options: AcceptLoopOptions) {
    this.#listener = listener;
    this.#options = options;
    this.finished = this.#run();
  }

  /** Closes the listener. May be called again. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    try {
      this.#listener.close();
    } catch {
      // Whoever opened it has closed it.
    }
    this.#endWait?.();
  }

  async #run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!this.#stopped) {
      let transport: Transport | undefined;
      try {
        transport = await this.#listener.accept();
        retryMs = FIRST_RETRY_MS;
        if (this.#stopped) transport.close();
        else this.#options.accepted(transport);
      } catch (error) {
        transport?.close();
        if (this.#stopped) return;
        if (error instanceof Deno.errors.BadResource) return this.stop();
        this.#options.failed(error, retryMs);
        await this.#wait(retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel: Cancel = this.#options.clock.wait(ms, resolve);
      this.#endWait = () => {
        cancel();
        resolve();
      };
    });
  }
}
