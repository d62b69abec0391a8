import { isIrcHostname } from "../codec/irc/mod.ts";
import { byteLength } from "./cut_text.ts";

/** A nickname: letters, digits and what the fathers of IRC had for letters; it begins with no digit and no `-` (RFC 2812, 2.3.1). */
const NICKNAME = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]*$/;

/**
 * What a channel's name may not hold: the characters that end it (RFC 2812, 1.3), and what is not seen. Two channels whose
 * names look alike would else be told apart by nobody. To what Unicode knows as such come an empty pattern of Braille, a note
 * without a head, a filler, and what stands for text that was lost.
 */
const NOT_IN_CHANNEL =
  /[\s,\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\u{16fe4}\ufffc\ufffd]/u;

/** What may stand in the name of a user, the part in front of the host. */
const NOT_IN_USERNAME = /[^A-Za-z0-9._-]/g;
const MAX_USERNAME_CHARS = 10;

/** Says whether text can be a nickname. */
export function isNick(text: string, maxBytes: number): boolean {
  return text.length <= maxBytes && NICKNAME.test(text);
}

/** Says whether text can be the name of a channel. */
export function isChannel(text: string, maxBytes: number): boolean {
  return text.length > 1 && text.startsWith("#") && byteLength(text) <= maxBytes &&
    !NOT_IN_CHANNEL.test(text);
}

/** Returns the name of a user as others see it; the `~` says that nobody has made sure of it. */
export function usernameOf(text: string): string {
  const clean = text.replace(NOT_IN_USERNAME, "").slice(0, MAX_USERNAME_CHARS);
  return `~${clean || "user"}`;
}

/** Returns the members of a list that a client has typed, without those that are empty. */
export function listed(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(",").filter((one) => one !== "");
}

/** Returns a number that a client has typed, in decimal digits alone; undefined where it is none, or has too many of them. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The longest name of a server that leaves room for what it says (RFC 2813, 2.2.3). */
export const MAX_SERVER_NAME_CHARS = 63;

/** Says whether text can be the name of a server: a host's, with a dot in it. */
export function isServerName(text: string): boolean {
  return text.length <= MAX_SERVER_NAME_CHARS && isIrcHostname(text);
}

/** Says whether text is one word of ASCII that a greeting has room for. */
export function isWord(text: string): boolean {
  return /^(?!:)[!-~]{1,40}$/.test(text);
}
