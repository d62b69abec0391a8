// This module is browser compatible.

const TABLE = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  TABLE[byte] = crc;
}

/**
 * Returns the CRC-32 of bytes, as Ethernet, zip and gzip have it (polynomial 04C11DB7, hex). `crc` goes on where an earlier
 * call ended.
 *
 * @example
 * ```ts
 * import { crc32 } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * assert(crc32(new TextEncoder().encode("123456789")) === 0xcbf43926);
 * ```
 */
export function crc32(bytes: Uint8Array, crc = 0): number {
  let register = ~crc;
  for (const byte of bytes) register = (register >>> 8) ^ TABLE[(register ^ byte) & 0xff]!;
  return ~register >>> 0;
}
