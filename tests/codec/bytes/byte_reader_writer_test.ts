import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteReader, ByteWriter, type Endian, ProtocolError } from "../../../codec/mod.ts";
import { anyText, CHECK, hex, utf8Bytes } from "../support.ts";

const ALL = hex("fe 80 01 02 03 04 05 06");
const ENDIAN = fc.constantFrom<Endian>("big", "little");

Deno.test("ByteReader reads each kind of number in both byte orders", () => {
  const reader = (): ByteReader => new ByteReader(ALL);
  assertEquals([reader().u8(), reader().i8()], [0xfe, -2]);
  assertEquals([reader().u16("big"), reader().u16("little")], [0xfe80, 0x80fe]);
  assertEquals([reader().i16("big"), reader().i16("little")], [-0x180, -0x7f02]);
  assertEquals([reader().u32("big"), reader().u32("little")], [0xfe800102, 0x020180fe]);
  assertEquals([reader().i32("big"), reader().i32("little")], [-0x17ffefe, 0x020180fe]);
  assertEquals(reader().u64("big"), 0xfe80010203040506n);
  assertEquals(reader().u64("little"), 0x06050403020180fen);
  assertEquals(reader().i64("big"), 0xfe80010203040506n - (1n << 64n));
  assertEquals(new ByteReader(hex("3f 80 00 00")).f32("big"), 1);
  assertEquals(new ByteReader(hex("00 00 00 00 00 00 f8 3f")).f64("little"), 1.5);
  assertEquals([reader().uint(3, "big"), reader().uint(3, "little")], [0xfe8001, 0x0180fe]);
});

Deno.test("ByteReader reads one behind the other when its bytes are a part of others", () => {
  const reader = new ByteReader(ALL.subarray(2, 7));
  assertEquals([reader.offset, reader.remaining], [0, 5]);
  assertEquals([reader.u8(), reader.u16("big")], [1, 0x0203]);
  assertEquals([reader.offset, reader.remaining], [3, 2]);
  assertEquals(reader.bytes(2), hex("04 05"));
  assertEquals([reader.bytes(0).length, reader.remaining], [0, 0]);
});

Deno.test("ByteReader bytes() gives a copy", () => {
  const bytes = hex("01 02");
  const copy = new ByteReader(bytes).bytes(2);
  bytes.fill(0);
  assertEquals(copy, hex("01 02"));
});

Deno.test("ByteReader throws unexpected-end when fewer bytes are there", () => {
  const reads: [string, number, (reader: ByteReader) => unknown][] = [
    ["u8", 1, (reader) => reader.u8()],
    ["u16", 2, (reader) => reader.u16("big")],
    ["u32", 4, (reader) => reader.u32("big")],
    ["u64", 8, (reader) => reader.u64("big")],
    ["i8", 1, (reader) => reader.i8()],
    ["i16", 2, (reader) => reader.i16("big")],
    ["i32", 4, (reader) => reader.i32("big")],
    ["i64", 8, (reader) => reader.i64("big")],
    ["f32", 4, (reader) => reader.f32("big")],
    ["f64", 8, (reader) => reader.f64("big")],
    ["u24", 3, (reader) => reader.uint(3, "big")],
    ["bytes", 5, (reader) => reader.bytes(5)],
  ];
  for (const [name, width, read] of reads) {
    const reader = new ByteReader(new Uint8Array(width));
    reader.bytes(1);
    const error = assertThrows(() => read(reader), ProtocolError);
    assertEquals(
      error.message,
      `Cannot read ${name} at offset 1: ${width} bytes are needed, ${width - 1} are there`,
    );
    assertEquals([error.code, error.side, error.offset], ["unexpected-end", "remote", 1]);
    assertEquals(reader.offset, 1, "nothing is read");
  }
});

Deno.test("ByteReader bytes() throws bad-length when the count is none", () => {
  for (const count of [-1, 0.5, NaN, Infinity]) {
    const reader = new ByteReader(ALL);
    reader.u8();
    const error = assertThrows(() => reader.bytes(count), ProtocolError);
    assertEquals(
      error.message,
      `Cannot read ${count} bytes at offset 1: the count is a whole number from 0`,
    );
    assertEquals([error.code, error.offset, reader.offset], ["bad-length", 1, 1]);
  }
});

Deno.test("ByteReader uint() throws when the number is over 2^53 - 1 or the width wrong", () => {
  assertEquals(new ByteReader(hex("001fffff ffffffff")).uint(8, "big"), Number.MAX_SAFE_INTEGER);
  const error = assertThrows(
    () => new ByteReader(hex("00200000 00000000")).uint(8, "big"),
    ProtocolError,
  );
  assertEquals(
    error.message,
    "Cannot read u64 at offset 0: 9007199254740992 exceeds 9007199254740991",
  );
  assertEquals([error.code, error.side], ["bad-length", "remote"]);
  for (const width of [0, 9, 1.5]) {
    assertThrows(() => new ByteReader(ALL).uint(width, "big"), RangeError, "from 1 to 8");
  }
});

