// This module is browser compatible.

import { requireCodec, requireNames } from "../arguments.ts";
import { BufferedDecoder } from "../buffered_decoder.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { ByteWriter } from "../bytes/byte_writer.ts";
import { type Codec, type Decoder, defineCodec, sessionOver } from "../codec.ts";
import { ProtocolError } from "../errors.ts";
import { bytes } from "../raw_bytes.ts";
import { Negotiation, type TelnetOptions, type TelnetRequest } from "./negotiation.ts";

const SE = 240;
const SB = 250;
const IAC = 255;
const CR = 13;
const LF = 10;
const VERBS = ["will", "wont", "do", "dont"] as const;
const WILL = 251;

/**
 * Takes Telnet's own bytes (RFC 854, 855) out of a stream and gives the rest to `codec`. Requests about options are
 * answered by the session itself (RFC 1143): those in `options` are agreed to, all others are refused. Other commands and
 * subnegotiations are dropped without being kept; `IAC IAC` is the byte 255 and `CR NUL` is CR. It refuses nothing of
 * the peer's, so a plain TCP peer passes through unchanged.
 *
 * What it writes has each byte 255 doubled and a NUL behind each CR that no LF follows. A request that is sent as a
 * message is left out when what it asks is in force or under way. Offsets in errors count the bytes that were given to
 * `codec`.
 *
 * ```text
 *   68 ff fd 01 69 0a            telnet(lines()): "hi", and the answer ff fc 01 (IAC WONT 1) is owed
 *   |  `------'  |  `- LF
 *  "h" IAC DO 1 "i"
 * ```
 *
 * @example
 * ```ts
 * import { lines } from "@parley/sockets";
 * import { telnet } from "@parley/sockets/telnet";
 * import { assert } from "@std/assert";
 * const decoder = telnet(lines()).decoder();
 * decoder.push(new Uint8Array([104, 255, 253, 1, 105, 10]));
 * assert(decoder.next() === "hi");
 * ```
 */
export function telnet<In, Out>(
  codec: Codec<In, Out>,
  options: TelnetOptions = {},
): Codec<In, Out | TelnetRequest> {
  requireCodec(codec);
  requireNames(options, { what: "options of telnet()", names: ["local", "remote"] });
  return defineCodec<In, Out | TelnetRequest>(() => {
    const inner = codec.session();
    const negotiation = new Negotiation(options);
    const owe = (writer: ByteWriter) => {
      for (const request of negotiation.takeOwed()) writeRequest(request, writer);
    };
    return {
      ...sessionOver<In, Out | TelnetRequest>(inner, {
        decoder: new TelnetDecoder(inner.decoder, negotiation),
        encode(message, writer) {
          if (isTelnetRequest(message)) {
            negotiation.request(requireOption(message));
            owe(writer);
          } else writeEscaped(writer, () => inner.encode(message, writer));
        },
      }),
      answer(writer) {
        if (inner.answer) writeEscaped(writer, () => inner.answer?.(writer));
        owe(writer);
      },
      ...inner.farewell && {
        farewell: (reason, writer) => writeEscaped(writer, () => inner.farewell?.(reason, writer)),
      },
      ...inner.refuse && {
        refuse: (error, writer) => writeEscaped(writer, () => inner.refuse?.(error, writer)),
      },
    };
  });
}

/** Lets `write` write, and then doubles what Telnet would take for its own. */
function writeEscaped(writer: ByteWriter, write: () => void): void {
  const start = writer.length;
  write();
  const written = writer.buffer.subarray(start, writer.length);
  if (!written.some(isEscaped)) return;
  const plain = written.slice();
  writer.length = start;
  for (let at = 0; at < plain.length; at++) {
    writer.u8(plain[at]!);
    if (isEscaped(plain[at]!, at, plain)) writer.u8(plain[at] === IAC ? IAC : 0);
  }
}

/** Says whether a byte needs another one behind it: IAC always, CR unless a LF follows. */
function isEscaped(byte: number, at: number, bytes: Uint8Array): boolean {
  return byte === IAC || (byte === CR && bytes[at + 1] !== LF);
}

function writeRequest({ verb, option }: TelnetRequest, writer: ByteWriter): void {
  writer.u8(IAC);
  writer.u8(WILL + VERBS.indexOf(verb));
  writer.u8(option);
}

function requireOption(request: TelnetRequest): TelnetRequest {
  const { verb, option } = request;
  const problem = !VERBS.includes(verb)
    ? `${String(verb)} is none of ${VERBS.join(", ")}`
    : !Number.isInteger(option) || option < 0 || option > 255
    ? `option ${option} is not a number of one byte`
    : undefined;
  if (problem === undefined) return request;
  throw new ProtocolError(`Cannot encode request: ${problem}`, {
    code: "bad-message",
    side: "local",
    offset: 0,
    expected: "a verb and an option from 0 to 255",
    received: problem,
  });
}

