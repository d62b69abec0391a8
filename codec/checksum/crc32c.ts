// This module is browser compatible.

import { type Fold, openFold } from "./crc32c_simd.ts";

/** From here on, a fold is twice as fast as the tables alone, or more; they are even at half of this. */
export const FOLD_FROM_BYTES = 1024;

/** Eight tables: `TABLES[k][b]` is what byte `b` does to the checksum `k` bytes later. */
const TABLES = tables();

/** Opened at the first long input; `null` before. */
let shared: Fold | undefined | null = null;

/**
 * Returns the CRC-32C (Castagnoli, RFC 3720 §12.1) of `bytes`, or that of the bytes in front of them and of these,
 * when `before` is the former's.
 *
 * Long inputs go through WebAssembly's SIMD where the engine has it.
 *
 * @example
 * ```ts
 * import { crc32c } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("123456789");
 * assert(crc32c(bytes) === 0xe3069283);
 * assert(crc32c(bytes.subarray(4), crc32c(bytes.subarray(0, 4))) === 0xe3069283);
 * ```
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  if (bytes.length < FOLD_FROM_BYTES) return ~advance(~before, bytes) >>> 0;
  if (shared === null) shared = openFold();
  return crc32cBy(shared, { bytes, before });
}

/** Returns the same with `fold`, which `bytes` must be long enough for; with the tables alone when it is `undefined`. */
export function crc32cBy(
  fold: Fold | undefined,
  { bytes, before }: { bytes: Uint8Array; before: number },
): number {
  return ~(fold === undefined ? advance(~before, bytes) : advance(0, fold(bytes, ~before))) >>> 0;
}

/** Takes `state`, a checksum whose bits are all inverted, over `bytes`. */
function advance(state: number, bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let crc = state;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    crc ^= bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 |
      bytes[at + 3]! << 24;
    crc = t7[crc & 255]! ^ t6[crc >>> 8 & 255]! ^ t5[crc >>> 16 & 255]! ^
      t4[crc >>> 24]! ^ t3[bytes[at + 4]!]! ^ t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^ t0[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) {
    crc = crc >>> 8 ^ t0[(crc ^ bytes[at]!) & 255]!;
  }
  return crc;
}

type Table = Int32Array;
type Tables = readonly [Table, Table, Table, Table, Table, Table, Table, Table];

function tables(): Tables {
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) {
      // 0x82f63b78 is the polynomial 0x1edc6f41, bits reversed.
      crc = crc & 1 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
    }
    first[byte] = crc;
  }
  const after = (before: Table) => before.map((crc) => crc >>> 8 ^ first[crc & 255]!);
  const t1 = after(first);
  const t2 = after(t1);
  const t3 = after(t2);
  const t4 = after(t3);
  const t5 = after(t4);
  const t6 = after(t5);
  return [first, t1, t2, t3, t4, t5, t6, after(t6)];
}
