import { shown } from "../../codec/arguments.ts";
import { ProtocolError } from "../../codec/errors.ts";
import { Fields, type FieldsInit } from "../../codec/http/mod.ts";
import { onAbort } from "../abort_listener.ts";
import { rejected } from "../rejection.ts";
import type { HttpTransport } from "./request_host.ts";

const encoder = new TextEncoder();

/** What a {@linkcode HttpBodyWriter} is told beside its connection. */
export interface BodyWriterOptions {
  /** A body follows the head that was sent. */
  hasBody: boolean;
  /** Hears whether the body is over; that it is not follows where its end could not be sent. */
  onEnd: (isOver: boolean) => void;
}

/** The body of an answer that is sent as it is made: `write` its pieces, then `end` it. */
export class HttpBodyWriter {
  readonly #connection: HttpTransport;
  readonly #onEnd: (isOver: boolean) => void;
  #isOver: boolean;
  #watching: Promise<void> | undefined;
  #stopWatching: AbortController | undefined;

  /** Use {@linkcode HttpServerRequest.stream}. */
  constructor(connection: HttpTransport, { hasBody, onEnd }: BodyWriterOptions) {
    this.#connection = connection;
    this.#onEnd = onEnd;
    this.#isOver = !hasBody;
  }

  /**
   * Sends a piece; the promise waits where the client is slow. A piece of nothing is left out.
   *
   * @throws {ProtocolError} The body would be longer than its head said.
   * @throws {TypeError} The body was ended, or has nothing; or the piece is neither text nor bytes.
   * @throws What `Connection.send` throws.
   */
  write(piece: string | Uint8Array): Promise<void> {
    const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
    if (!(bytes instanceof Uint8Array)) {
      return rejected(
        new TypeError(
          `Cannot write a piece of the body: ${shown(piece)} is neither text nor bytes`,
        ),
      );
    }
    if (this.#isOver) {
      if (bytes.length === 0) return Promise.resolve();
      // The next answer may be under way, and must not get it.
      return rejected(new TypeError("Cannot write a piece of the body: it was ended, or has none"));
    }
    const sent = this.#connection.send({ type: "body", bytes });
    if (this.#stopWatching) sent.catch(() => this.#stopWatching?.abort());
    return sent;
  }

  /**
   * Ends the body, with trailers where it goes in chunks. It may be called again.
   *
   * @throws {ProtocolError} It is shorter than its head said, or a trailer cannot be sent; it is not ended then.
   * @throws What `Connection.send` throws.
   */
  end(trailers?: FieldsInit): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    let sent: Promise<void>;
    try {
      const fields = trailers && new Fields(trailers);
      sent = this.#connection.send({ type: "end", ...fields && { trailers: fields } });
    } catch (error) {
      return rejected(error);
    }
    this.#stopWatching?.abort();
    this.#tellOver(true);
    sent.catch((error) => {
      if (error instanceof ProtocolError) this.#tellOver(false);
    });
    return sent;
  }

  /**
   * Settles when nobody reads any more: the client has gone or sends no more, or the server shuts down. It never rejects.
   * Without it an answer that has nothing to say for a while does not notice.
   */
  get peerLeft(): Promise<void> {
    return this.#watching ??= this.#watch();
  }

  #tellOver(isOver: boolean): void {
    this.#isOver = isOver;
    this.#onEnd(isOver);
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
