import { joined, utf8Bytes } from "../support.ts";

/** What a frame is (RFC 6455, 5.2). Written here anew: a test that took these from the codec would believe it. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as it stands on the wire, right or wrong. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  /** @default {true} */
  readonly fin?: boolean;
  /** The three reserved bits as a number; 4 is the first one. @default {0} */
  readonly rsv?: number;
  /** Bytes that the length takes behind the second byte. @default the fewest */
  readonly lengthBytes?: 0 | 2 | 8;
  /** Its sender masks it. @default a client does, a server does not */
  readonly masked?: boolean;
}

/** What can be said of a frame beside its payload. */
export type FrameChange = Omit<Partial<Frame>, "payload">;

/** Returns the bytes of a payload that is given as text. */
function payloadOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? utf8Bytes(payload) : payload;
}

/** Returns a frame of any kind. */
export function frame(
  opcode: number,
  payload: string | Uint8Array = "",
  change: FrameChange = {},
): Frame {
  return { opcode, payload: payloadOf(payload), ...change };
}

/** Returns a text frame. */
export function text(payload: string | Uint8Array = "", change?: FrameChange): Frame {
  return frame(OPCODE.text, payload, change);
}

/** Returns a binary frame. */
export function binary(payload: string | Uint8Array = "", change?: FrameChange): Frame {
  return frame(OPCODE.binary, payload, change);
}

/** Returns a frame that goes on with a message. */
export function more(payload: string | Uint8Array = "", change?: FrameChange): Frame {
  return frame(OPCODE.continuation, payload, change);
}

/** Returns a ping. */
export function ping(payload: string | Uint8Array = "", change?: FrameChange): Frame {
  return frame(OPCODE.ping, payload, change);
}

/** Returns a pong. */
export function pong(payload: string | Uint8Array = "", change?: FrameChange): Frame {
  return frame(OPCODE.pong, payload, change);
}

/** Returns a close frame; without a code it is empty. */
export function close(code?: number, reason: string | Uint8Array = ""): Frame {
  if (code === undefined) return frame(OPCODE.close);
  return frame(OPCODE.close, joined([Uint8Array.of(code >> 8, code), payloadOf(reason)]));
}

/** More to come: what a fragment that is not the last one has. */
export const OPEN: FrameChange = { fin: false };

/** The mask of the frames of tests: four bytes that differ, and none of them 0. */
export const MASK: Uint8Array = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** Who sends, which decides about the mask. */
export type Sender = "client" | "server";

/** Returns the bytes of a frame. */
export function frameBytes(
  { opcode, payload, fin = true, rsv = 0, lengthBytes = fewest(payload.length), masked }: Frame,
  { sender, mask = MASK }: { sender: Sender; mask?: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const isMasked = masked ?? sender === "client";
  const short = lengthBytes === 0 ? payload.length : lengthBytes === 2 ? 126 : 127;
  const head = [(fin ? 0x80 : 0) | rsv << 4 | opcode, (isMasked ? 0x80 : 0) | short];
  for (let byte = lengthBytes - 1; byte >= 0; byte--) {
    head.push(Math.floor(payload.length / 256 ** byte) % 256);
  }
  if (!isMasked) return joined([Uint8Array.from(head), payload]);
  return joined([Uint8Array.from(head), mask, payload.map((byte, at) => byte ^ mask[at % 4]!)]);
}

/** Returns the bytes of frames behind one another. */
export function framesBytes(
  frames: readonly Frame[],
  options: { sender: Sender; mask?: Uint8Array },
): Uint8Array<ArrayBuffer> {
  return joined(frames.map((one) => frameBytes(one, options)));
}

function fewest(length: number): 0 | 2 | 8 {
  return length < 126 ? 0 : length < 65_536 ? 2 : 8;
}

/** A frame that was read back. */
export interface ReadFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly lengthBytes: 0 | 2 | 8;
  /** Undefined where it has none. */
  readonly mask: Uint8Array | undefined;
  /** Unmasked. */
  readonly payload: Uint8Array;
}

/** Reads whole frames back. @throws {Error} The last one is cut. */
export function readFrames(bytes: Uint8Array): ReadFrame[] {
  const frames: ReadFrame[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    at += 2;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    let length = lengthBytes === 0 ? short : 0;
    for (const end = at + lengthBytes; at < end; at++) length = length * 256 + bytes[at]!;
    const mask = second > 0x7f ? bytes.slice(at, at += 4) : undefined;
    if (at + length > bytes.length) throw new Error(`The frame before ${at} is cut`);
    const raw = bytes.slice(at, at += length);
    const payload = mask ? raw.map((byte, index) => byte ^ mask[index % 4]!) : raw;
    const [fin, rsv] = [first > 0x7f, first >> 4 & 7];
    frames.push({ opcode: first & 15, fin, rsv, lengthBytes, mask, payload });
  }
  return frames;
}