Deno.test("ByteWriter throws when a number does not fit its width", () => {
  const writes: [string, number | bigint, string, (writer: ByteWriter) => void][] = [
    ["u8", 256, "0 to 255", (writer) => writer.u8(256)],
    ["u8", -1, "0 to 255", (writer) => writer.u8(-1)],
    ["u8", 1.5, "0 to 255", (writer) => writer.u8(1.5)],
    ["u8", NaN, "0 to 255", (writer) => writer.u8(NaN)],
    ["u16", 65536, "0 to 65535", (writer) => writer.u16(65536, "big")],
    ["u32", 2 ** 32, "0 to 4294967295", (writer) => writer.u32(2 ** 32, "big")],
    ["u64", 1n << 64n, "0 to 18446744073709551615", (writer) => writer.u64(1n << 64n, "big")],
    ["u64", -1n, "0 to 18446744073709551615", (writer) => writer.u64(-1n, "big")],
    ["i8", 128, "-128 to 127", (writer) => writer.i8(128)],
    ["i16", -32769, "-32768 to 32767", (writer) => writer.i16(-32769, "big")],
    ["i32", 2 ** 31, "-2147483648 to 2147483647", (writer) => writer.i32(2 ** 31, "big")],
    [
      "i64",
      1n << 63n,
      "-9223372036854775808 to 9223372036854775807",
      (writer) => writer.i64(1n << 63n, "big"),
    ],
    [
      "u24",
      2 ** 24,
      "0 to 16777215",
      (writer) => writer.uint(2 ** 24, { width: 3, endian: "big" }),
    ],
  ];
  for (const [name, value, range, write] of writes) {
    const writer = new ByteWriter();
    writer.u8(1);
    const error = assertThrows(() => write(writer), RangeError);
    assertEquals(
      error.message,
      `Cannot write ${name} at offset 1: ${value} is not a whole number from ${range}`,
    );
    assertEquals(writer.finish(), hex("01"), "nothing is written");
  }
});

Deno.test("ByteWriter gives back what ByteReader reads when the numbers are arbitrary", () => {
  const numbers = fc.record({
    u8: fc.nat(0xff),
    u16: fc.nat(0xffff),
    u32: fc.integer({ min: 0, max: 0xffffffff }),
    u64: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    i8: fc.integer({ min: -0x80, max: 0x7f }),
    i16: fc.integer({ min: -0x8000, max: 0x7fff }),
    i32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
    i64: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
    f32: fc.float(),
    f64: fc.double(),
    wide: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(numbers, ENDIAN, fc.nat(9), (sent, endian, before) => {
      const writer = new ByteWriter(before);
      writer.bytes(new Uint8Array(before));
      writer.u8(sent.u8);
      writer.u16(sent.u16, endian);
      writer.u32(sent.u32, endian);
      writer.u64(sent.u64, endian);
      writer.i8(sent.i8);
      writer.i16(sent.i16, endian);
      writer.i32(sent.i32, endian);
      writer.i64(sent.i64, endian);
      writer.f32(sent.f32, endian);
      writer.f64(sent.f64, endian);
      writer.uint(sent.wide, { width: 7, endian });
      const reader = new ByteReader(writer.finish());
      reader.bytes(before);
      const got = {
        u8: reader.u8(),
        u16: reader.u16(endian),
        u32: reader.u32(endian),
        u64: reader.u64(endian),
        i8: reader.i8(),
        i16: reader.i16(endian),
        i32: reader.i32(endian),
        i64: reader.i64(endian),
        f32: reader.f32(endian),
        f64: reader.f64(endian),
        wide: reader.uint(7, endian),
      };
      assertEquals(got, { ...sent });
      assertEquals(reader.remaining, 0);
    }),
    CHECK,
  );
});

Deno.test("ByteWriter uint() agrees with DataView when the width is 1, 2 or 4", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), ENDIAN, (value, endian) => {
      const writer = new ByteWriter();
      writer.uint(value, { width: 4, endian });
      const view = new DataView(new ArrayBuffer(4));
      view.setUint32(0, value, endian === "little");
      assertEquals(writer.finish(), new Uint8Array(view.buffer));
    }),
    CHECK,
  );
});

Deno.test("ByteWriter text() writes what TextEncoder writes when the text is arbitrary", () => {
  const text = fc.oneof(
    anyText(40),
    fc.string({ maxLength: 40 }),
    fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      const writer = new ByteWriter();
      for (const one of texts) assertEquals(writer.text(one), utf8Bytes(one).length);
      // Each is encoded alone: a pair that is cut between two calls is two lone surrogates.
      assertEquals([...writer.finish()], texts.flatMap((one) => [...utf8Bytes(one)]));
    }),
    CHECK,
  );
});

Deno.test("ByteWriter takes writes back when length is set lower", () => {
  const writer = new ByteWriter();
  writer.text("kept");
  const { length } = writer;
  writer.text("dropped");
  writer.length = length;
  writer.u16(0x4142, "big");
  assertEquals(writer.finish(), utf8Bytes("keptAB"));
});

Deno.test("ByteWriter keeps numbers right when its buffer grows between them", () => {
  const writer = new ByteWriter(3);
  for (let value = 0; value < 1000; value++) writer.i16(value, "big");
  const reader = new ByteReader(writer.finish());
  for (let value = 0; value < 1000; value++) assertEquals(reader.i16("big"), value);
});

Deno.test("ByteWriter finish() gives a copy", () => {
  const writer = new ByteWriter();
  writer.u8(1);
  const first = writer.finish();
  writer.length = 0;
  writer.u8(2);
  assertEquals(first, hex("01"));
});
