// This module is browser compatible.

import { BufferedDecoder } from "../buffered_decoder.ts";
import { ByteWriter } from "../bytes/byte_writer.ts";
import { type Codec, type Decoder, defineCodec, encodeInto } from "../codec.ts";
import { ProtocolError } from "../errors.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";

const SE = 240;
const SB = 250;
const IAC = 255;
const CR = 13;
const LF = 10;
const VERBS = ["will", "wont", "do", "dont"] as const;
const WILL = 251;

/** One side's wish about an option (RFC 854): `will` and `wont` about itself, `do` and `dont` about the other side. */
export interface TelnetRequest {
  /** What is wished. */
  verb: "will" | "wont" | "do" | "dont";
  /** Which option, as IANA numbers them: 1 is ECHO, 3 SUPPRESS-GO-AHEAD. */
  option: number;
}

/**
 * Takes Telnet's own bytes (RFC 854, 855) out of a stream and gives the rest to `codec`. Requests come out as messages
 * of their own, where they stand; other commands and subnegotiations are dropped without being kept; `IAC IAC` is the
 * byte 255 and `CR NUL` is CR. It refuses nothing, so a plain TCP peer passes through unchanged. What it writes has
 * each byte 255 doubled and a NUL behind each CR that no LF follows. Offsets in errors count the bytes that were given
 * to `codec`.
 *
 * ```text
 *   68 ff fd 01 69 0a            telnet(lines()): {verb: "do", option: 1}, "hi"
 *   |  `------'  |  `- LF
 *  "h" IAC DO 1 "i"
 * ```
 *
 * @example
 * ```ts
 * import { lines, telnet } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const decoder = telnet(lines()).decoder();
 * decoder.push(new Uint8Array([104, 255, 253, 1, 105, 10]));
 * assert(JSON.stringify(decoder.next()) === '{"verb":"do","option":1}');
 * assert(decoder.next() === "hi");
 * ```
 */
export function telnet<In, Out>(
  codec: Codec<In, Out>,
): Codec<In | TelnetRequest, Out | TelnetRequest> {
  return defineCodec<In | TelnetRequest, Out | TelnetRequest>(
    () => new TelnetDecoder(codec.decoder()),
    (message, writer) => {
      if (isTelnetRequest(message)) {
        writeRequest(message, writer);
        return;
      }
      const start = writer.length;
      encodeInto(codec, { message, writer });
      const written = writer.buffer.subarray(start, writer.length);
      if (!written.some(isEscaped)) return;
      const plain = written.slice();
      writer.length = start;
      for (let at = 0; at < plain.length; at++) {
        writer.u8(plain[at]!);
        if (isEscaped(plain[at]!, at, plain)) writer.u8(plain[at] === IAC ? IAC : 0);
      }
    },
  );
}

/** Says whether a byte needs another one behind it: IAC always, CR unless a LF follows. */
function isEscaped(byte: number, at: number, bytes: Uint8Array): boolean {
  return byte === IAC || (byte === CR && bytes[at + 1] !== LF);
}

function writeRequest({ verb, option }: TelnetRequest, writer: ByteWriter): void {
  if (!Number.isInteger(option) || option < 0 || option > 255) {
    throw new ProtocolError(`Cannot encode request: option ${option} is not a number of one byte`, {
      code: "bad-message",
      side: "local",
      offset: 0,
      expected: "an option from 0 to 255",
      received: String(option),
    });
  }
  writer.u8(IAC);
  writer.u8(WILL + VERBS.indexOf(verb));
  writer.u8(option);
}

/** Says whether a message of {@linkcode telnet} is a request about an option. */
export function isTelnetRequest(message: unknown): message is TelnetRequest {
  return typeof message === "object" && message !== null &&
    "verb" in message && "option" in message;
}

