import { hexOf } from "../codec/bytes/hex.ts";
import type { Codec, Decoder } from "../codec/codec.ts";
import { ProtocolError } from "../codec/errors.ts";

/** What came of a stream: each message as text that can be compared, and the error, if one came. */
export interface Decoding {
  readonly messages: readonly string[];
  readonly error: string | undefined;
}

/** Decodes chunks and then the end. An error that is no {@linkcode ProtocolError} comes through. */
export function decodeAll(
  codec: Codec<unknown, never>,
  chunks: readonly Uint8Array[],
): Decoding {
  const decoder = codec.decoder();
  const messages: string[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (const message of drain(decoder)) messages.push(printed(message));
    }
    decoder.end();
    for (const message of drain(decoder)) messages.push(printed(message));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { messages, error: printed(error) };
  }
  return { messages, error: undefined };
}

/** Takes every message that is there, one by one, so that those in front of an error are seen. */
export function* drain<In>(decoder: Decoder<In>): Generator<In, void> {
  for (let message; (message = decoder.next()) !== undefined;) yield message;
}

/** Returns a value as text: what holds the same is the same text, bytes in hex and errors with their code. */
export function printed(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `<${hexOf(value, " ")}>`;
  }
  if (value instanceof ProtocolError) {
    const { name, code, side, offset, message } = value;
    return `${name} ${code} ${side} ${offset}: ${message}`;
  }
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1);
    return `{ ${entries.map(([name, held]) => `${name}: ${printed(held)}`).join(", ")} }`;
  }
  return typeof value === "string" ? JSON.stringify(value) : `${String(value)}`;
}
