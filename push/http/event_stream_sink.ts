import type { SharedBytes } from "../../net/shared_bytes.ts";
import type { HttpServerConnection } from "../../net/http/mod.ts";
import type { Sink } from "../subscriber.ts";

/** Gives a subscriber's bytes to the body of an answer that ends with its connection. */
export class EventStreamSink implements Sink {
  readonly #http: HttpServerConnection;
  /** Settles when its subscriber was too slow. */
  readonly over: Promise<void>;
  #end!: () => void;

  /** Sends behind a head that was sent. */
  constructor(http: HttpServerConnection) {
    this.#http = http;
    this.over = new Promise((resolve) => this.#end = resolve);
  }

  get queuedBytes(): number {
    return this.#http.connection.queuedBytes;
  }
  get closed(): boolean {
    return this.#http.connection.closed;
  }
  get onLowWater(): (() => void) | undefined {
    return this.#http.connection.onLowWater;
  }
  set onLowWater(listener: (() => void) | undefined) {
    this.#http.connection.onLowWater = listener;
  }

  trySend(bytes: SharedBytes, options: { maxQueuedBytes: number }): boolean {
    return this.#http.connection.trySend(bytes, options);
  }

  endSlow(): void {
    this.#end();
  }
}
