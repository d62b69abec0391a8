import { Fields, type FieldsInit } from "../../codec/http/mod.ts";
import { onAbort } from "../abort_listener.ts";
import type { HttpTransport } from "./request_host.ts";

const encoder = new TextEncoder();

/** The body of an answer that is sent as it is made: `write` its pieces, then `end` it. */
export class HttpBodyWriter {
  readonly #connection: HttpTransport;
  readonly #ended: () => void;
  #isOver = false;
  #watching: Promise<void> | undefined;
  #stopWatching: AbortController | undefined;

  /** Use {@linkcode HttpServerRequest.stream}. */
  constructor(connection: HttpTransport, ended: () => void) {
    this.#connection = connection;
    this.#ended = ended;
  }

  /**
   * Sends a piece; the promise waits where the client is slow. A piece of nothing is left out.
   *
   * @throws {ProtocolError} The body is over, or longer than its head said.
   * @throws What `Connection.send` throws.
   */
  write(piece: string | Uint8Array): Promise<void> {
    const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
    const sent = this.#connection.send({ type: "body", bytes });
    if (this.#stopWatching) sent.catch(() => this.#stopWatching?.abort());
    return sent;
  }

  /**
   * Ends the body, with trailers where it goes in chunks. It may be called again.
   *
   * @throws {ProtocolError} It is shorter than its head said.
   * @throws What `Connection.send` throws.
   */
  end(trailers?: FieldsInit): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#isOver = true;
    this.#stopWatching?.abort();
    const sent = this.#connection.send({
      type: "end",
      ...trailers && { trailers: new Fields(trailers) },
    });
    this.#ended();
    return sent;
  }

  /**
   * Settles when nobody reads any more: the client has gone or sends no more, or the server shuts down. It never rejects.
   * Without it an answer that has nothing to say for a while does not notice.
   */
  get peerLeft(): Promise<void> {
    return this.#watching ??= this.#watch();
  }

  async #watch(): Promise<void> {
    const connection = this.#connection;
    const stop = this.#stopWatching = new AbortController();
    if (this.#isOver) return;
    let endListening = () => {};
    const over = new Promise<void>((resolve) => {
      const endings = [connection.signal, stop.signal].map((signal) => onAbort(signal, resolve));
      endListening = () => endings.forEach((end) => end());
    });
    try {
      const next = connection.peek(1, { signal: stop.signal });
      const first = await Promise.race([next, over]);
      // The next request has come already: its client is still there.
      if (first && first.length > 0) await over;
    } catch {
      // It broke, or the body is over.
    }
    stop.abort();
    endListening();
  }
}
