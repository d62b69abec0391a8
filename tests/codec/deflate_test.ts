import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { deflate, inflate } from "../../codec/deflate.ts";
import { ProtocolError } from "../../codec/mod.ts";
import { changedBytes } from "./changed_bytes.ts";
import { CHECK, comparable, hex, joined, utf8Bytes } from "./support.ts";

const MIB = 1024 * 1024;

/** One block of RFC 1951 §3.2.4 that is not compressed: "hi". */
const STORED = "01 02 00 fd ff 68 69";

async function requireRefused(
  packed: Uint8Array,
  { rawBytes, received }: { rawBytes: number; received: string },
): Promise<void> {
  const error = await assertRejects(() => inflate(packed, { rawBytes, offset: 7 }), ProtocolError);
  const expected = `deflate of ${rawBytes} bytes`;
  assertEquals(
    error.message,
    `Cannot inflate block at offset 7: expected ${expected}, got ${received}`,
  );
  assertEquals([error.code, error.side, error.offset], ["bad-compression", "remote", 7]);
  assertEquals([error.expected, error.received], [expected, received]);
}

function repeating(bytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: bytes }, (_, at) => (at * at >> 7) & 0x3f);
}

Deno.test("inflate() gives what deflate() was given when it is empty, one byte, and a whole block", async () => {
  for (const bytes of [hex(""), hex("00"), utf8Bytes("€".repeat(99)), repeating(MIB)]) {
    const packed = await deflate(bytes);
    const { length: rawBytes } = bytes;
    assertEquals(comparable(await inflate(packed, { rawBytes, offset: 0 })), comparable(bytes));
  }
});

Deno.test("inflate() gives what deflate() was given when it is any bytes", async () => {
  const roundtrip = fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
    const packed = await deflate(bytes);
    const { length: rawBytes } = bytes;
    assertEquals(comparable(await inflate(packed, { rawBytes, offset: 0 })), comparable(bytes));
  });
  await fc.assert(roundtrip, { ...CHECK, numRuns: 50 });
});

Deno.test("deflate() makes bytes shorter when they repeat", async () => {
  const packed = await deflate(new Uint8Array(MIB));
  assertEquals(packed.length < MIB / 100, true);
});

Deno.test("inflate() reads a block that another program wrote", async () => {
  assertEquals(comparable(await inflate(hex(STORED), { rawBytes: 2, offset: 0 })), "68 69");
});

Deno.test("inflate() leaves the bytes alone when they stand inside others", async () => {
  const bytes = joined([hex("ff ff"), hex(STORED), hex("ff ff")]);
  assertEquals(
    comparable(await inflate(bytes.subarray(2, 9), { rawBytes: 2, offset: 0 })),
    "68 69",
  );
  assertEquals(comparable(bytes), comparable(joined([hex("ff ff"), hex(STORED), hex("ff ff")])));
});

Deno.test("inflate() refuses when other than exactly rawBytes come out", async () => {
  const packed = await deflate(new Uint8Array(1000));
  await requireRefused(packed, { rawBytes: 999, received: "something else" });
  assertEquals((await inflate(packed, { rawBytes: 1000, offset: 0 })).length, 1000);
  await requireRefused(packed, { rawBytes: 1001, received: "1000 bytes" });
  await requireRefused(await deflate(hex("")), { rawBytes: 1, received: "0 bytes" });
});

Deno.test("inflate() stops when far more than rawBytes would come out", async () => {
  // Ten million zero bytes inside a hundred: the declared hundred is all that is made room for.
  const bomb = await deflate(new Uint8Array(10_000_000));
  await requireRefused(bomb, { rawBytes: 100, received: "something else" });
});

Deno.test("inflate() refuses when the end is missing, wherever it was cut", async () => {
  const packed = await deflate(repeating(500));
  for (let length = 0; length < packed.length; length++) {
    await requireRefused(packed.subarray(0, length), { rawBytes: 500, received: "something else" });
  }
});

Deno.test("inflate() refuses when the bytes are no deflate, or something stands behind it", async () => {
  const gzip = hex("1f 8b 08 00 00 00 00 00 00 03");
  const bytes = [hex("ff ff ff"), gzip, utf8Bytes("hello"), hex(`${STORED} 00`)];
  for (const packed of bytes) {
    await requireRefused(packed, { rawBytes: 2, received: "something else" });
  }
});

Deno.test("inflate() throws only ProtocolError when the bytes are random", async () => {
  const sound = await deflate(repeating(500));
  const noise = fc.oneof(fc.uint8Array({ maxLength: 200 }), changedBytes(sound));
  const refuses = fc.asyncProperty(noise, async (bytes) => {
    try {
      assertEquals((await inflate(bytes, { rawBytes: 500, offset: 0 })).length, 500);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      assertEquals(error.code, "bad-compression");
    }
  });
  await fc.assert(refuses, CHECK);
});

Deno.test("inflate() gives the block of the parcel format's compressed sample", async () => {
  const inflated = await inflate(hex("63 a0 03 00 00"), { rawBytes: 100, offset: 0 });
  assertEquals(comparable(inflated), comparable(new Uint8Array(100)));
});
