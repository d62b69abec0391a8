import { ProtocolError } from "../../codec/errors.ts";
import type { HttpRequestHead } from "../../codec/http/mod.ts";
import { requireClose, shortReason } from "../../codec/websocket/close_payload.ts";
import type { AgreedCompression } from "../../codec/websocket/compression.ts";
import { closeCodeHint } from "../../codec/websocket/errors.ts";
import type {
  WebSocketClose,
  WebSocketEvent,
  WebSocketMessage,
  WebSocketOutgoing,
  WebSocketProbe,
} from "../../codec/websocket/messages.ts";
import type { Address } from "../address.ts";
import type { Clock } from "../clock.ts";
import type { Connection } from "../connection.ts";
import type { SendOptions, TrySendOptions } from "../connection_options.ts";
import { ClosedError, closedHere } from "../errors.ts";
import { Heartbeat } from "../heartbeat.ts";
import { rejected } from "../rejection.ts";
import type { SharedBytes } from "../shared_bytes.ts";
import { DONE } from "../waiter.ts";
import type { CloseFrame, CloseInfo } from "./close_info.ts";
import { fragmentsOf } from "./fragments.ts";
import { Pings } from "./pings.ts";

/** What speaks WebSocket. */
export type WebSocketTransport = Connection<WebSocketMessage, WebSocketOutgoing>;

type Result = IteratorResult<WebSocketEvent, undefined>;

/** Hands control frames from a codec, which is made first, to the connection that is made of it. */
export class Controls {
  /** Hears of them. */
  listener: ((message: WebSocketProbe | WebSocketClose) => void) | undefined;
  /** What the codec is given. */
  readonly heard = (message: WebSocketProbe | WebSocketClose): void => this.listener?.(message);
}

/** What a {@linkcode WebSocketConnection} is told. */
export interface WebSocketConnectionOptions {
  /** The subprotocol that was agreed on. */
  readonly protocol: string | undefined;
  /** The request that it began with, on a server. */
  readonly request: HttpRequestHead | undefined;
  readonly deadlines: { pingMs: number; pongMs: number; closeMs: number };
  readonly clock: Clock;
  /** Where the codec tells of control frames. */
  readonly controls: Controls;
  /** How what is sent is compressed. */
  readonly compression: AgreedCompression | undefined;
}

/**
 * A WebSocket: an async iterable of the messages that the other side sends, with `send` for the other direction. Pings are
 * answered and the other side is asked for a sign of life by itself, also while the program is busy. It ends when either side
 * closes; `closeInfo` tells who did, and why.
 *
 * `await using` closes it with 1000.
 */
