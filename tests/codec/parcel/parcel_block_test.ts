import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteWriter, type Decoder, LimitError, ProtocolError } from "../../../codec/mod.ts";
import {
  DATA_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  parcel,
  PARCEL_MAGIC,
  type ParcelData,
  type ParcelMessage,
  type ParcelOutgoing,
  sealBlock,
} from "../../../codec/parcel/parcel.ts";
import { parcelFrames } from "./parcel_frames.ts";
import {
  CHECK,
  comparable,
  cutAt,
  cuts,
  decodeChunks,
  hex,
  joined,
  utf8Bytes,
} from "../support.ts";

const BROKEN = "Cannot accept frame at offset 9: its checksum should be c50267e7, got ";
const BYE = "0e 00 00 00 02 17 80 fe 0a 7b 7d";

/** The block "hi", as it is sent. */
const HI = "08 00 00 00 12 c5 02 67 e7 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 68 69";

/** Returns a decoder that has taken the head of a block. */
function atBlock(frame: Uint8Array): Decoder<ParcelMessage> {
  const decoder = parcel().decoder();
  decoder.push(joined([utf8Bytes(PARCEL_MAGIC), frame.subarray(0, DATA_HEAD_BYTES)]));
  assertEquals(decoder.next(), { type: "magic" });
  assertEquals(decoder.next()?.type, "data");
  assertEquals(decoder.next(), undefined);
  return decoder;
}

/** The ways to take a body; each returns how many bytes it took. */
const WAYS: readonly {
  name: string;
  take: (decoder: Decoder<ParcelMessage>, bytes: Uint8Array) => number;
}[] = [
  {
    name: "next()",
    take(decoder, bytes) {
      decoder.push(bytes);
      const piece = decoder.next();
      assert(piece?.type === "body");
      return piece.bytes.length;
    },
  },
  {
    name: "takeBody()",
    take(decoder, bytes) {
      decoder.push(bytes);
      return decoder.takeBody!(new Uint8Array(100));
    },
  },
  {
    name: "passBody()",
    take(decoder, bytes) {
      decoder.passBody!(bytes);
      return bytes.length;
    },
  },
];

Deno.test("parcel() refuses a block's head before the block when its checksum is wrong, and ever after", () => {
  for (let at = 9; at < DATA_HEAD_BYTES; at++) {
    const frame = hex(HI);
    frame[at]! ^= 1;
    const decoder = parcel().decoder();
    decoder.push(joined([utf8Bytes(PARCEL_MAGIC), frame.subarray(0, DATA_HEAD_BYTES)]));
    assertEquals(decoder.next(), { type: "magic" });
    const error = assertThrows(() => decoder.next(), ProtocolError);
    assert(error.message.startsWith(BROKEN), error.message);
    assertEquals([error.code, error.side, error.offset], ["bad-checksum", "remote", 9]);
    assertStrictEquals(assertThrows(() => decoder.next()), error);
  }
});

for (const { name, take } of WAYS) {
  Deno.test(`parcel() goes on behind a block when ${name} took it whole`, () => {
    const frame = hex(HI);
    const decoder = atBlock(frame);
    assertEquals(decoder.bodyBytes, 2);
    assertEquals(take(decoder, frame.subarray(25)), 2);
    decoder.push(hex(BYE));
    assertEquals(decoder.next(), { type: "bye" });
  });
}

Deno.test("parcel() gives a block's head before the block, and keeps nothing of the block", () => {
  const frame = parcel().encode(blockOf(MAX_BLOCK_BYTES));
  const decoder = atBlock(frame);
  for (let at = DATA_HEAD_BYTES; at < frame.length; at += 1000) {
    decoder.push(frame.subarray(at, at + 1000));
    assertEquals(decoder.next()?.type, "body");
    assertEquals(decoder.next(), undefined);
    assertEquals(decoder.bodyBytes, Math.max(0, frame.length - at - 1000));
  }
});

