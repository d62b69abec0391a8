import type { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { type Codec, type Decoder, defineCodec } from "../../codec/codec.ts";
import { formatIrcMessage, irc, type IrcMessage } from "../../codec/irc/mod.ts";

/** How long lines from a server may be. */
export interface IrcClientCodecOptions {
  /** Bytes of a line without its tags, with CRLF. */
  readonly maxLineBytes: number;
  /** Bytes of its tags. */
  readonly maxTagBytes: number;
}

/**
 * Makes what an IRC client speaks: IRC, in which the protocol answers each PING by itself (RFC 2812, 3.7.2). A PING is no
 * message for the program, so that however many come they take no place in front of what people say.
 */
export function ircClientCodec(
  { maxLineBytes, maxTagBytes }: IrcClientCodecOptions,
): Codec<IrcMessage> {
  const codec = irc({ maxBytes: maxLineBytes, maxTagBytes });
  return defineCodec<IrcMessage>(() => {
    const { decoder, encode } = codec.session();
    const pings = new PingDecoder(decoder);
    return {
      decoder: pings,
      encode,
      get owesAnswer() {
        return pings.owed.length > 0;
      },
      answer(writer: ByteWriter) {
        for (const { params } of pings.owed.splice(0)) {
          // The token goes back as it came, also where it is longer than a line of ours may be.
          writer.text(`${formatIrcMessage({ command: "PONG", params })}\r\n`);
        }
      },
    };
  });
}

/** Takes the PINGs out of what another decoder gives. */
class PingDecoder implements Decoder<IrcMessage> {
  /** Those that are to be answered. */
  readonly owed: IrcMessage[] = [];
  readonly #inner: Decoder<IrcMessage>;

  constructor(inner: Decoder<IrcMessage>) {
    this.#inner = inner;
  }

  get offset(): number {
    return this.#inner.offset ?? 0;
  }
  get messageOffset(): number {
    return this.#inner.messageOffset ?? 0;
  }
  get inHead(): boolean {
    return this.#inner.inHead ?? false;
  }

  push(chunk: Uint8Array): void {
    this.#inner.push(chunk);
  }

  end(): void {
    this.#inner.end();
  }

  next(): IrcMessage | undefined {
    while (true) {
      const message = this.#inner.next();
      if (message?.command !== "PING") return message;
      this.owed.push(message);
    }
  }
}
