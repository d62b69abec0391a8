import { constants, createDeflateRaw, inflateRawSync } from "node:zlib";
import { deflateEngine } from "../../../codec/deflate.ts";
import type { AgreedCompression } from "../../../codec/websocket/mod.ts";
import { SeededRandom } from "../../../testing/random.ts";
import { joined, utf8Bytes } from "../support.ts";

/** The four bytes that a sender takes off each message, and a receiver puts back (RFC 7692, 7.2.1 and 7.2.2). */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/** How one direction was agreed on. */
export interface Agreed {
  readonly windowBits: number;
  readonly takeover: boolean;
}

/** Returns what both sides agreed on, as one of them sees it. */
export function agreedOn(
  { outgoing = WIDEST, incoming = WIDEST, thresholdBytes = 0 }: {
    outgoing?: Agreed;
    incoming?: Agreed;
    thresholdBytes?: number;
  } = {},
): AgreedCompression {
  return { outgoing, incoming, thresholdBytes, engine: deflateEngine };
}

const WIDEST: Agreed = { windowBits: 15, takeover: true };

/** Every window and both ways to go on from message to message. */
export const AGREED: readonly Agreed[] = [8, 9, 10, 12, 14, 15].flatMap((windowBits) =>
  [true, false].map((takeover) => ({ windowBits, takeover }))
);

/** Returns messages as another sender compresses them, each without its tail. */
export async function deflatedByZlib(
  messages: readonly Uint8Array[],
  { windowBits, takeover }: Agreed,
): Promise<Uint8Array[]> {
  const packed: Uint8Array[] = [];
  let stream: ReturnType<typeof createDeflateRaw> | undefined;
  for (const message of messages) {
    if (!takeover) stream?.close();
    // Of its smallest window it makes the next one.
    stream = takeover && stream || createDeflateRaw({ windowBits: Math.max(9, windowBits) });
    packed.push(await flushed(stream, message));
  }
  stream?.close();
  return packed;
}

function flushed(
  stream: ReturnType<typeof createDeflateRaw>,
  message: Uint8Array,
): Promise<Uint8Array> {
  // An empty flush gives nothing; this is what stands for an empty message (RFC 7692, 7.2.3.6).
  if (message.length === 0) return Promise.resolve(new Uint8Array(1));
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    const onData = (piece: Uint8Array) => void pieces.push(Uint8Array.from(piece));
    stream.on("data", onData);
    stream.once("error", reject);
    stream.write(message);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off("data", onData);
      stream.off("error", reject);
      const all = joined(pieces);
      resolve(all.subarray(0, all.length - TAIL.length));
    });
  });
}

/** Returns what compressed messages are, as another receiver sees them: all of them in one where the window goes on. */
export function inflatedByZlib(
  packed: readonly Uint8Array[],
  { windowBits, takeover }: Agreed,
): Uint8Array {
  const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH };
  const whole = packed.map((one) => joined([one, TAIL]));
  const streams = takeover ? [joined(whole)] : whole;
  return joined(streams.map((one) => new Uint8Array(inflateRawSync(one, options))));
}

/** Kinds of what is sent: text that repeats, text like that of programs, text of everywhere, and what cannot be compressed. */
export const CONTENTS: Readonly<Record<string, (bytes: number) => Uint8Array>> = {
  "text that repeats": (bytes) =>
    utf8Bytes("Hello, world! ".repeat(bytes / 14 + 1)).slice(0, bytes),
  "lines of JSON": (bytes) => {
    const random = new SeededRandom(3);
    const line = (_: unknown, at: number) =>
      `{"id":${at},"price":${random.upTo(10_000) / 100},"name":"item ${random.upTo(500)}"}\n`;
    return utf8Bytes(Array.from({ length: bytes / 20 + 1 }, line).join("")).slice(0, bytes);
  },
  "bytes at random": (bytes) => new SeededRandom(5).bytes(bytes),
};
