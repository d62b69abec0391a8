import type { AgreedCompression } from "../codec/websocket/compression.ts";
import { type FrameWriter, type Framing, WebSocketFramings } from "./framing.ts";
import { messageJson } from "./message_json.ts";
import type { PushMessage } from "./push_message.ts";

/**
 * The subprotocol in which the server says more than the messages. Each of its messages is JSON, with a `type`.
 *
 * ```text
 *   {"type":"hello","run":"1f3a90bb21c4","you":"7","topic":"news","present":3,"mayPublish":true}      the first one
 *   {"type":"missed"}                    messages were left out here
 *   {"type":"message","id":"1f3a90bb21c4-12","time":1767225600000,"from":"7","text":"hello"}          or "base64"
 *   {"type":"presence","present":4}      so many follow the topic now
 *   {"type":"alive"}                     nothing else was said for 15 s
 * ```
 */
export const ENVELOPE_PROTOCOL = "parley.push";

/** What the first message says. */
export interface Hello {
  /** The run of the hub, which the ids of its messages begin with. */
  readonly run: string;
  /** The number of this subscriber, which its own messages are `from`. */
  readonly you: string;
  /** The topic. */
  readonly topic: string;
  /** How many follow it. */
  readonly present: number;
  /** Whether what this client sends is published. */
  readonly mayPublish: boolean;
}

const encoder = new TextEncoder();

/** Messages in JSON, with what the server says beside them. */
export interface EnvelopeFraming extends Framing {
  /** Returns what a subscriber is told first. */
  hello(hello: Hello): Uint8Array<ArrayBuffer>;
}

class JsonFraming implements EnvelopeFraming {
  readonly #writer: FrameWriter;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  hello(hello: Hello): Uint8Array<ArrayBuffer> {
    return this.#envelope("hello", hello);
  }
  frame(message: PushMessage): Uint8Array<ArrayBuffer> {
    return this.#envelope("message", messageJson(message));
  }
  missed(): Uint8Array<ArrayBuffer> {
    return this.#envelope("missed");
  }
  present(count: number): Uint8Array<ArrayBuffer> {
    return this.#envelope("presence", { present: count });
  }
  alive(): Uint8Array<ArrayBuffer> {
    return this.#envelope("alive");
  }

  #envelope(type: string, rest: object = {}): Uint8Array<ArrayBuffer> {
    return this.#writer.frame("text", encoder.encode(JSON.stringify({ type, ...rest })));
  }
}

const framings = new WebSocketFramings((writer) => new JsonFraming(writer));

/** Returns the framing of a WebSocket with the subprotocol {@linkcode ENVELOPE_PROTOCOL}. */
export function envelopeFraming(
  { compression }: { readonly compression: AgreedCompression | undefined },
): EnvelopeFraming {
  return framings.for(compression);
}
