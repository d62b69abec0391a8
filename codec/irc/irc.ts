// This module is browser compatible.

import { requireNames, requireWord } from "../arguments.ts";
import { type Codec, defineCodec } from "../codec.ts";
import type { LimitError } from "../errors.ts";
import { requireLimit } from "../limits.ts";
import { IrcDecoder, type IrcDecoderSettings } from "./irc_decoder.ts";
import type { IrcMessage } from "./message.ts";
import { writeIrcMessage } from "./write_message.ts";

/** What {@linkcode irc} takes and writes. `Infinity` lifts a limit and has to be typed. */
export interface IrcOptions {
  /**
   * Bytes of a line from the peer, without its tags and with CRLF (RFC 1459, 2.3), whichever ending it has.
   *
   * @default {512}
   */
  maxBytes?: number;
  /** Bytes of the tags of a line from the peer, from the `@` up to the space (IRCv3 message tags). @default {8191} */
  maxTagBytes?: number;
  /**
   * What a longer line does: `error` throws a {@linkcode LimitError}; `skip` gives the error as one message, drops the
   * bytes up to the next ending and carries on.
   *
   * @default {"error"}
   */
  onTooLong?: "error" | "skip";
  /** Bytes of a line of ours, without its tags and with CRLF. @default {512} */
  maxSentBytes?: number;
  /** Bytes of the tags of a line of ours; a server takes 4096 from a client. @default {8191} */
  maxSentTagBytes?: number;
}

/** What comes out of {@linkcode irc}: messages, and errors as messages where `onTooLong` is `skip`. */
export type IrcMessageOrError<O extends IrcOptions> =
  | IrcMessage
  | (O extends { onTooLong: "skip" } ? LimitError : never);

const OPTION_NAMES = ["maxBytes", "maxTagBytes", "onTooLong", "maxSentBytes", "maxSentTagBytes"];

/**
 * IRC, both ways (RFC 1459, 2.3; RFC 2812, 2.3; IRCv3 message tags): lines to messages and messages to lines. It refuses
 * lines over its limits, to encode what would be read as another message, and the end of the stream inside a line.
 *
 * ```text
 *   50 49 4e 47 20 3a 61 20 62 0d 0a        { command: "PING", params: ["a b"] }
 *   `---------'    |  `------' `---'
 *     command    colon  last   CR LF
 * ```
 *
 * A line ends with CRLF, CR or LF; CRLF is written. Lines with nothing in them are left out, and NULs are dropped. A line
 * that is no UTF-8 is taken for ISO 8859-1, which older clients write; UTF-8 is written.
 *
 * @throws {RangeError} A limit is neither a whole number from 1 nor `Infinity`.
 * @throws {TypeError} An option is not known, or `encode` is given what is no message.
 *
 * @example
 * ```ts
 * import { irc } from "@parley/sockets/codec/irc";
 * import { assert, assertEquals } from "@std/assert";
 * const decoder = irc().decoder();
 * decoder.push(new TextEncoder().encode(":ann PRIVMSG #news :hello all\r\nPI"));
 * const params = ["#news", "hello all"];
 * assertEquals(decoder.next(), { source: "ann", command: "PRIVMSG", params });
 * assert(decoder.next() === undefined);
 * ```
 */
export function irc<const O extends IrcOptions = IrcOptions>(
  options?: O,
): Codec<IrcMessageOrError<O>, IrcMessage> {
  requireNames(options ?? {}, { what: "options of irc()", names: OPTION_NAMES });
  const { onTooLong = "error" } = options ?? {};
  requireWord(onTooLong, { what: "onTooLong", words: ["error", "skip"] });
  const settings: IrcDecoderSettings = {
    maxBytes: requireLimit("maxIrcLineBytes", options?.maxBytes ?? 512),
    maxTagBytes: requireLimit("maxIrcTagBytes", options?.maxTagBytes ?? 8191),
    onTooLong,
  };
  const limits = {
    maxBytes: requireLimit("maxIrcSentBytes", options?.maxSentBytes ?? 512),
    maxTagBytes: requireLimit("maxIrcSentTagBytes", options?.maxSentTagBytes ?? 8191),
  };
  const codec = defineCodec<IrcMessage | LimitError, IrcMessage>(
    () => new IrcDecoder(settings),
    (message, writer) => writeIrcMessage(message, { writer, limits }),
  );
  // The options decide at run time what the conditional type says about them at compile time.
  return codec as Codec<IrcMessageOrError<O>, IrcMessage>;
}
