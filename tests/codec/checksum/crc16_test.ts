import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { crc16CcittFalse, crc16Modbus, crc16Xmodem } from "../../../codec/checksum/crc16.ts";
import { crc32 } from "../../../codec/checksum/crc32.ts";
import { CHECK, utf8Bytes } from "../support.ts";

/** The checksum of the catalogues, bit by bit, as its definition says it. */
function bitwise(
  bytes: Uint8Array,
  { width, polynomial, initial, reflected, xorOut }: {
    width: number;
    polynomial: bigint;
    initial: bigint;
    reflected: boolean;
    xorOut: bigint;
  },
): number {
  const mask = (1n << BigInt(width)) - 1n;
  const top = 1n << BigInt(width - 1);
  let crc = initial;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const next = (byte >> (reflected ? bit : 7 - bit)) & 1;
      const isOne = ((crc & top) !== 0n) !== (next === 1);
      crc = (crc << 1n) & mask;
      if (isOne) crc ^= polynomial;
    }
  }
  if (reflected) {
    crc = BigInt(`0b${[...crc.toString(2).padStart(width, "0")].reverse().join("")}`);
  }
  return Number(crc ^ xorOut);
}

const CHECKSUMS = [
  {
    name: "crc16CcittFalse()",
    compute: crc16CcittFalse,
    check: 0x29b1,
    empty: 0xffff,
    model: { width: 16, polynomial: 0x1021n, initial: 0xffffn, reflected: false, xorOut: 0n },
  },
  {
    name: "crc16Xmodem()",
    compute: crc16Xmodem,
    check: 0x31c3,
    empty: 0,
    model: { width: 16, polynomial: 0x1021n, initial: 0n, reflected: false, xorOut: 0n },
  },
  {
    name: "crc16Modbus()",
    compute: crc16Modbus,
    check: 0x4b37,
    empty: 0xffff,
    model: { width: 16, polynomial: 0x8005n, initial: 0xffffn, reflected: true, xorOut: 0n },
  },
  {
    name: "crc32()",
    compute: (bytes: Uint8Array) => crc32(bytes),
    check: 0xcbf43926,
    empty: 0,
    model: {
      width: 32,
      polynomial: 0x04c11db7n,
      initial: 0xffffffffn,
      reflected: true,
      xorOut: 0xffffffffn,
    },
  },
] as const;

for (const { name, compute, check, empty, model } of CHECKSUMS) {
  Deno.test(`${name} gives the check value of the catalogues`, () => {
    assertEquals(compute(utf8Bytes("123456789")), check);
    assertEquals(compute(new Uint8Array(0)), empty);
  });
  Deno.test(`${name} agrees with its definition bit by bit`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        assertEquals(compute(bytes), bitwise(bytes, model));
      }),
      CHECK,
    );
  });
}

Deno.test("crc32() goes on where an earlier call ended", () => {
  const bytes = utf8Bytes("123456789");
  for (let cut = 0; cut <= bytes.length; cut++) {
    assertEquals(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), 0xcbf43926);
  }
});
