import { SharedBytes } from "../net/shared_bytes.ts";

/** Messages in one framing that are sent as one: joined, and each by itself for whom only some of them are left. */
export interface Piece {
  /** The frames, one behind the other. */
  readonly joined: SharedBytes;
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
}

/** Frames are joined up to about this many bytes; a larger one stands alone. */
const JOINED_BYTES = 64 * 1024;

/** Joins frames to a piece. */
export function pieceOf(frames: readonly Uint8Array<ArrayBuffer>[]): Piece {
  const [first] = frames;
  if (frames.length === 1 && first) return { joined: new SharedBytes(first), frames };
  const joined = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    joined.set(frame, at);
    at += frame.length;
  }
  return { joined: new SharedBytes(joined), frames };
}

/** Joins frames to as few pieces as their size allows, in their order. */
export function piecesOf(frames: readonly Uint8Array<ArrayBuffer>[]): Piece[] {
  const pieces: Piece[] = [];
  let some: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (const frame of frames) {
    if (some.length > 0 && bytes + frame.length > JOINED_BYTES) {
      pieces.push(pieceOf(some));
      some = [];
      bytes = 0;
    }
    some.push(frame);
    bytes += frame.length;
  }
  if (some.length > 0) pieces.push(pieceOf(some));
  return pieces;
}
