import type { BodyPiece } from "../../codec/body_decoder.ts";
import { Fields, type HttpRequestHead } from "../../codec/http/mod.ts";
import { LimitError } from "../../codec/errors.ts";
import { requireLimit } from "../../codec/limits.ts";
import { dropLarge, releaseLarge, takeLarge } from "../buffers.ts";
import { ClosedError } from "../errors.ts";
import type { HttpTransport } from "./request_host.ts";

/** A body that nobody read is read and dropped up to here, so that the connection can go on. */
export const DISCARDED_MAX_BYTES = 64 * 1024;
const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** How much {@linkcode RequestBody.bytes} holds. */
export interface BodyOptions {
  /** Bytes of the body at most. @default {1048576} */
  maxBytes?: number;
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

  /** The pieces, as they come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (let piece; (piece = await this.#next()) !== undefined;) yield piece;
  }

  /**
   * Reads all of it.
   *
   * @throws {LimitError} It has more than `maxBytes`, known from its head where that says so.
   */
  async bytes({ maxBytes = DEFAULT_MAX_BODY_BYTES }: BodyOptions = {}): Promise<
    Uint8Array<ArrayBuffer>
  > {
    requireLimit("maxBytes", maxBytes);
    const { body } = this.#head;
    if (typeof body === "number" && body > maxBytes) throw tooLong(body, maxBytes);
    let read = new Uint8Array(0);
    let length = 0;
    for (let piece; (piece = await this.#next()) !== undefined;) {
      const needed = length + piece.length;
      if (needed > maxBytes) throw tooLong(needed, maxBytes);
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
    let dropped = 0;
    for (let piece; (piece = await this.#next()) !== undefined;) {
      dropped += piece.length;
      if (dropped > DISCARDED_MAX_BYTES) return false;
    }
    return true;
  }

  async #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#isOver) return undefined;
    const connection = this.#connection;
    if (!this.#isBegun) {
      this.#isBegun = true;
      if (this.#head.expectsContinue) void connection.send({ status: 100 });
    }
    const message = connection.tryReceive();
    if (message === undefined) return await this.#read();
    if (message.type === "end") return this.#ended(message.trailers);
    // Behind a head that announces a body nothing else comes before its end.
    return (message as BodyPiece).bytes as Uint8Array<ArrayBuffer>;
  }

  /** Waits for bytes of it, past the messages: those end at a shutdown, and a body that is under way should not. */
  async #read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const connection = this.#connection;
    const into = takeLarge();
    let count: number;
    try {
      count = await connection.readBody(into);
    } catch (error) {
      // The system may still write into it, so it goes to nobody else.
      dropLarge();
      throw error;
    }
    const piece = into.slice(0, count);
    releaseLarge(into);
    if (count > 0) return piece;
    const end = connection.tryReceive();
    if (end?.type === "end") return this.#ended(end.trailers);
    throw new ClosedError("Cannot read the body: the connection ended before it did", {
      code: "connection-closed",
      by: "peer",
    });
  }

  #ended(trailers: Fields | undefined): undefined {
    this.#isOver = true;
    if (trailers) this.trailers = trailers;
    return undefined;
  }
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
