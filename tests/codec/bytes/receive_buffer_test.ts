import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteReader, ReceiveBuffer } from "../../../codec/mod.ts";
import { CHECK, comparable, hex, joined } from "../support.ts";

/** One thing that is done to a buffer; numbers are taken modulo what is possible. */
type Step =
  | { do: "push"; bytes: Uint8Array }
  | { do: "take" | "skip" | "expect"; count: number }
  | { do: "read"; bytes: Uint8Array; min: number; settle: boolean; take: number }
  | { do: "settle" };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("push" as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({
    do: fc.constantFrom("take" as const, "skip" as const, "expect" as const),
    count: fc.nat(400),
  }),
  fc.record({
    do: fc.constant("read" as const),
    bytes: fc.uint8Array({ maxLength: 200 }),
    min: fc.integer({ min: 1, max: 200 }),
    settle: fc.boolean(),
    take: fc.nat(400),
  }),
  fc.record({ do: fc.constant("settle" as const) }),
);

/** Every byte so many times: storage from 4 KiB on leaves with its message and is recycled. */
const TIMES = [1, 60];

Deno.test("ReceiveBuffer agrees with an array when it is used in any order", () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 40 }), fc.nat(255), fc.constantFrom(...TIMES), (
      steps,
      needle,
      times,
    ) => {
      const buffer = new ReceiveBuffer();
      const many = (bytes: Uint8Array) =>
        Uint8Array.from({ length: bytes.length * times }, (_, at) => bytes[at % bytes.length]!);
      let model: number[] = [];
      let offset = 0;
      const pushed: Uint8Array[] = [];
      const taken: { bytes: Uint8Array; expected: string }[] = [];
      for (const step of steps) {
        if (step.do === "push") {
          const chunk = many(step.bytes);
          pushed.push(chunk);
          buffer.push(chunk);
          model.push(...chunk);
        } else if (step.do === "expect") buffer.expect(step.count * times);
        else if (step.do === "read") {
          const room = buffer.room(step.min);
          if (room) {
            assert(room.length >= step.min);
            // Somebody may look at the buffer, and even take from it, while the read is under way.
            if (step.settle) buffer.settle();
            const count = step.take % (model.length + 1);
            const bytes = buffer.take(count);
            taken.push({ bytes, expected: model.slice(0, count).join() });
            model = model.slice(count);
            offset += count;
            const read = many(step.bytes).subarray(0, room.length);
            room.set(read);
            buffer.filled(read.length);
            model.push(...read);
          }
        } else if (step.do === "settle") {
          buffer.settle();
          // The chunks are the caller's again.
          for (const chunk of pushed.splice(0)) chunk.fill(0xff);
          assert(buffer.capacity <= Math.max(64, 4 * model.length));
        } else {
          const count = step.count * times % (model.length + 1);
          const expected = model.slice(0, count);
          if (step.do === "skip") buffer.skip(count);
          else taken.push({ bytes: buffer.take(count), expected: expected.join() });
          model = model.slice(count);
          offset += count;
        }
        assertEquals([buffer.length, buffer.offset], [model.length, offset]);
        assertEquals(buffer.view().join(), model.join());
        const from = Math.floor(model.length / 3);
        assertEquals(buffer.view(from, model.length).join(), model.slice(from).join());
        assertEquals(buffer.indexOf(needle, from), model.indexOf(needle, from));
        const last = model.slice(0, from).lastIndexOf(needle);
        assertEquals(buffer.lastIndexOf(needle, { to: from }), last);
        assertEquals(buffer.lastIndexOf(needle, { from: last + 1, to: from }), -1);
        if (model.length > 0) assertEquals(buffer.at(from), model[from]);
      }
      for (const { bytes, expected } of taken) assertEquals(bytes.join(), expected);
    }),
    { ...CHECK, numRuns: 500 },
  );
});

