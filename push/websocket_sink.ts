import type { AgreedCompression } from "../codec/websocket/compression.ts";
import type { SharedBytes } from "../net/shared_bytes.ts";
import type { WebSocketConnection } from "../net/websocket/websocket_connection.ts";
import { type Framing, PlainFraming, WebSocketFramings } from "./framing.ts";
import type { Sink } from "./subscriber.ts";

/** The peer is asked to come back later (RFC 6455, 7.4, as IANA lists it). */
const TRY_AGAIN_LATER = 1013;

/** Gives a subscriber's bytes to a WebSocket of a server; where it is too slow, it is closed with 1013. */
export class WebSocketSink implements Sink {
  readonly #socket: WebSocketConnection;

  /** Sends to a WebSocket. */
  constructor(socket: WebSocketConnection) {
    this.#socket = socket;
  }

  get queuedBytes(): number {
    return this.#socket.connection.queuedBytes;
  }
  get closed(): boolean {
    const { connection, closeInfo: { sent, received } } = this.#socket;
    return connection.closed || sent !== undefined || received !== undefined;
  }
  get onLowWater(): (() => void) | undefined {
    return this.#socket.connection.onLowWater;
  }
  set onLowWater(listener: (() => void) | undefined) {
    this.#socket.connection.onLowWater = listener;
  }

  trySend(bytes: SharedBytes, options: { maxQueuedBytes: number }): boolean {
    return this.#socket.trySend(bytes, options);
  }

  endSlow(): void {
    void this.#socket.close(TRY_AGAIN_LATER, "Too slow: more waits than is kept for one client");
  }
}

const framings = new WebSocketFramings((writer) => new PlainFraming(writer));

/**
 * Returns the framing in which a WebSocket is sent messages as they are: one for all that are compressed alike.
 *
 * @throws {TypeError} It was upgraded with `compress: true`, so that its messages refer to those before them; `"no-takeover"` is for
 * this.
 */
export function webSocketFraming(
  { compression }: { readonly compression: AgreedCompression | undefined },
): Framing {
  return framings.for(compression);
}
