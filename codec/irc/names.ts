// This module is browser compatible.

/** How {@linkcode isChannelName} looks. */
export interface ChannelNameOptions {
  /** The characters that a channel's name begins with. @default {"#&"} */
  channelTypes?: string;
}

/**
 * Says whether text can be a channel's name (RFC 2812, 1.3): one of `channelTypes`, and no space, comma, BEL, CR, LF or NUL
 * behind it. How long it may be is for the server to say.
 *
 * @example
 * ```ts
 * import { isChannelName } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(isChannelName("#news") && !isChannelName("news") && !isChannelName("#a,#b"));
 * ```
 */
export function isChannelName(
  text: string,
  { channelTypes = "#&" }: ChannelNameOptions = {},
): boolean {
  // deno-lint-ignore no-control-regex
  return text !== "" && channelTypes.includes(text[0]!) && !/[\0\x07\r\n ,]/.test(text);
}

/**
 * Says whether text can be a nickname (RFC 2812, 2.3.1): letters, digits, hyphens and the characters that count as letters,
 * neither a digit nor a hyphen first. How long it may be is for the server to say.
 *
 * @example
 * ```ts
 * import { isNickname } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(isNickname("ann[away]") && !isNickname("1st") && !isNickname("a!b"));
 * ```
 */
export function isNickname(text: string): boolean {
  return /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]*$/.test(text);
}