Deno.test("ReceiveBuffer looks at a chunk in place when nothing waits", () => {
  const buffer = new ReceiveBuffer();
  const chunk = hex("01 02 03");
  buffer.push(chunk);
  assert(buffer.view().buffer === chunk.buffer);
  buffer.skip(1);
  buffer.settle();
  assert(buffer.view().buffer !== chunk.buffer);
  assertEquals(buffer.view(), hex("02 03"));
});

Deno.test("ReceiveBuffer keeps no chunk when all of it was taken", () => {
  const buffer = new ReceiveBuffer();
  buffer.push(new Uint8Array(10_000));
  buffer.skip(10_000);
  buffer.settle();
  assertEquals([buffer.capacity, buffer.length, buffer.offset], [0, 0, 10_000]);
});

Deno.test("ReceiveBuffer gives storage back when little waits", () => {
  const buffer = new ReceiveBuffer();
  buffer.push(hex("01"));
  buffer.settle();
  buffer.push(new Uint8Array(65_536));
  buffer.skip(65_530);
  buffer.settle();
  assertEquals(buffer.length, 7);
  assert(buffer.capacity <= 64);
});

Deno.test("ReceiveBuffer does not grow past what is expected", () => {
  const buffer = new ReceiveBuffer();
  buffer.expect(1000);
  for (let byte = 0; byte < 1000; byte++) {
    buffer.push(Uint8Array.of(byte));
    buffer.settle();
    assert(buffer.capacity <= 1000);
  }
  assertEquals(buffer.length, 1000);
});

Deno.test("ReceiveBuffer allocates nothing when much is expected", () => {
  const buffer = new ReceiveBuffer();
  buffer.expect(2 ** 40);
  buffer.push(hex("01"));
  buffer.settle();
  buffer.push(hex("02"));
  assert(buffer.capacity <= 64);
});

Deno.test("ReceiveBuffer gives a large message that stays as it was when more arrives", () => {
  const buffer = new ReceiveBuffer();
  const message = Uint8Array.from({ length: 10_000 }, (_, at) => at * 7);
  const bytes = joined([message, hex("aa bb")]);
  buffer.push(bytes.subarray(0, 5));
  buffer.push(bytes.subarray(5));
  const taken = buffer.take(10_000);
  assertEquals(comparable(buffer.view()), "aa bb");
  buffer.push(new Uint8Array(20_000).fill(0xff));
  buffer.settle();
  assertEquals(comparable(taken), comparable(message));
  taken.fill(0);
  assertEquals(comparable(buffer.view(0, 2)), "aa bb");
});

Deno.test("numbers of a ReceiveBuffer are those of a ByteReader at the same place", () => {
  const bytes = hex("00 ff 80 01 7f fe dc ba 98 76 54 32 10");
  for (let from = 0; from + 9 <= bytes.length; from++) {
    const buffer = new ReceiveBuffer();
    buffer.push(bytes);
    buffer.skip(from);
    const reader = () => new ByteReader(bytes.subarray(from + 1));
    assertEquals([buffer.u8(1), buffer.i8(1)], [reader().u8(), reader().i8()]);
    for (const endian of ["big", "little"] as const) {
      assertEquals(buffer.u16(1, endian), reader().u16(endian));
      assertEquals(buffer.u32(1, endian), reader().u32(endian));
      assertEquals(buffer.u64(1, endian), reader().u64(endian));
      assertEquals(buffer.i16(1, endian), reader().i16(endian));
      assertEquals(buffer.i32(1, endian), reader().i32(endian));
      assertEquals(buffer.uint(1, { width: 3, endian }), reader().uint(3, endian));
    }
  }
});

Deno.test("numbers of a ReceiveBuffer are refused where they do not stand", () => {
  const buffer = new ReceiveBuffer();
  buffer.push(hex("01 02 03"));
  buffer.skip(1);
  assertEquals(buffer.u16(0, "big"), 0x0203);
  const error = assertThrows(() => buffer.u16(1, "big"), RangeError);
  assertEquals(error.message, "Cannot read 2 bytes at position 1: 2 bytes wait");
  assertThrows(() => buffer.u8(-1), RangeError, "at position -1");
  assertThrows(() => buffer.u64(0, "big"), RangeError);
});