export class WebSocketConnection
  implements AsyncIterableIterator<WebSocketEvent, undefined>, AsyncDisposable {
  /** The subprotocol that was agreed on; undefined where none was. */
  readonly protocol: string | undefined;
  /** The request that it began with, on a server. */
  readonly request: HttpRequestHead | undefined;
  /** How what is sent is compressed, as it was agreed on; undefined where it is not. */
  readonly compression: AgreedCompression | undefined;
  /** What it stands on. */
  readonly connection: WebSocketTransport;
  readonly #clock: Clock;
  readonly #closeMs: number;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #pings: Pings;
  #sent: CloseFrame | undefined;
  #received: CloseFrame | undefined;
  #first: "local" | "peer" | undefined;
  /** What still comes is dropped: a close was sent. */
  #isClosing = false;
  /** A message of several fragments is under way. */
  #isStreaming = false;
  #isOver = false;
  /** The call that waits for a message. */
  #waiting: Promise<Result> | undefined;
  #closed: Promise<void> | undefined;

  /** Use `upgradeWebSocket`, `serveWebSocket` or `connectWebSocket`. */
  constructor(
    connection: WebSocketTransport,
    { protocol, request, deadlines, clock, controls, compression }: WebSocketConnectionOptions,
  ) {
    this.connection = connection;
    this.protocol = protocol;
    this.request = request;
    this.compression = compression;
    this.#clock = clock;
    this.#closeMs = deadlines.closeMs;
    this.#pings = new Pings(clock);
    controls.listener = (message) => this.#onControl(message);
    const { pingMs, pongMs } = deadlines;
    if (pingMs !== Infinity) {
      this.#heartbeat = new Heartbeat(this, { pingMs, pongMs, clock });
    }
    this.connection.readAhead();
  }

  /** The number that logs and traces name it by. */
  get id(): number {
    return this.connection.id;
  }
  /** The peer's end. */
  get remoteAddr(): Address {
    return this.connection.remoteAddr;
  }
  /** Our end. */
  get localAddr(): Address {
    return this.connection.localAddr;
  }
  /** Aborted when it should end: its server shuts down, or it is over. */
  get signal(): AbortSignal {
    return this.connection.signal;
  }
  /** How it ended, as far as it has. */
  get closeInfo(): CloseInfo {
    return { sent: this.#sent, received: this.#received, first: this.#first };
  }
  /** The messages, as they come. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Waits for the next message; `done` says that there will be none: either side has closed, or the other one is gone.
   *
   * @throws {ProtocolError} What came breaks the protocol, or is too much; the other side was told so.
   * @throws {DeadlineError} The other side gave no sign of life.
   * @throws {ClosedError} The connection broke.
   */
  next(): Promise<IteratorResult<WebSocketEvent, undefined>> {
    if (this.#isOver) return Promise.resolve(DONE);
    try {
      const message = this.tryReceive();
      if (message !== undefined) return Promise.resolve({ done: false, value: message });
    } catch (error) {
      return rejected(this.#failed(error));
    }
    if (this.#received) {
      if (!this.#isClosing) this.#end();
      return Promise.resolve(DONE);
    }
    return this.#waiting = this.connection.next().then(this.#arrived, this.#broke);
  }

  /** Ends an iteration; the connection stays as it is. */
  return(): Promise<IteratorResult<WebSocketEvent, undefined>> {
    return Promise.resolve(DONE);
  }

  /** Waits for the next message; undefined says that there will be none. @throws What `next` throws. */
  async receive(): Promise<WebSocketEvent | undefined> {
    return (await this.next()).value;
  }

  /**
   * Returns a message that has come already, without waiting; undefined where there is none yet. With it a program takes
   * together what came together.
   *
   * @throws {ProtocolError} What came breaks the protocol, or is too much.
   */
  tryReceive(): WebSocketEvent | undefined {
    for (let message; (message = this.connection.tryReceive()) !== undefined;) {
      if (isData(message) && !this.#isClosing) return message;
    }
    return undefined;
  }

  /**
   * Sends a message: a string as text, bytes as binary, and what came as it came. The promise waits only while more than 64 KiB
   * are queued. With `transfer` a server gives the bytes away with their memory, which saves the copy of a large message; it
   * must not be looked at again. A client, which masks, and compression change nothing about them.
   *
   * @throws {ProtocolError} It is no well-formed text, a stream of fragments is under way, or a close was sent.
   * @throws What `Connection.send` throws.
   */
  send(message: string | Uint8Array | WebSocketEvent, options?: SendOptions): Promise<void> {
    return this.connection.send(message, options);
  }

  /**
   * Sends one message whose pieces come one after the other, as fragments. Meanwhile no other message can be sent. Where the
   * pieces fail, the message cannot be ended, so the connection is closed with 1011.
   *
   * @throws What the pieces throw, and what `send` throws.
   */
  async sendStream(
    pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
    { kind }: { kind: "text" | "binary" },
  ): Promise<void> {
    try {
      this.#isStreaming = true;
      for await (const fragment of fragmentsOf(pieces, kind)) await this.connection.send(fragment);
    } catch (error) {
      void this.close(1011, "The message could not be ended");
      throw error;
    } finally {
      this.#isStreaming = false;
    }
  }

  /**
   * Takes whole frames that many WebSockets are sent, and waits for nothing; they are a server's, and compressed only as this one
   * agreed to. False says that nothing was taken: more than `maxQueuedBytes` would wait, a stream of fragments is under way, it
   * is closing, or it is over.
   */
  trySend(frames: SharedBytes, options?: TrySendOptions): boolean {
    if (this.#isOver || this.#isClosing || this.#isStreaming || this.#received) return false;
    return this.connection.trySend(frames, options);
  }

  /**
   * Asks for a sign of life, and returns how long it took, in milliseconds.
   *
   * @throws {ClosedError} The connection ended before.
   */
  ping(): Promise<number> {
    if (this.#isOver || this.#isClosing) return rejected(closedHere());
    const { bytes, answered } = this.#pings.begin();
    void this.connection.send({ kind: "ping", bytes });
    this.connection.readAhead();
    return answered;
  }

  /**
   * Closes: sends a close frame, waits for the one of the other side for up to `closeMs`, and then ends the connection politely.
   * What the other side still sends is dropped. Once it has begun, another call waits for the same end.
   *
   * @throws {ProtocolError} The code may not be sent, or the reason is longer than 123 bytes; the connection stands.
   */
  close(code = 1000, reason = ""): Promise<void> {
    if (this.#closed) return this.#closed;
    try {
      requireClose(code, reason);
    } catch (error) {
      return rejected(error);
    }
    return this.#closed = this.#close(code, reason);
  }

  /** Ends it at once, without a close frame. */
  abort(reason?: unknown): void {
    this.connection.abort(reason);
    this.#end();
  }

  /** Closes with 1000. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(code: number, reason: string): Promise<void> {
    if (!this.#isOver && !this.#received) {
      const sending = this.connection.send({ kind: "close", code, reason });
      this.#sent = { code, reason };
      this.#first ??= "local";
      this.#isClosing = true;
      // Where it cannot be sent any more, the end is here already.
      await sending.catch(() => {});
      await this.#peerClose();
    }
    const { draining, closed } = this.connection;
    if (draining && !closed && !this.#received && !this.#sent) {
      // The messages ended for the shutdown, of which the session says farewell.
      this.#sent = { code: 1001, reason: "" };
      this.#first = "local";
    }
    await this.connection.close();
    this.#end();
  }

  /** Waits until the peer has closed, for up to `closeMs`. */
  #peerClose(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.wait(this.#closeMs, resolve);
      const settle = () => {
        cancel();
        resolve();
      };
      (this.#waiting ?? this.next()).then(settle, settle);
    });
  }

  readonly #arrived = ({ done, value }: IteratorResult<WebSocketMessage, undefined>):
    | Result
    | Promise<Result> => {
    this.#waiting = undefined;
    if (done || value.kind === "close") {
      if (!this.#isClosing) this.#end();
      return DONE;
    }
    return isData(value) && !this.#isClosing ? { done: false, value } : this.next();
  };

  readonly #broke = (error: unknown): never => {
    this.#waiting = undefined;
    throw this.#failed(error);
  };

  #failed(error: unknown): unknown {
    if (error instanceof ProtocolError && this.#sent === undefined) {
      this.#sent = { code: closeCodeHint(error), reason: shortReason(error.message) };
      this.#first ??= "local";
    }
    // The peer was told why, and waits for the end of TCP.
    void this.connection.close();
    this.#end();
    return error;
  }

  #onControl(message: WebSocketProbe | WebSocketClose): void {
    if (message.kind === "pong") {
      this.#pings.answered(message.bytes);
      this.#heartbeat?.alive();
    }
    if (message.kind !== "close") return;
    const { code, reason } = message;
    this.#received = { code, reason };
    this.#first ??= "peer";
    // The session answers with the same code.
    this.#sent ??= { code, reason: "" };
    // The answer is queued once this returns, and nothing may follow it: the peer waits for the end of TCP, whatever the program
    // does meanwhile (RFC 6455, 7.1.1).
    queueMicrotask(() => void this.connection.closeWrite().catch(() => {}));
  }

  #end(): void {
    this.#isOver = true;
    this.#heartbeat?.stop();
    this.#pings.end(
      new ClosedError("Cannot wait for a pong: the connection is over", {
        code: "connection-closed",
        by: this.#first === "local" ? "local" : "peer",
      }),
    );
  }
}

/** Says whether a message is the program's, and not the protocol's. */
function isData(message: WebSocketMessage): message is WebSocketEvent {
  return message.kind === "text" || message.kind === "binary";
}
