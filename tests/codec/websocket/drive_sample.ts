import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import type { Codec, Session } from "../../../codec/codec.ts";
import { ProtocolError } from "../../../codec/errors.ts";
import {
  webSocketClientCodec,
  type WebSocketCodecOptions,
  type WebSocketMessage,
  type WebSocketOutgoing,
  webSocketServerCodec,
} from "../../../codec/websocket/mod.ts";
import { utf8Bytes } from "../support.ts";
import { close, frameBytes, framesBytes, readFrames, type Sender } from "./frames.ts";
import type { FrameSample, Role, Said } from "./samples/sample.ts";

/** The other side. */
export const PEER: Readonly<Record<Role, Sender>> = { server: "client", client: "server" };

/** A prime number of bytes, so that no two masks in a row are the same. */
const PRIME = 251;

/** Returns the codec of a side; a client's masks differ, and are the same on every run. */
export function codecOf(
  role: Role,
  options: WebSocketCodecOptions = {},
): Codec<WebSocketMessage, WebSocketOutgoing> {
  if (role === "server") return webSocketServerCodec(options);
  return webSocketClientCodec({
    ...options,
    random: (into) => {
      for (let at = 0; at < into.length; at++) into[at] = at % PRIME;
    },
  });
}

/** What came of bytes: the messages, the error, and what the session wrote of itself, unmasked. */
export interface Outcome {
  readonly messages: Said[];
  error: ProtocolError | undefined;
  /** Bytes that had come when it was refused. */
  refusedBehind: number | undefined;
  written: Uint8Array;
}

/** Decodes chunks as a connection does: an answer is asked for behind each message, a refusal behind an error. */
export function decodeChunks(
  session: Session<WebSocketMessage, WebSocketOutgoing>,
  { chunks, role }: { chunks: readonly Uint8Array[]; role: Role },
): Outcome {
  const outcome: Outcome = {
    messages: [],
    error: undefined,
    refusedBehind: undefined,
    written: new Uint8Array(0),
  };
  const writer = new ByteWriter();
  let came = 0;
  try {
    for (const chunk of chunks) {
      came += chunk.length;
      session.decoder.push(chunk);
      takeAll(session, { outcome, writer });
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    outcome.error = error;
    outcome.refusedBehind = came;
    session.refuse!(error, writer);
  }
  outcome.written = unmasked(writer.finish(), role);
  return outcome;
}

function takeAll(
  session: Session<WebSocketMessage, WebSocketOutgoing>,
  { outcome, writer }: { outcome: Outcome; writer: ByteWriter },
): void {
  for (let message; (message = session.decoder.next()) !== undefined;) {
    outcome.messages.push(saidOf(message));
    session.answer!(writer);
  }
}

/** Returns a message without what is lazy about it. */
export function saidOf(message: WebSocketMessage): Said {
  switch (message.kind) {
    case "text":
      return { text: message.text };
    case "binary":
      return { binary: message.bytes };
    case "ping":
      return { ping: message.bytes };
    case "pong":
      return { pong: message.bytes };
    case "close":
      return { close: message.code, reason: message.reason };
  }
}

/** Returns frames without the masks that a client has to give them. @throws {Error} One has none. */
export function unmasked(bytes: Uint8Array, role: Role): Uint8Array {
  if (role === "server") return bytes;
  const frames = readFrames(bytes).map(({ mask, ...one }) => {
    if (!mask) throw new Error("A client sent a frame without a mask");
    return one;
  });
  return framesBytes(frames, { sender: "server" });
}

/** Returns the close frame that tells a peer of an error, unmasked. */
export function refusalBytes(error: ProtocolError, code: number): Uint8Array {
  // The messages are ASCII, so that no character is cut.
  const reason = utf8Bytes(error.message).subarray(0, 123);
  return frameBytes(close(code, reason), { sender: "server" });
}

/** Returns what the peer of a sample sends. */
export function bytesOf({ frames, missing = 0 }: FrameSample, role: Role): Uint8Array<ArrayBuffer> {
  const bytes = framesBytes(frames, { sender: PEER[role] });
  return bytes.slice(0, bytes.length - missing);
}

/** Returns where a sample is refused when it comes byte by byte; undefined where it does not say. */
export function refusedBehind(sample: FrameSample, role: Role): number | undefined {
  const { frames, refused } = sample;
  const options = { sender: PEER[role] };
  const last = frames.at(-1)!;
  const before = framesBytes(frames.slice(0, -1), options).length;
  if (refused?.atHeadByte !== undefined) return before + refused.atHeadByte;
  if (refused?.atPayloadByte === undefined) return undefined;
  const headBytes = frameBytes(last, options).length - last.payload.length;
  return before + headBytes + refused.atPayloadByte;
}