/** Says whether a message for {@linkcode telnet} is a request about an option. */
export function isTelnetRequest(message: unknown): message is TelnetRequest {
  return typeof message === "object" && message !== null &&
    "verb" in message && "option" in message;
}

/** Where in a Telnet command the stream stands. */
type State = "data" | "iac" | "option" | "subnegotiation" | "subnegotiation-iac";

class TelnetDecoder<In> extends BufferedDecoder<In> {
  readonly #inner: Decoder<In>;
  readonly #negotiation: Negotiation;
  #state: State = "data";
  #verb: TelnetRequest["verb"] = "will";
  #afterCr = false;
  #flushing = false;
  #innerEnded = false;
  readonly flush?: () => void;

  constructor(inner: Decoder<In>, negotiation: Negotiation) {
    super();
    this.#inner = inner;
    this.#negotiation = negotiation;
    if (inner.flush) this.flush = () => void (this.#flushing = true);
  }

  override get offset(): number {
    return this.#inner.offset ?? 0;
  }

  override rest(): Uint8Array {
    if (!this.#inner.rest) {
      throw new TypeError("Cannot hand on the rest: the inner decoder has no rest()");
    }
    // The inner decoder knows whether the first of it belongs to a message that it gave.
    this.#feedData(this.buffer);
    const writer = new ByteWriter();
    writer.bytes(this.#inner.rest());
    writer.bytes(super.rest());
    return writer.finish();
  }

  override peek(count: number): Uint8Array {
    if (!this.#inner.peek) throw new TypeError("Cannot peek: the inner decoder has no peek()");
    this.#feedData(this.buffer);
    const writer = new ByteWriter();
    writer.bytes(this.#inner.peek(count));
    // Another decoder finds what of the waiting bytes is data; what it negotiates is forgotten.
    const ahead = new TelnetDecoder(bytes().decoder(), new Negotiation({}));
    ahead.#state = this.#state;
    ahead.#afterCr = this.#afterCr;
    ahead.push(super.peek(this.buffer.length));
    while (writer.length < count) {
      const data = ahead.next();
      if (data === undefined) break;
      writer.bytes(data);
    }
    return writer.finish().subarray(0, count);
  }

  /** A request is taken where it stands: behind the messages before it, in front of the ones behind it. */
  protected override decode(buffer: ReceiveBuffer, ended: boolean): In | undefined {
    const inner = this.#inner;
    while (true) {
      this.began = this.offset;
      const message = inner.next();
      if (message !== undefined) {
        this.began = inner.messageOffset ?? this.began;
        return message;
      }
      if (buffer.length > 0) this.#feed(buffer);
      else if (this.#flushing) {
        this.#flushing = false;
        inner.flush?.();
      } else if (ended && !this.#innerEnded) {
        this.#innerEnded = true;
        inner.end();
      } else return undefined;
    }
  }

  /** Gives the inner decoder the data in front, or takes one byte that is none. */
  #feed(buffer: ReceiveBuffer): void {
    if (this.#feedData(buffer)) return;
    const byte = buffer.at(0);
    buffer.skip(1);
    this.#command(byte);
  }

  /** Gives the inner decoder the data in front; says whether there was any. */
  #feedData(buffer: ReceiveBuffer): boolean {
    if (this.#state !== "data") return false;
    const { length } = buffer;
    let count = 0;
    while (count < length && this.#isData(buffer.at(count))) count++;
    if (count === 0) return false;
    this.#inner.push(buffer.view(0, count));
    buffer.skip(count);
    return true;
  }

  #isData(byte: number): boolean {
    if (byte === IAC || (byte === 0 && this.#afterCr)) return false;
    this.#afterCr = byte === CR;
    return true;
  }

  #command(byte: number): void {
    this.#afterCr = false;
    switch (this.#state) {
      case "data":
        // Otherwise it is the NUL of a CR NUL.
        if (byte === IAC) this.#state = "iac";
        break;
      case "iac": {
        const verb = VERBS[byte - WILL];
        this.#state = verb !== undefined ? "option" : byte === SB ? "subnegotiation" : "data";
        if (verb !== undefined) this.#verb = verb;
        if (byte === IAC) this.#inner.push(Uint8Array.of(IAC));
        break;
      }
      case "option":
        this.#state = "data";
        this.#negotiation.receive({ verb: this.#verb, option: byte });
        break;
      case "subnegotiation":
        if (byte === IAC) this.#state = "subnegotiation-iac";
        break;
      case "subnegotiation-iac":
        this.#state = byte === SE ? "data" : "subnegotiation";
        break;
    }
  }
}
