import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import type { Session } from "../codec/codec.ts";
import type { AgreedCompression } from "../codec/websocket/compression.ts";
import type { WebSocketMessage, WebSocketOutgoing } from "../codec/websocket/messages.ts";
import { TextMessage } from "../codec/websocket/text_message.ts";
import { webSocketServerCodec } from "../codec/websocket/websocket.ts";
import type { PushMessage } from "./push_message.ts";

/**
 * How messages stand on the wire of a kind of subscribers. The bytes of a message are made once for all who have the same
 * framing, so it may hold nothing that belongs to one of them.
 */
export interface Framing {
  /** Returns a message's bytes; nobody changes them. */
  frame(message: PushMessage): Uint8Array<ArrayBuffer>;
  /** Returns what says how many follow the topic. @default that is not said */
  present?(count: number): Uint8Array<ArrayBuffer>;
  /** Returns what says that messages were left out. @default that is not said */
  missed?(): Uint8Array<ArrayBuffer>;
  /** Returns what goes to who has heard nothing for a while. @default nothing does */
  alive?(): Uint8Array<ArrayBuffer>;
}

/** Writes a server's frames, for one way of compressing. */
export class FrameWriter {
  readonly #session: Session<WebSocketMessage, WebSocketOutgoing>;
  readonly #writer = new ByteWriter();

  /** Writes for those who agreed to this. */
  constructor(compression: AgreedCompression | undefined) {
    this.#session = webSocketServerCodec({ compression }).session();
  }

  /** Returns the frame of a message. */
  frame(kind: "text" | "binary", bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const writer = this.#writer;
    writer.length = 0;
    const message = kind === "text" ? new TextMessage(bytes, { isAscii: false }) : { kind, bytes };
    this.#session.encode(message, writer);
    return writer.finish();
  }
}

/** The framings for WebSockets, one for each way of compressing. */
export class WebSocketFramings<Made extends Framing> {
  readonly #make: (writer: FrameWriter) => Made;
  readonly #made = new Map<number, Made>();

  /** Makes each of them when it is first needed. */
  constructor(make: (writer: FrameWriter) => Made) {
    this.#make = make;
  }

  /** Returns the one for a connection that agreed to this. @throws {TypeError} Messages would refer to those before them. */
  for(compression: AgreedCompression | undefined): Made {
    if (compression?.outgoing.takeover) {
      throw new TypeError("Cannot share messages: they refer to those before them");
    }
    const windowBits = compression?.outgoing.windowBits ?? 0;
    let made = this.#made.get(windowBits);
    if (made === undefined) {
      this.#made.set(windowBits, made = this.#make(new FrameWriter(compression)));
    }
    return made;
  }
}

/** A message as it is, as one WebSocket message. */
export class PlainFraming implements Framing {
  readonly #writer: FrameWriter;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  frame({ kind, bytes }: PushMessage): Uint8Array<ArrayBuffer> {
    return this.#writer.frame(kind, bytes);
  }
}
