import { deflateRawSync } from "node:zlib";

/** What a load sends. */
export interface LoadMessage {
  readonly kind: "text" | "binary";
  /** As it is before it is packed. */
  readonly bytes: Uint8Array;
}

/** JSON of that many bytes, as a program pushes it; `seed` makes another one. */
export function jsonText(bytes: number, seed: number): string {
  const rows: unknown[] = [];
  const text = () => JSON.stringify({ topic: "orders", sequence: 1_000_000 + seed, rows });
  for (let id = 0; text().length < bytes; id++) {
    const number = (seed * 7919 + id * 104729) % 99991;
    rows.push({ id: 100_000 + number, state: "open", price: number / 100, note: "" });
  }
  rows.pop();
  const short = bytes - text().length;
  const last = rows.at(-1);
  // The note makes up for what is missing.
  if (last !== undefined) rows.splice(-1, 1, { ...last, note: "n".repeat(short) });
  return text();
}

/** Returns a message as one masked frame; compressed, it needs no message before it (RFC 7692, 7.2.1). */
export function clientFrame(
  { kind, bytes }: LoadMessage,
  { compressed }: { compressed: boolean },
): Uint8Array {
  const payload = compressed ? deflated(bytes) : bytes;
  const head = [(compressed ? 0xc0 : 0x80) | (kind === "text" ? 1 : 2), ...lengthOf(payload)];
  head[1]! |= 0x80;
  const mask = crypto.getRandomValues(new Uint8Array(4));
  const frame = new Uint8Array(head.length + 4 + payload.length);
  frame.set(head);
  frame.set(mask, head.length);
  for (let at = 0, to = head.length + 4; at < payload.length; at++, to++) {
    frame[to] = payload[at]! ^ mask[at & 3]!;
  }
  return frame;
}

function lengthOf({ length }: Uint8Array): number[] {
  if (length < 126) return [length];
  if (length < 0x10000) return [126, length >> 8, length & 0xff];
  const field = new DataView(new ArrayBuffer(8));
  field.setBigUint64(0, BigInt(length));
  return [127, ...new Uint8Array(field.buffer)];
}

function deflated(bytes: Uint8Array): Uint8Array {
  // A block that ends where a byte does; its last four bytes are not sent.
  return deflateRawSync(bytes, { finishFlush: 2 }).subarray(0, -4);
}
