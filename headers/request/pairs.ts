import { latin1Bytes } from "../../codec/bytes/latin1_text.ts";
import { hexDigit } from "../../codec/http/octets.ts";
import { utf8Of } from "./byte_text.ts";

/** A name with its value, as they came (one character a byte), and as they are meant where that differs. */
export interface Pair {
  /** The name as it came. */
  readonly name: string;
  /** The value as it came; undefined where there is no `=`. */
  readonly value: string | undefined;
  /** The name without its percent-encoding, where it has any. */
  readonly decodedName?: string;
  /** The value without its percent-encoding, where it has any. */
  readonly decodedValue?: string;
}

/** How many pairs are told apart at most; the last one is then all the rest as it came. */
export const MAX_PAIRS = 1000;

/**
 * Takes cookies apart (RFC 6265, 4.2): `name=value` with semicolons between, over all lines of the field. What has no `=`
 * is a value without a name, as browsers send it. Quotes belong to the value.
 */
export function cookiesIn(lines: Iterable<string>): Pair[] {
  const cookies: Pair[] = [];
  for (const line of lines) {
    for (const item of split(line, ";")) {
      const said = item.trim();
      if (said === "") continue;
      const equals = said.indexOf("=");
      cookies.push(
        pairOf(equals < 0 ? "" : said.slice(0, equals).trim(), said.slice(equals + 1).trim()),
      );
    }
  }
  return cookies;
}

/**
 * Takes a query, or the body of a form, apart (URL Standard, 5.1): `name=value` with `&` between, `+` for a blank,
 * and percent-encoding.
 */
export function formPairsIn(text: string): Pair[] {
  return split(text, "&").filter((item) => item !== "").map((item) => {
    const equals = item.indexOf("=");
    if (equals < 0) return pairOf(item, undefined, { plus: true });
    return pairOf(item.slice(0, equals), item.slice(equals + 1), { plus: true });
  });
}

/** How text is decoded. */
interface DecodeOptions {
  /** A plus stands for a blank, as in a form. */
  readonly plus?: boolean;
}

/**
 * Returns text without its percent-encoding, and undefined where there is none, or where the bytes that it stands for are no
 * UTF-8. A percent sign without two hexadecimal digits behind it stays as it is.
 */
export function decodedOf(text: string, { plus = false }: DecodeOptions = {}): string | undefined {
  const spaced = plus ? text.replaceAll("+", " ") : text;
  const bytes = latin1Bytes(spaced);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]! === PERCENT ? escapedByte(bytes, at) : undefined;
    if (byte !== undefined) at += 2;
    bytes[length++] = byte ?? bytes[at]!;
  }
  if (length === bytes.length && spaced === text) return undefined;
  return utf8Of(bytes.subarray(0, length));
}

const PERCENT = 0x25;

/** Returns the byte that two hexadecimal digits behind a percent sign stand for. */
function escapedByte(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = [hexDigit(bytes[at + 1] ?? 0), hexDigit(bytes[at + 2] ?? 0)];
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

function pairOf(name: string, value: string | undefined, options: DecodeOptions = {}): Pair {
  const decodedName = decodedOf(name, options);
  const decodedValue = value === undefined ? undefined : decodedOf(value, options);
  return {
    name,
    value,
    ...decodedName !== undefined && { decodedName },
    ...decodedValue !== undefined && { decodedValue },
  };
}

/** Splits into at most {@linkcode MAX_PAIRS} pieces. */
function split(text: string, between: string): string[] {
  const pieces = text.split(between, MAX_PAIRS + 1);
  if (pieces.length <= MAX_PAIRS) return pieces;
  const kept = pieces.slice(0, MAX_PAIRS - 1);
  const length = kept.reduce((sum, piece) => sum + piece.length + between.length, 0);
  return [...kept, text.slice(length)];
}
