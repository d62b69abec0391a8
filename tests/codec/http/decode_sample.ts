import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import type { Decoder } from "../../../codec/codec.ts";
import { ProtocolError } from "../../../codec/errors.ts";
import {
  httpClientCodec,
  type HttpClientMessage,
  httpServerCodec,
  type HttpServerMessage,
  statusHint,
} from "../../../codec/http/mod.ts";
import { fromLatin1, latin1 } from "../support.ts";
import type { HttpSample, Lines, Wanted } from "./samples/sample.ts";

/** The side that decodes. */
export type HttpSide = "server" | "client";

type Message = HttpServerMessage | HttpClientMessage;

/** A head with all that it says, the exact text among it. */
export type SeenHead = Readonly<Record<string, unknown>> & { readonly text: string };

/** A message as it came: a head, the whole of a body, or the trailers behind it. */
export type Seen = SeenHead | string | { readonly trailers: Lines };

/** What came of bytes. */
export interface Outcome {
  readonly messages: readonly Seen[];
  readonly error: { code: string; status: number; offset: number; message: string } | undefined;
}

/** Returns a decoder of requests, or one of the responses to requests that were sent already. */
export function decoderOf(
  side: HttpSide,
  { asked = ["GET"] }: Pick<HttpSample, "asked"> = {},
): Decoder<Message> {
  if (side === "server") return httpServerCodec().session().decoder;
  const session = httpClientCodec().session();
  for (const method of asked) {
    const target = method === "CONNECT" ? "a:443" : "/";
    session.encode({ method, target, fields: { Host: "a" } }, new ByteWriter());
  }
  return session.decoder;
}

/** Decodes chunks, and then the end of the stream. Another error than a `ProtocolError` comes through. */
export function decodeToEnd(decoder: Decoder<Message>, chunks: readonly Uint8Array[]): Outcome {
  const messages: Seen[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      take(decoder, messages);
    }
    decoder.end();
    take(decoder, messages);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { code, offset, message } = error;
    return { messages, error: { code, status: statusHint(error), offset, message } };
  }
  return { messages, error: undefined };
}

/** Decodes chunks up to so many messages, and returns them, and the bytes that are left. */
export function decodeSome(
  decoder: Decoder<Message>,
  { chunks, count }: { chunks: readonly Uint8Array[]; count: number },
): { messages: readonly Seen[]; rest: string } {
  const messages: Seen[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    take(decoder, messages, { count });
  }
  return { messages, rest: latin1(decoder.rest!()) };
}

function take(
  decoder: Decoder<Message>,
  messages: Seen[],
  { count = Infinity }: { count?: number } = {},
): void {
  while (messages.length < count) {
    const message = decoder.next();
    if (message === undefined) return;
    const last = messages.at(-1);
    if (message.type === "end") messages.push({ trailers: [...message.trailers ?? []] });
    else if (message.type !== "body") {
      const { fields, text } = message;
      // Those two are no own properties.
      messages.push({ ...message, fields: [...fields], text });
    } else if (typeof last !== "string") messages.push(latin1(message.bytes));
    else messages[messages.length - 1] = last + latin1(message.bytes);
  }
}

/** Returns of what came that which is wanted, so that both can be compared. */
export function asWanted(seen: readonly Seen[], wanted: readonly Wanted[]): unknown[] {
  return seen.map((message, index) => {
    const like = wanted[index];
    if (typeof message === "string" || "trailers" in message || typeof like !== "object") {
      return message;
    }
    return Object.fromEntries(
      Object.entries(message).filter(([name]) => name === "body" || name in like),
    );
  });
}

/** Returns what is wanted, with what holds where nothing is said: no body. */
export function filledIn(wanted: readonly Wanted[]): unknown[] {
  return wanted.map((one) =>
    typeof one === "string" || "trailers" in one ? one : { body: 0, ...one }
  );
}

/** Returns the bytes of a sample's text. */
export function bytesOf({ bytes, handedOn = "" }: HttpSample): Uint8Array {
  return fromLatin1(bytes + handedOn);
}