Deno.test("sealBlock() makes what encode() makes when the block is in place", () => {
  const anyBlock = fc.record({
    id: fc.nat(0xffffffff),
    offset: fc.maxSafeNat(),
    rawBytes: fc.nat(MAX_BLOCK_BYTES),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 3000 }),
    before: fc.nat(9),
  });
  fc.assert(
    fc.property(anyBlock, ({ before, bytes, ...block }) => {
      const memory = new Uint8Array(before + DATA_HEAD_BYTES + bytes.length).fill(0xee);
      const frame = memory.subarray(before);
      frame.set(bytes, DATA_HEAD_BYTES);
      sealBlock(frame, block);
      const encoded = parcel().encode({ type: "data", ...block, bytes });
      assertEquals(comparable(frame), comparable(encoded));
      assertEquals(memory.subarray(0, before).every((byte) => byte === 0xee), true);
      assertEquals(decodeChunks(parcelFrames, [encoded]), {
        messages: [{ type: "data", ...block, bytes }],
        error: undefined,
      });
    }),
    CHECK,
  );
});

function blockOf(bytes: number, rawBytes = 0): ParcelData {
  return { type: "data", id: 1, offset: 0, rawBytes, bytes: new Uint8Array(bytes) };
}

/** Both ways to make a frame of a block. */
const MAKERS: readonly { name: string; make: (block: ParcelData) => unknown }[] = [
  { name: "encode()", make: (block) => parcel().encode(block) },
  {
    name: "sealBlock()",
    make: (block) => sealBlock(new Uint8Array(DATA_HEAD_BYTES + block.bytes.length), block),
  },
];

for (const { name, make } of MAKERS) {
  Deno.test(`parcel's ${name} refuses a block when the peer would`, () => {
    const empty = assertThrows(() => make(blockOf(0)), ProtocolError);
    assertEquals(
      empty.message,
      "Cannot encode data: its length should be at least 17, got 16",
    );
    assertEquals([empty.code, empty.side, empty.offset], ["bad-length", "local", 0]);
    for (const block of [blockOf(MAX_BLOCK_BYTES + 1), blockOf(1, MAX_BLOCK_BYTES + 1)]) {
      const error = assertThrows(() => make(block), LimitError);
      assertEquals(
        error.message,
        "Cannot encode message: 1048577 bytes exceed maxMessageBytes 1048576",
      );
      assertEquals(error.side, "local");
    }
    make(blockOf(1, MAX_BLOCK_BYTES));
  });
  Deno.test(`parcel's ${name} refuses a block when a number does not fit its field`, () => {
    const fields = [
      { id: -1 },
      { id: 2 ** 32 },
      { id: 0.5 },
      { offset: -1 },
      { offset: 2 ** 53 },
      { rawBytes: -1 },
      { rawBytes: 0.5 },
    ];
    for (const wrong of fields) {
      assertThrows(() => make({ ...blockOf(1), ...wrong }), RangeError, "is not a whole number");
    }
  });
}

Deno.test("sealBlock() refuses a frame when there is no room for the head", () => {
  for (const bytes of [0, 1, DATA_HEAD_BYTES - 1, DATA_HEAD_BYTES]) {
    const block = { id: 1, offset: 0, rawBytes: 0 };
    const error = assertThrows(() => sealBlock(new Uint8Array(bytes), block), ProtocolError);
    assertEquals(error.code, "bad-length");
  }
});

Deno.test("parcel() writes a block behind what a writer holds", () => {
  const writer = new ByteWriter();
  writer.text("before");
  parcel().session().encode({ ...blockOf(2), bytes: utf8Bytes("hi") }, writer);
  assertEquals(comparable(writer.finish()), comparable(joined([utf8Bytes("before"), hex(HI)])));
});

Deno.test("parcel() gives back what it wrote when cut anywhere", () => {
  const id = fc.nat(0xffffffff);
  const text = fc.string({ maxLength: 20 });
  const message: fc.Arbitrary<ParcelOutgoing> = fc.oneof(
    fc.record({ type: fc.constant("start" as const), id, offset: fc.maxSafeNat() }),
    fc.record({ type: fc.constant("cancel" as const), id, reason: text }),
    fc.record({ type: fc.constant("busy" as const) }),
    fc.record({
      type: fc.constant("data" as const),
      id,
      offset: fc.maxSafeNat(),
      rawBytes: fc.nat(MAX_BLOCK_BYTES),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), cuts(300), (sent, positions) => {
      const bytes = joined(sent.map((one) => parcel().encode(one)));
      const expected = { messages: sent, error: undefined };
      assertEquals(decodeChunks(parcelFrames, cutAt(bytes, positions)), expected);
    }),
    CHECK,
  );
});
