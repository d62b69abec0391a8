import { clientFrame } from "../websocket/client_frames.ts";

/** Messages that are sent at once, as they are on the wire. */
export interface Prepared {
  /** Their frames, as a client sends them. */
  readonly sent: Uint8Array<ArrayBuffer>;
  /** Their frames, as everybody is to get them. */
  readonly answer: Uint8Array;
}

/** Makes the frames of so many texts of so many bytes. */
export function prepared({ messages, bytes }: { messages: number; bytes: number }): Prepared {
  const text = new TextEncoder().encode("x".repeat(bytes));
  const head = bytes < 126 ? [0x81, bytes] : [0x81, 126, bytes >> 8, bytes & 0xff];
  const sent = clientFrame({ kind: "text", bytes: text }, { compressed: false });
  const answer = Uint8Array.of(...head, ...text);
  return { sent: repeated(sent, messages), answer: repeated(answer, messages) };
}

function repeated(bytes: Uint8Array, times: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.length * times);
  for (let at = 0; at < all.length; at += bytes.length) all.set(bytes, at);
  return all;
}
