// This module is browser compatible.

/**
 * IRC (RFC 1459, RFC 2812, IRCv3) without a socket: lines to messages and back, and what else clients and servers have to
 * agree on: names, masks, modes, capabilities, SASL, CTCP.
 *
 * @example
 * ```ts
 * import { irc } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * const bytes = irc().encode({ command: "PRIVMSG", params: ["#news", "hello all"] });
 * assert(new TextDecoder().decode(bytes) === "PRIVMSG #news :hello all\r\n");
 * ```
 *
 * @module
 */
export { formatCapabilities, parseCapabilities } from "./capabilities.ts";
export { type Casemapping, foldCase } from "./casemapping.ts";
export { type CtcpMessage, formatCtcp, parseCtcp } from "./ctcp.ts";
export { formatIrcMessage } from "./format_message.ts";
export { stripFormatting } from "./formatting.ts";
export { isIrcHostname } from "./hostname.ts";
export { irc, type IrcMessageOrError, type IrcOptions } from "./irc.ts";
export {
  type IrcChannelModes,
  type IrcPrefix,
  IrcSupport,
  type IrcSupportOptions,
} from "./isupport.ts";
export { type MaskOptions, matchesMask } from "./mask.ts";
export type { IrcMessage } from "./message.ts";
export { type ChannelNameOptions, isChannelName, isNickname } from "./names.ts";
export { type NumericName, numericName, NUMERICS } from "./numerics.ts";
export { parseIrcMessage } from "./parse_message.ts";
export { saslLines, saslPlain, type SaslPlainOptions } from "./sasl.ts";
export { formatSource, type IrcSource, parseSource } from "./source.ts";
export { splitText, type SplitTextOptions } from "./split_text.ts";
export { formatTags, parseTags } from "./tags.ts";
