import fc from "fast-check";
import { type Codec, type Decoder, ProtocolError } from "../../codec/mod.ts";

export { concat as joined, cutAt, cutEvery, hex } from "../../testing/bytes.ts";

/** Every property test draws the same inputs on every run. */
export const CHECK = { seed: 20_260_101, numRuns: 200 } as const;

/** What a decoder gave, in a form that can be compared: bytes as hex, errors as text. */
export interface Outcome {
  messages: unknown[];
  error: string | undefined;
}

/** Returns text as UTF-8. */
export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Returns bytes as text of one character a byte, for references that are written with strings. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Returns the bytes of a text of one character a byte. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Positions to cut at. */
export function cuts(max: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(max), { maxLength: 12 });
}

/** Bytes that are likely to mean something: most are drawn from `telling`. */
export function tellingBytes(
  telling: readonly number[],
  maxLength: number,
): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...telling) },
    { weight: 1, arbitrary: fc.nat(255) },
  );
  return fc.array(byte, { maxLength }).map((bytes) => Uint8Array.from(bytes));
}

/** Well-formed text of any characters; half of them are ASCII. fast-check's own takes a second to begin. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const character = fc.oneof(fc.nat(0x7f), fc.integer({ min: 0x80, max: 0x10ffff }));
  return fc.array(character, { maxLength })
    .map((codes) => String.fromCodePoint(...codes).toWellFormed());
}

/** Each byte's digits behind a space. */
const SPACED_HEX = Array.from(
  { length: 256 },
  (_, byte) => ` ${byte.toString(16).padStart(2, "0")}`,
);

/** Returns a message in a form that assertEquals compares and prints well. */
export function comparable(message: unknown): unknown {
  if (message instanceof ProtocolError) return described(message);
  if (message instanceof Uint8Array) {
    let digits = "";
    for (const byte of message) digits += SPACED_HEX[byte];
    return digits.slice(1);
  }
  return message;
}

/** Takes every message that is there. */
export function drain<In>(decoder: Decoder<In>): In[] {
  const messages: In[] = [];
  for (let message; (message = decoder.next()) !== undefined;) messages.push(message);
  return messages;
}

/** Decodes chunks and then the end; an error that is no ProtocolError comes through. */
export function decodeChunks(
  codec: Codec<unknown, never>,
  chunks: readonly Uint8Array[],
): Outcome {
  const decoder = codec.decoder();
  const messages: unknown[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      takeAll(decoder, messages);
    }
    decoder.end();
    takeAll(decoder, messages);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { messages, error: described(error) };
  }
  return { messages, error: undefined };
}

function takeAll(decoder: Decoder<unknown>, messages: unknown[]): void {
  for (let message; (message = decoder.next()) !== undefined;) messages.push(comparable(message));
}

function described({ name, code, side, offset, message }: ProtocolError): string {
  return `${name} ${code} ${side} ${offset}: ${message}`;
}