/**
 * Returns the answer that refuses a request, or undefined where none is due: a refusal is never answered, so two
 * sides cannot refuse each other for ever (RFC 854).
 *
 * @example
 * ```ts
 * import { telnetRefusal } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * assert(telnetRefusal({ verb: "do", option: 1 })?.verb === "wont");
 * assert(telnetRefusal({ verb: "wont", option: 1 }) === undefined);
 * ```
 */
export function telnetRefusal(
  { verb, option }: TelnetRequest,
): TelnetRequest | undefined {
  if (verb === "do") return { verb: "wont", option };
  if (verb === "will") return { verb: "dont", option };
  return undefined;
}

/** Where in a Telnet command the stream stands. */
type State = "data" | "iac" | "option" | "subnegotiation" | "subnegotiation-iac";

class TelnetDecoder<In> extends BufferedDecoder<In | TelnetRequest> {
  readonly #inner: Decoder<In>;
  #state: State = "data";
  #verb: TelnetRequest["verb"] = "will";
  #afterCr = false;
  #flushing = false;
  #innerEnded = false;
  readonly flush?: () => void;

  constructor(inner: Decoder<In>) {
    super();
    this.#inner = inner;
    if (inner.flush) this.flush = () => void (this.#flushing = true);
  }

  override get offset(): number {
    return this.#inner.offset ?? 0;
  }

  override rest(): Uint8Array {
    if (!this.#inner.rest) {
      throw new TypeError("Cannot hand on the rest: the inner decoder has no rest()");
    }
    const writer = new ByteWriter();
    writer.bytes(this.#inner.rest());
    writer.bytes(super.rest());
    return writer.finish();
  }

  /** A request comes out where it stands: behind the messages before it, in front of the ones behind it. */
  protected override decode(
    buffer: ReceiveBuffer,
    ended: boolean,
  ): In | TelnetRequest | undefined {
    const inner = this.#inner;
    while (true) {
      this.began = this.offset;
      const message = inner.next();
      if (message !== undefined) {
        this.began = inner.messageOffset ?? this.began;
        return message;
      }
      if (buffer.length > 0) {
        const request = this.#feed(buffer);
        if (request !== undefined) return request;
      } else if (this.#flushing) {
        this.#flushing = false;
        inner.flush?.();
      } else if (ended && !this.#innerEnded) {
        this.#innerEnded = true;
        inner.end();
      } else return undefined;
    }
  }

  /** Gives the inner decoder the data in front, or takes one byte that is none, which may complete a request. */
  #feed(buffer: ReceiveBuffer): TelnetRequest | undefined {
    const { length } = buffer;
    let count = 0;
    if (this.#state === "data") {
      while (count < length && this.#isData(buffer.at(count))) count++;
    }
    if (count === 0) {
      const byte = buffer.at(0);
      buffer.skip(1);
      return this.#command(byte);
    }
    this.#inner.push(buffer.view(0, count));
    buffer.skip(count);
    return undefined;
  }

  #isData(byte: number): boolean {
    if (byte === IAC || (byte === 0 && this.#afterCr)) return false;
    this.#afterCr = byte === CR;
    return true;
  }

  #command(byte: number): TelnetRequest | undefined {
    this.#afterCr = false;
    switch (this.#state) {
      case "data":
        // Otherwise it is the NUL of a CR NUL.
        if (byte === IAC) this.#state = "iac";
        return undefined;
      case "iac": {
        const verb = VERBS[byte - WILL];
        this.#state = verb !== undefined ? "option" : byte === SB ? "subnegotiation" : "data";
        if (verb !== undefined) this.#verb = verb;
        if (byte === IAC) this.#inner.push(Uint8Array.of(IAC));
        return undefined;
      }
      case "option":
        this.#state = "data";
        return { verb: this.#verb, option: byte };
      case "subnegotiation":
        if (byte === IAC) this.#state = "subnegotiation-iac";
        return undefined;
      case "subnegotiation-iac":
        this.#state = byte === SE ? "data" : "subnegotiation";
        return undefined;
    }
  }
}
