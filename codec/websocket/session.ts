// This module is browser compatible.

import type { ByteWriter } from "../bytes/byte_writer.ts";
import { RECYCLED_MIN_BYTES } from "../bytes/memory.ts";
import type { FarewellReason, Session } from "../codec.ts";
import type { ProtocolError } from "../errors.ts";
import { encodeClosePayload, shortReason } from "./close_payload.ts";
import type { AgreedCompression, MessageDeflater, MessageInflater } from "./compression.ts";
import { closeCodeHint, unsayable } from "./errors.ts";
import type { WebSocketLimits } from "./limits.ts";
import { type DecoderOwner, MessageDecoder } from "./message_decoder.ts";
import { MessageEncoder } from "./message_encoder.ts";
import type {
  WebSocketClose,
  WebSocketMessage,
  WebSocketOutgoing,
  WebSocketProbe,
} from "./messages.ts";
import { CLOSE, MAX_CONTROL_BYTES, PING, PONG } from "./opcodes.ts";
import { TextMessage } from "./text_message.ts";

const NORMAL = 1000;
const GOING_AWAY = 1001;

/** How one side of a connection speaks. */
export interface WebSocketSessionOptions {
  readonly limits: WebSocketLimits;
  readonly compression: AgreedCompression | undefined;
  /** Fills bytes with randomness, where this side is the client. */
  readonly random: ((into: Uint8Array<ArrayBuffer>) => void) | undefined;
  /** Hears of pongs and of the close when they are decoded. */
  readonly onControl: ((message: WebSocketProbe | WebSocketClose) => void) | undefined;
}

/**
 * One connection: what came decides what is answered, and after a close nothing is said (RFC 6455, 5.5.1 and 7).
 */
export class WebSocketSession
  implements Session<WebSocketMessage, WebSocketOutgoing>, DecoderOwner {
  readonly decoder: MessageDecoder;
  readonly #encoder: MessageEncoder;
  readonly #inflater: MessageInflater | undefined;
  readonly #deflater: MessageDeflater | undefined;
  /** The payload of the last ping that is not answered. */
  #ping: Uint8Array | undefined;
  /** The close of the peer. */
  #received: WebSocketClose | undefined;
  #hasSentClose = false;
  readonly #onControl: WebSocketSessionOptions["onControl"];

  constructor({ limits, compression, random, onControl }: WebSocketSessionOptions) {
    this.#onControl = onControl;
    const { engine, incoming, outgoing, thresholdBytes = 0 } = compression ?? {};
    this.#inflater = incoming && engine?.inflater(incoming);
    this.#deflater = outgoing && engine?.deflater(outgoing);
    this.decoder = new MessageDecoder({
      rules: { masked: random === undefined, compressed: compression !== undefined },
      limits,
      inflater: this.#inflater,
      owner: this,
    });
    this.#encoder = new MessageEncoder({
      random,
      deflater: this.#deflater,
      thresholdBytes,
    });
    // With a mask no bytes are sent as they are.
    if (random === undefined) this.encodeHead = this.#encodeHead;
  }

  readonly encodeHead?: (message: WebSocketOutgoing, writer: ByteWriter) => Uint8Array;

  onPing(bytes: Uint8Array): void {
    this.#ping = bytes;
    this.#onControl?.({ kind: "ping", bytes });
  }

  onPong(bytes: Uint8Array): void {
    this.#onControl?.({ kind: "pong", bytes });
  }

  onClose(close: WebSocketClose): void {
    this.#received = close;
    this.#ping = undefined;
    this.#onControl?.(close);
  }

  encode(message: WebSocketOutgoing, writer: ByteWriter): void {
    if (this.#hasSentClose) {
      throw unsayable("message", { expected: "nothing behind a close", received: "a message" });
    }
    if (typeof message === "string") return this.#encoder.text(message, writer);
    if (message instanceof Uint8Array) return this.#encoder.binary(message, writer);
    switch (message.kind) {
      case "text":
        if (message instanceof TextMessage) this.#encoder.checkedText(message.bytes, writer);
        else this.#encoder.text(message.text, writer);
        return;
      case "binary":
        return this.#encoder.binary(message.bytes, writer);
      case "fragment":
        return this.#encoder.fragment(message, writer);
      case "ping":
        return this.#encoder.control(PING, requireShort(message.bytes), writer);
      case "pong":
        return this.#encoder.control(PONG, requireShort(message.bytes), writer);
      case "close":
        return this.#close(message, writer);
    }
    throw unsayable("message", { expected: "a kind of message", received: "another one" });
  }

  /** A ping or a close came that was not answered. */
  get owesAnswer(): boolean {
    return this.#ping !== undefined || (this.#received !== undefined && !this.#hasSentClose);
  }

  /** Writes the pong that the last ping is owed, and the echo of a close. */
  answer(writer: ByteWriter): void {
    const ping = this.#ping;
    if (ping !== undefined) {
      this.#ping = undefined;
      if (!this.#hasSentClose) this.#encoder.control(PONG, ping, writer);
    }
    const received = this.#received;
    if (received === undefined || this.#hasSentClose) return;
    this.#close({ kind: "close", code: received.code, reason: "" }, writer);
  }

  /** Writes the close of a side that has nothing more to say. */
  farewell(reason: FarewellReason, writer: ByteWriter): void {
    if (this.#hasSentClose) return;
    const code = reason === "stopping" ? GOING_AWAY : NORMAL;
    this.#close({ kind: "close", code, reason: "" }, writer);
  }

  /** Writes the close that says what is wrong. */
  refuse(error: ProtocolError, writer: ByteWriter): void {
    if (this.#hasSentClose) return;
    const reason = shortReason(error.message);
    this.#close({ kind: "close", code: closeCodeHint(error), reason }, writer);
  }

  /** Gives up the windows of what is compressed. */
  release(): void {
    this.#inflater?.release?.();
    this.#deflater?.release?.();
  }

  #close({ code, reason }: WebSocketClose, writer: ByteWriter): void {
    const payload = encodeClosePayload(code, reason);
    this.#hasSentClose = true;
    this.#encoder.control(CLOSE, payload, writer);
  }

  /** Writes what stands in front of a message's own bytes, and returns those. */
  #encodeHead(message: WebSocketOutgoing, writer: ByteWriter): Uint8Array {
    const bytes = bytesOf(message);
    const kind = message instanceof TextMessage ? "text" : "binary";
    // What is short is copied for less than it takes to give its memory away.
    const isLong = bytes !== undefined && bytes.length >= RECYCLED_MIN_BYTES;
    if (isLong && !this.#hasSentClose && this.#encoder.headOf(kind, { bytes, writer })) {
      return bytes;
    }
    this.encode(message, writer);
    return NOTHING;
  }
}

const NOTHING = new Uint8Array(0);

/** Returns the bytes of a message that stand in its frame as they are. */
function bytesOf(message: WebSocketOutgoing): Uint8Array | undefined {
  if (message instanceof Uint8Array) return message;
  if (message instanceof TextMessage) return message.bytes;
  return typeof message === "object" && message.kind === "binary" ? message.bytes : undefined;
}

function requireShort(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_CONTROL_BYTES) return bytes;
  throw unsayable("control frame", {
    expected: `at most ${MAX_CONTROL_BYTES} bytes`,
    received: `${bytes.length}`,
  });
}
