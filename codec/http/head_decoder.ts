// This module is browser compatible.

import { BodyDecoder } from "../body_decoder.ts";
import { latin1Text } from "../bytes/latin1_text.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { LimitError } from "../errors.ts";
import { otherProtocolError, TLS_RECORDS } from "../other_protocols.ts";
import { ChunkHeads } from "./chunk_heads.ts";
import { broken } from "./errors.ts";
import { decodeFieldLine } from "./field_line.ts";
import { Fields } from "./fields.ts";
import { Framing } from "./framing.ts";
import type { HttpLimits } from "./limits.ts";
import type { HttpBodyEnd } from "./messages.ts";
import { CR, CRLF_BYTES, LF } from "./octets.ts";

/** A line in the decoder's storage, without its CRLF. */
export interface Line {
  readonly from: number;
  readonly to: number;
  /** Bytes from the start of the stream to its first byte. */
  readonly offset: number;
}

/** What a head that is whole is made of. */
export interface HeadParts {
  /** Its bytes, the empty line at the end included; they are its own. */
  readonly bytes: Uint8Array;
  /** Where in them the fields begin. */
  readonly fieldsAt: number;
  /** What the fields say of the body and the connection. */
  readonly framing: Framing;
  /** Bytes from the start of the stream to its first byte. */
  readonly offset: number;
}

/**
 * The decoder that requests and responses share: it takes heads line by line, however they were cut, then bodies, chunks and
 * trailers. It refuses lines that end otherwise than in CRLF, and heads that are too large.
 */
export abstract class HeadDecoder<Head> extends BodyDecoder<Head | HttpBodyEnd> {
  /** What errors call a start line. */
  protected abstract readonly startLineName: "request line" | "status line";
  readonly #limits: HttpLimits;
  /** Where the next line begins, from the first byte that waits, and up to where its end was searched. */
  #lineAt = 0;
  #searched = 0;
  /** Where the fields begin; 0 while the start line is not whole. */
  #fieldsAt = 0;
  #fieldCount = 0;
  /** Bytes of empty lines in front of the head; they count as its own. */
  #skipped = 0;
  #framing = new Framing();
  /** Set while a body comes in chunks. */
  #chunks: ChunkHeads | undefined;
  #inTrailers = false;
  /** The end of a body, which is told before the next head. */
  #end: HttpBodyEnd | undefined;
  #isPaused = false;

  constructor(limits: HttpLimits) {
    super();
    this.#limits = limits;
  }

  /** Takes the start line apart. @throws {ProtocolError} It is none. */
  protected abstract decodeStartLine(bytes: Uint8Array, line: Line): void;

  /**
   * Makes the head, whose lines were all good, and says with `expectBody` or `expectChunkedBody` what follows it.
   *
   * @throws {ProtocolError} Its fields contradict each other.
   */
  protected abstract makeHead(parts: HeadParts): Head;

