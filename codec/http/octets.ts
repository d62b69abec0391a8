// This module is browser compatible.

/** Tables of the octets that HTTP allows in one place or another: 1 where it is allowed. */
function table(...allowed: readonly (string | readonly [from: number, to: number])[]): Uint8Array {
  const octets = new Uint8Array(256);
  for (const one of allowed) {
    if (typeof one === "string") {
      for (let at = 0; at < one.length; at++) octets[one.charCodeAt(at)] = 1;
    } else octets.fill(1, one[0], one[1] + 1);
  }
  return octets;
}

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What a method or a field name consists of (RFC 9110, 5.6.2, tchar). */
export const TOKEN = table("!#$%&'*+-.^_`|~", DIGITS, LETTERS);
/** What a field value holds (RFC 9110, 5.5): visible characters, blanks and obs-text, no controls. */
export const VALUE = table("\t", [0x20, 0x7e], [0x80, 0xff]);
/** What a request target holds: no blanks and no controls. Browsers send more than RFC 3986 allows, so that all pass. */
export const TARGET = table([0x21, 0x7e], [0x80, 0xff]);
/** What a name or an IPv4 address is written with (RFC 3986, 3.2.2). */
export const HOST = table("-._~!$&'()*+,;=%", DIGITS, LETTERS);
/** What stands between the brackets of an IPv6 address. */
export const IP_LITERAL = table("-._~!$&'()*+,;=%:", DIGITS, LETTERS);

export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const COLON = 58;
/** What CR and LF have at the end of a line. */
export const CRLF_BYTES = 2;

/** Says whether an octet is a space or a tab (RFC 9110, 5.6.3). */
export function isBlank(octet: number): boolean {
  return octet === SPACE || octet === TAB;
}

/** Says whether bytes are this name, which is given in lower case. */
export function isName(
  bytes: Uint8Array,
  { from, to, name }: { from: number; to: number; name: string },
): boolean {
  if (to - from !== name.length) return false;
  for (let at = 0; at < name.length; at++) {
    let byte = bytes[from + at]!;
    if (byte >= 65 && byte <= 90) byte |= 32;
    if (byte !== name.charCodeAt(at)) return false;
  }
  return true;
}

/** Returns the value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
