// This module is browser compatible.

/** Returns the table of a CRC-16 whose lowest bit comes first, or last. */
function tableOf(polynomial: number, { reflected }: { reflected: boolean }): Uint16Array {
  const table = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = reflected ? byte : byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      const isOne = (crc & (reflected ? 1 : 0x8000)) !== 0;
      crc = reflected ? crc >>> 1 : crc << 1;
      if (isOne) crc ^= polynomial;
    }
    table[byte] = crc;
  }
  return table;
}

const CCITT = tableOf(0x1021, { reflected: false });
const MODBUS = tableOf(0xa001, { reflected: true });

function forwards(bytes: Uint8Array, initial: number): number {
  let crc = initial;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ CCITT[(crc >>> 8) ^ byte]!;
  return crc;
}

/**
 * Returns the CRC-16/CCITT-FALSE of bytes: polynomial 1021 (hex), initial value FFFF.
 *
 * @example
 * ```ts
 * import { crc16CcittFalse } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * assert(crc16CcittFalse(new TextEncoder().encode("123456789")) === 0x29b1);
 * ```
 */
export function crc16CcittFalse(bytes: Uint8Array): number {
  return forwards(bytes, 0xffff);
}

/**
 * Returns the CRC-16/XMODEM of bytes: polynomial 1021 (hex), initial value 0.
 *
 * @example
 * ```ts
 * import { crc16Xmodem } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * assert(crc16Xmodem(new TextEncoder().encode("123456789")) === 0x31c3);
 * ```
 */
export function crc16Xmodem(bytes: Uint8Array): number {
  return forwards(bytes, 0);
}

/**
 * Returns the CRC-16/MODBUS of bytes: polynomial 8005 (hex), the lowest bit first, initial value FFFF. On the wire Modbus
 * writes it little endian.
 *
 * @example
 * ```ts
 * import { crc16Modbus } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * assert(crc16Modbus(new TextEncoder().encode("123456789")) === 0x4b37);
 * ```
 */
export function crc16Modbus(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ MODBUS[(crc ^ byte) & 0xff]!;
  return crc;
}