  /** A head or the trailers have begun, and are not whole. */
  override get inHead(): boolean {
    if (this.#isPaused || this.#end || this.buffer.length === 0) return false;
    return !this.inBody || this.#inTrailers;
  }

  /** Decodes nothing more before `resume`: what comes may belong to another protocol. */
  protected pause(): void {
    this.#isPaused = true;
  }

  /** Goes on: what comes is HTTP. */
  resume(): void {
    this.#isPaused = false;
  }

  /** Says that a body in chunks follows the head. */
  protected expectChunkedBody(): void {
    this.#chunks = new ChunkHeads(this.#limits);
    this.expectChunks();
  }

  /** Keeps the end of a body for the next call. */
  protected override onBodyEnd(): void {
    this.#end ??= { type: "end", trailers: Fields.ofSection("") };
    this.#chunks = undefined;
  }

  /** What is missing when the stream ends. */
  protected override missing(): string {
    if (this.#isPaused) return "an answer that says what protocol this is";
    return this.#fieldsAt === 0 ? `the end of the ${this.startLineName}` : "the end of the head";
  }

  /** Takes the end of a body or a head. */
  protected override decodeHead(buffer: ReceiveBuffer): Head | HttpBodyEnd | undefined {
    const end = this.#end;
    if (end !== undefined) {
      this.#end = undefined;
      return end;
    }
    if (this.#isPaused) {
      this.#requireFew(buffer);
      return undefined;
    }
    if (buffer.length === 0) return undefined;
    if (this.#fieldsAt === 0 && !this.#takeStartLine(buffer)) return undefined;
    if (!this.#takeFieldLines(buffer)) return undefined;
    const { offset } = buffer;
    const parts: HeadParts = {
      bytes: buffer.take(this.#lineAt),
      fieldsAt: this.#fieldsAt,
      framing: this.#framing,
      offset,
    };
    this.#forgetLines();
    return this.makeHead(parts);
  }

  /** Takes what stands in front of a chunk and, behind the last one, the trailers. */
  protected override decodeChunkHead(buffer: ReceiveBuffer): number | undefined {
    if (!this.#inTrailers) {
      // `expectChunkedBody` has made it.
      const bytes = this.#chunks!.take(buffer);
      if (bytes !== 0) return bytes;
      this.#inTrailers = true;
    }
    if (!this.#takeFieldLines(buffer)) return undefined;
    this.#requireTrailers(buffer.offset);
    const section = latin1Text(buffer.view(0, Math.max(0, this.#lineAt - CRLF_BYTES)));
    buffer.skip(this.#lineAt);
    this.#inTrailers = false;
    this.#forgetLines();
    this.#end = { type: "end", trailers: Fields.ofSection(section) };
    return 0;
  }

  /** Returns the bytes that belong to no message yet: a head that has begun is no head any more. */
  override rest(): Uint8Array {
    this.#forgetLines();
    return super.rest();
  }

  /** What waits for the answer that says what protocol it is of is bounded as a head is. */
  #requireFew({ length, offset }: ReceiveBuffer): void {
    const max = this.#limits.maxHeadBytes;
    if (length <= max) return;
    throw this.#tooMuch("maxHeadBytes", { max, got: max + 1, unit: "bytes", offset });
  }

  #forgetLines(): void {
    this.#lineAt =
      this.#searched =
      this.#fieldsAt =
      this.#fieldCount =
      this.#skipped =
        0;
    this.#framing = new Framing();
  }

  #takeStartLine(buffer: ReceiveBuffer): boolean {
    for (;;) {
      if (buffer.length > 0 && this.#searched === 0 && TLS_RECORDS.includes(buffer.at(0))) {
        const isRequest = this.startLineName === "request line";
        throw otherProtocolError(isRequest ? "client" : "server", { spoken: "tls" });
      }
      const end = this.#lineEnd(buffer, this.#limits.maxStartLineBytes);
      if (end < 0) return false;
      if (end > 0 || this.startLineName === "status line") {
        const { storage, start, offset } = buffer;
        this.began = offset;
        this.decodeStartLine(storage, { from: start, to: start + end, offset });
        this.#fieldsAt = this.#lineAt = end + CRLF_BYTES;
        return true;
      }
      // Empty lines in front of a request are none of it (RFC 9112, 2.2).
      buffer.skip(CRLF_BYTES);
      this.#skipped += CRLF_BYTES;
      this.#searched = 0;
    }
  }

  /** Takes field lines up to the empty one; says whether that has come. */
  #takeFieldLines(buffer: ReceiveBuffer): boolean {
    for (;;) {
      const end = this.#lineEnd(buffer, Infinity);
      if (end < 0) return false;
      const from = this.#lineAt;
      this.#lineAt = end + CRLF_BYTES;
      if (end === from) return true;
      const { maxFields } = this.#limits;
      if (++this.#fieldCount > maxFields) {
        throw this.#tooMuch("maxFields", {
          max: maxFields,
          got: this.#fieldCount,
          unit: "fields",
          offset: buffer.offset,
        });
      }
      const { storage, start, offset } = buffer;
      const line: Line = { from: start + from, to: start + end, offset: offset + from };
      decodeFieldLine(storage, line, this.#framing);
    }
  }

  /** Returns where the line at `#lineAt` ends, without its CRLF; -1 says that more bytes are needed. */
  #lineEnd(buffer: ReceiveBuffer, maxLineBytes: number): number {
    const lf = buffer.indexOf(LF, this.#searched);
    const length = lf < 0 ? buffer.length : lf + 1;
    // One byte that has come may be the CR of an ending that is cut.
    const lineBytes = (lf < 0 ? length - 1 : lf - 1) - this.#lineAt;
    const { maxHeadBytes } = this.#limits;
    const { offset } = buffer;
    if (lineBytes > maxLineBytes && maxLineBytes < maxHeadBytes) {
      const max = maxLineBytes;
      throw this.#tooMuch("maxStartLineBytes", { max, got: max + 1, unit: "bytes", offset });
    }
    if (this.#skipped + length > maxHeadBytes) {
      const max = maxHeadBytes;
      throw this.#tooMuch("maxHeadBytes", { max, got: max + 1, unit: "bytes", offset });
    }
    this.#searched = length;
    if (lf < 0) return -1;
    if (lf === this.#lineAt || buffer.at(lf - 1) !== CR) {
      throw broken(this.#fieldsAt > 0 || this.#inTrailers ? "field line" : this.startLineName, {
        code: this.#codeOfLine(),
        offset: offset + lf,
        expected: "CRLF at its end",
        received: "a bare LF",
      });
    }
    return lf - 1;
  }

  #codeOfLine(): "bad-field" | "bad-request-line" | "bad-status-line" {
    if (this.#fieldsAt > 0 || this.#inTrailers) return "bad-field";
    return this.startLineName === "request line" ? "bad-request-line" : "bad-status-line";
  }

  #tooMuch(
    limit: keyof HttpLimits,
    { max, got, unit, offset }: { max: number; got: number; unit: string; offset: number },
  ): LimitError {
    const what = limit === "maxStartLineBytes"
      ? this.startLineName
      : this.#inTrailers
      ? "trailers"
      : "head";
    return new LimitError(`Cannot decode ${what} at offset ${offset}`, {
      limit,
      max,
      got,
      atLeast: true,
      unit,
      offset,
    });
  }

  /** What frames a message or routes it comes too late behind the body (RFC 9110, 6.5.1). */
  #requireTrailers(offset: number): void {
    const { hosts, contentLength, hasCoding } = this.#framing;
    if (hosts === 0 && contentLength < 0 && !hasCoding) return;
    throw broken("trailers", {
      code: "bad-framing",
      offset,
      expected: "no Host, Content-Length or Transfer-Encoding",
      received: "one of them",
    });
  }
}
