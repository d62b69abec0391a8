import type { BodyPiece } from "../../codec/body_decoder.ts";
import { Fields, type HttpRequestHead } from "../../codec/http/mod.ts";
import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { requireLimit } from "../../codec/limits.ts";
import {
  dropLarge,
  LARGE_BYTES,
  mayKeepLarge,
  releaseLarge,
  SMALL_BYTES,
  takeLarge,
} from "../buffers.ts";
import { ClosedError } from "../errors.ts";
import { forgettable } from "../rejection.ts";
import type { HttpTransport } from "./request_host.ts";

/** A body that nobody read is read and dropped up to here, so that the connection can go on. */
export const DISCARDED_MAX_BYTES = 64 * 1024;
const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
/** What a body that comes fast is read with where many others are. */
const MEDIUM_BYTES = 4 * 1024;

/** How much {@linkcode RequestBody.bytes} holds. */
export interface BodyOptions {
  /** Bytes of the body at most. @default {1048576} */
  maxBytes?: number;
  /**
   * Is told how many bytes of the body will be kept: all of them before the first one is asked for, where the head says how
   * many there are, else each time that more have come. What it throws ends the reading: so a server bounds what all
   * bodies hold together. @default nobody
   */
  reserve?: (bytes: number) => void;
}

/**
 * The body of one request, in the pieces in which it comes; it can be read once. Who waits for `100 Continue` gets it when
 * the body is first asked for.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  /** What stood behind a body in chunks, once that is read. */
  trailers: Fields = new Fields();
  readonly #head: HttpRequestHead;
  readonly #connection: HttpTransport;
  #isBegun = false;
  /** The last piece filled its buffer. */
  #comesFast = false;
  /** A piece is waited for. */
  #isWaiting = false;
  /** Somebody has all of it, or reads it at the moment. */
  #isTaken = false;
  /** What was left of it behind the answer is nobody's any more. */
  #isDropped = false;
  #isOver: boolean;

  /** Makes the body that follows a head. */
  constructor(head: HttpRequestHead, connection: HttpTransport) {
    this.#head = head;
    this.#connection = connection;
    this.#isOver = head.body === 0;
  }

  /** Nothing of it is left to read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** It was never asked for, and the client waits to be told to send it. */
  get isHeldBack(): boolean {
    return this.#head.expectsContinue && !this.#isBegun;
  }

  /** It may be too long to be dropped. */
  get isLong(): boolean {
    const { body } = this.#head;
    return !this.#isOver && typeof body === "number" && body > DISCARDED_MAX_BYTES;
  }

  /**
   * The pieces, as they come. Who stops before the last one may go on later.
   *
   * @throws {TypeError} It was read already, or somebody reads it.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    this.#take();
    try {
      for (let piece; (piece = await this.#next()) !== undefined;) yield piece;
    } finally {
      this.#isTaken = this.#isOver;
    }
  }

  /**
   * Reads all of it.
   *
   * @throws {LimitError} It has more than `maxBytes`, known from its head where that says so.
   * @throws {TypeError} It was read already, or somebody reads it.
   */
  bytes(options: BodyOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return forgettable(this.#bytes(options));
  }

  async #bytes(
    { maxBytes = DEFAULT_MAX_BODY_BYTES, reserve }: BodyOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    requireLimit("maxBytes", maxBytes);
    const { body } = this.#head;
    const isKnown = typeof body === "number";
    if (isKnown && body > maxBytes) throw tooLong(body, maxBytes);
    this.#requireFree();
    if (isKnown) reserve?.(body);
    this.#take();
    let read = new Uint8Array(0);
    let length = 0;
    for (let piece; (piece = await this.#next()) !== undefined;) {
      const needed = length + piece.length;
      if (needed > maxBytes) throw tooLong(needed, maxBytes);
      if (!isKnown) reserve?.(needed);
      if (needed > read.length) {
        const grown = new Uint8Array(Math.max(needed, Math.min(2 * read.length, maxBytes)));
        grown.set(read.subarray(0, length));
        read = grown;
      }
      read.set(piece, length);
      length = needed;
    }
    return read.length === length ? read : read.slice(0, length);
  }

  /** Reads and drops what is left; false says that it was too much. */
  async discard(): Promise<boolean> {
    this.#isDropped = true;
    let dropped = 0;
    for (let piece; (piece = await this.#piece()) !== undefined;) {
      dropped += piece.length;
      if (dropped > DISCARDED_MAX_BYTES) return false;
    }
    return true;
  }

  /** Lets one reader have it. */
  #take(): void {
    this.#requireFree();
    this.#isTaken = this.#head.body !== 0;
  }

  #requireFree(): void {
    this.#requireKept();
    if (this.#isTaken) throw unreadable(this.#isOver ? "it was read already" : READ_ELSEWHERE);
  }

  #requireKept(): void {
    if (this.#isDropped) throw unreadable("its rest was dropped behind the answer");
  }

  #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#requireKept();
    return this.#piece();
  }

  async #piece(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#isOver) return undefined;
    if (this.#isWaiting) throw unreadable(READ_ELSEWHERE);
    this.#isWaiting = true;
    try {
      if (!this.#isBegun) await this.#begin();
      const message = this.#connection.tryReceive();
      if (message === undefined) return await this.#read();
      if (message.type === "end") return this.#ended(message.trailers);
      // Behind a head that announces a body nothing else comes before its end.
      return (message as BodyPiece).bytes as Uint8Array<ArrayBuffer>;
    } finally {
      this.#isWaiting = false;
    }
  }

  /** Tells a client to send it that waits for that. */
  async #begin(): Promise<void> {
    if (this.#head.expectsContinue) {
      try {
        await this.#connection.send({ status: 100 });
      } catch (cause) {
        if (!(cause instanceof ProtocolError)) throw cause;
        throw unreadable("the answer came first, so the client was never told to send it", cause);
      }
    }
    this.#isBegun = true;
  }

  /** Waits for bytes of it, past the messages: those end at a shutdown, and a body that is under way should not. */
  async #read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const connection = this.#connection;
    const into = this.#buffer();
    const isLarge = into.length === LARGE_BYTES;
    let count: number;
    try {
      count = await connection.readBody(into);
    } catch (error) {
      // The system may still write into it, so it goes to nobody else.
      if (isLarge) dropLarge();
      throw error;
    }
    this.#comesFast = count === into.length || (this.#comesFast && count >= SMALL_BYTES);
    const piece = into.slice(0, count);
    if (isLarge) releaseLarge(into);
    if (count > 0) return piece;
    const end = connection.tryReceive();
    if (end?.type === "end") return this.#ended(end.trailers);
    throw new ClosedError("Cannot read the body: the connection ended before it did", {
      code: "connection-closed",
      by: "peer",
    });
  }

  /** Who sends a byte now and then makes us hold no large buffer meanwhile, nor do many together. */
  #buffer(): Uint8Array<ArrayBuffer> {
    if (!this.#comesFast) return new Uint8Array(SMALL_BYTES);
    return mayKeepLarge() ? takeLarge() : new Uint8Array(MEDIUM_BYTES);
  }

  #ended(trailers: Fields | undefined): undefined {
    this.#isOver = true;
    if (trailers) this.trailers = trailers;
    return undefined;
  }
}

const READ_ELSEWHERE = "somebody reads it already";

function unreadable(why: string, cause?: unknown): TypeError {
  return new TypeError(`Cannot read the body: ${why}`, cause === undefined ? undefined : { cause });
}

function tooLong(got: number, max: number): LimitError {
  return new LimitError("Cannot read the body", {
    limit: "maxBodyBytes",
    max,
    got,
    atLeast: true,
    unit: "bytes",
  });
}
