import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitError } from "../../../codec/mod.ts";
import {
  DATA_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  MAX_CONTROL_BYTES,
  parcel,
  PARCEL_MAGIC,
  type ParcelData,
  type ParcelOutgoing,
} from "../../../codec/parcel/parcel.ts";
import { testContract } from "../contract.ts";
import { blockFields, frame, parcelFrames, parcelWithMagic, sealed } from "./parcel_frames.ts";
import { comparable, cutAt, cutEvery, decodeChunks, hex, joined, utf8Bytes } from "../support.ts";

const NONCE = "000102030405060708090a0b0c0d0e0f";
const DIGEST = "ab".repeat(32);
const BYE = "0e 00 00 00 02 17 80 fe 0a 7b 7d";
const COMPRESSED = "08 00 00 00 15 62 6f 96 7c" +
  "ff ff ff ff 00 1f ff ff ff ff ff ff 00 00 00 64 63 a0 03 00 00";
const HI = "08 00 00 00 12 c5 02 67 e7 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 68 69";

const compressed: ParcelData = {
  type: "data",
  id: 0xffffffff,
  offset: Number.MAX_SAFE_INTEGER,
  rawBytes: 100,
  bytes: hex("63 a0 03 00 00"),
};
const hi: ParcelData = { type: "data", id: 1, offset: 0, rawBytes: 0, bytes: utf8Bytes("hi") };

/** One frame of each type, and of each that has fields to leave out a second. */
const SAMPLES: readonly { name: string; bytes: Uint8Array; messages: ParcelOutgoing[] }[] = [
  {
    name: "hello",
    bytes: frame("01 00 00 00 3d 10 2e db 11", `{"agent":"parley","nonce":"${NONCE}"}`),
    messages: [{ type: "hello", agent: "parley", nonce: NONCE }],
  },
  {
    name: "welcome",
    bytes: frame(
      "02 00 00 00 70 9d a1 e3 2f",
      `{"agent":"parley","nonce":"${NONCE}","auth":true,"maxBlockBytes":1048576,"maxOffers":64}`,
    ),
    messages: [{
      type: "welcome",
      agent: "parley",
      nonce: NONCE,
      auth: true,
      maxBlockBytes: 1048576,
      maxOffers: 64,
    }],
  },
  {
    name: "proof",
    bytes: frame("03 00 00 00 4a 68 87 f4 19", `{"mac":"${DIGEST}"}`),
    messages: [{ type: "proof", mac: DIGEST }],
  },
  {
    name: "ready",
    bytes: frame("04 00 00 00 4a 03 a5 76 a1", `{"mac":"${DIGEST}"}`),
    messages: [{ type: "ready", mac: DIGEST }],
  },
  {
    name: "offer of a file",
    bytes: frame(
      "05 00 00 00 48 44 d5 48 22",
      '{"id":1,"kind":"file","path":"a/é.txt","size":2,"mtimeMs":0,"mode":420}',
    ),
    messages: [
      { type: "offer", id: 1, kind: "file", path: "a/é.txt", size: 2, mtimeMs: 0, mode: 0o644 },
    ],
  },
  {
    name: "offer of a folder",
    bytes: frame(
      "05 00 00 00 3e ed 11 c7 67",
      '{"id":2,"kind":"folder","path":"a","size":null,"mtimeMs":null}',
    ),
    messages: [{ type: "offer", id: 2, kind: "folder", path: "a", size: null, mtimeMs: null }],
  },
  {
    name: "accept",
    bytes: frame("06 00 00 00 13 d4 78 77 cb", '{"id":1,"offset":0}'),
    messages: [{ type: "accept", id: 1, offset: 0 }],
  },
  {
    name: "start",
    bytes: frame("07 00 00 00 13 7d 95 2d 32", '{"id":1,"offset":1}'),
    messages: [{ type: "start", id: 1, offset: 1 }],
  },
  { name: "data", bytes: hex(HI), messages: [hi] },
  { name: "compressed data", bytes: hex(COMPRESSED), messages: [compressed] },
  {
    name: "end",
    bytes: frame("09 00 00 00 5d c8 f5 8c c6", `{"id":1,"size":2,"sha256":"${DIGEST}"}`),
    messages: [{ type: "end", id: 1, size: 2, sha256: DIGEST }],
  },
  {
    name: "cancel",
    bytes: frame("0a 00 00 00 18 de a8 cd 78", '{"id":1,"reason":"gone"}'),
    messages: [{ type: "cancel", id: 1, reason: "gone" }],
  },
  {
    name: "stored",
    bytes: frame(
      "0b 00 00 00 75 7d dc 0b 50",
      `{"id":1,"path":"a","size":2,"same":false,"sha256":"${DIGEST}"}`,
    ),
    messages: [{ type: "stored", id: 1, path: "a", size: 2, same: false, sha256: DIGEST }],
  },
  {
    name: "stored without a digest",
    bytes: frame("0b 00 00 00 28 9f b9 24 fc", '{"id":1,"path":"a","size":2,"same":true}'),
    messages: [{ type: "stored", id: 1, path: "a", size: 2, same: true }],
  },
  {
    name: "refused",
    bytes: frame("0c 00 00 00 25 2d ea 1e 93", '{"id":1,"code":"exists","reason":"x"}'),
    messages: [{ type: "refused", id: 1, code: "exists", reason: "x" }],
  },
  { name: "busy", bytes: hex("0d 00 00 00 02 af 85 8b 52 7b 7d"), messages: [{ type: "busy" }] },
  { name: "bye", bytes: hex(BYE), messages: [{ type: "bye" }] },
  {
    name: "error",
    bytes: frame("0f 00 00 00 1c c5 7e bc 93", '{"code":"full","reason":"x"}'),
    messages: [{ type: "error", code: "full", reason: "x" }],
  },
  {
    name: "compare",
    bytes: frame("10 00 00 00 18 72 25 a8 75", '{"id":1,"offsets":[1,2]}'),
    messages: [{ type: "compare", id: 1, offsets: [1, 2] }],
  },
  {
    name: "digests",
    bytes: frame("11 00 00 00 99 6e 99 f9 2f", `{"id":1,"sha256":["${DIGEST}","${DIGEST}"]}`),
    messages: [{ type: "digests", id: 1, sha256: [DIGEST, DIGEST] }],
  },
];

const BEHIND_MAGIC = PARCEL_MAGIC.length;
const BAD_MAGIC = 'Cannot speak parcel: the peer should begin with "PARCEL/2\\n", got ';

function badMagic(text: string, got: string) {
  const bytes = utf8Bytes(text);
  return { name: got, bytes, code: "bad-magic", offset: 0, error: `${BAD_MAGIC}"${got}"` } as const;
}

function unknownType(type: number) {
  const shown = `0x${type.toString(16).padStart(2, "0")}`;
  return {
    name: `type ${shown}`,
    bytes: Uint8Array.of(type),
    code: "unknown-type",
    offset: BEHIND_MAGIC,
    error: `Cannot decode frame at offset 9: there is no type ${shown}`,
  } as const;
}

/** The first bytes of a frame whose head says enough to refuse it. */
function badLength(name: string, { bytes, says }: { bytes: Uint8Array; says: string }) {
  const error = `Cannot decode data at offset 9: its ${says}`;
  return { name, bytes, code: "bad-length", offset: BEHIND_MAGIC, error } as const;
}

function overLimit(bytes: string, { got, max }: { got: number; max: number }) {
  return {
    name: `a length of ${got}`,
    bytes,
    code: "limit-exceeded",
    offset: BEHIND_MAGIC,
    error: `Cannot decode message: ${got} bytes exceed maxMessageBytes ${max}`,
  } as const;
}

testContract("parcel()", {
  codec: parcelFrames,
  samples: [
    ...SAMPLES,
    {
      name: "several frames",
      bytes: joined([hex(HI), hex(BYE), hex(COMPRESSED), hex(HI)]),
      messages: [hi, { type: "bye" }, compressed, hi],
    },
  ],
  tail: "05 00 00 00 20",
  limit: 9 + MAX_CONTROL_BYTES,
  broken: [
    ...[0x00, 0x12, 0x50, 0x7f, 0x80, 0xff].map(unknownType),
    ...[0, 15, 16].map((length) =>
      badLength(`a block of ${length - 16} bytes`, {
        bytes: hex(`08 00 00 00 ${length.toString(16).padStart(2, "0")} 00 00 00 00`),
        says: `length should be at least 17, got ${length}`,
      })
    ),
    badLength("an offset of 2^53", {
      bytes: sealed(8, joined([blockFields({ offset: 1n << 53n }), hex("68")])),
      says: "offset should be at most 2^53 - 1, got 9007199254740992",
    }),
    badLength("an offset of 2^64 - 1", {
      bytes: sealed(8, joined([blockFields({ offset: (1n << 64n) - 1n }), hex("68")])),
      says: "offset should be at most 2^53 - 1, got 18446744073709551615",
    }),
    overLimit("05 00 00 40 01 00 00 00 00", { got: MAX_CONTROL_BYTES + 1, max: MAX_CONTROL_BYTES }),
    overLimit("0e ff ff ff ff 00 00 00 00", { got: 2 ** 32 - 1, max: MAX_CONTROL_BYTES }),
    overLimit("08 00 10 00 11 00 00 00 00", { got: MAX_BLOCK_BYTES + 1, max: MAX_BLOCK_BYTES }),
    overLimit("08 ff ff ff ff 00 00 00 00", { got: 2 ** 32 - 17, max: MAX_BLOCK_BYTES }),
    {
      name: "a block that says it inflates to too much",
      bytes: sealed(8, joined([blockFields({ rawBytes: MAX_BLOCK_BYTES + 1 }), hex("68")])),
      code: "limit-exceeded",
      offset: BEHIND_MAGIC,
      error: "Cannot decode message: 1048577 bytes exceed maxMessageBytes 1048576",
    },
    {
      name: "a control frame whose checksum is wrong",
      bytes: joined([hex(HI), hex("0e 00 00 00 02 17 80 fe 0b 7b 7d")]),
      code: "bad-checksum",
      offset: BEHIND_MAGIC + 27,
      error: "Cannot accept frame at offset 36: its checksum should be 1780fe0b, got 1780fe0a",
      after: 1,
    },
    {
      name: "a block whose checksum is wrong",
      bytes: joined([hex(BYE), hex(HI).map((byte, at) => at === 8 ? byte ^ 1 : byte)]),
      code: "bad-checksum",
      offset: BEHIND_MAGIC + 11,
      error: "Cannot accept frame at offset 20: its checksum should be c50267e6, got c50267e7",
      after: 1,
    },
    {
      name: "the end in a head",
      bytes: "0e 00 00",
      code: "unexpected-end",
      offset: BEHIND_MAGIC,
      error:
        "Cannot decode message at offset 9: the stream ended after 3 bytes of it, before the 9 bytes of its head",
    },
    {
      name: "the end in a payload",
      bytes: "0e 00 00 00 02 17 80 fe 0a 7b",
      code: "unexpected-end",
      offset: BEHIND_MAGIC,
      error:
        "Cannot decode message at offset 9: the stream ended after 10 bytes of it, before its payload",
    },
    {
      name: "the end in a block",
      bytes: hex(HI).subarray(0, 26),
      code: "unexpected-end",
      offset: BEHIND_MAGIC + 26,
      error:
        "Cannot decode message at offset 35: the stream ended after 0 bytes of it, before the 1 bytes left of the body",
    },
  ],
});

testContract("parcel() at its magic", {
  codec: parcelWithMagic,
  samples: [],
  tail: "50 41",
  limit: 9 + MAX_CONTROL_BYTES,
  broken: [
    badMagic("PARCEL/1\n", "PARCEL/1"),
    badMagic("PARCEL/2\r", "PARCEL/2\\r"),
    badMagic("PARCEL/20", "PARCEL/20"),
    badMagic("PO", "PO"),
    badMagic("p", "p"),
    badMagic("GET / HTTP/1.1\r\n\r\n", "G"),
    badMagic("POST /up HTTP/1.1\r\n\r\n", "PO"),
    badMagic("\x16\x03\x01", "\\x16"),
    badMagic("2::txt::hi", "2"),
    {
      name: "the end in the magic",
      bytes: utf8Bytes("PARCEL/"),
      code: "unexpected-end",
      offset: 0,
      error:
        'Cannot decode message at offset 0: the stream ended after 7 bytes of it, before the rest of "PARCEL/2\\n"',
    },
    {
      name: "the magic twice",
      bytes: utf8Bytes(PARCEL_MAGIC + PARCEL_MAGIC),
      code: "unknown-type",
      offset: BEHIND_MAGIC,
      error: "Cannot decode frame at offset 9: there is no type 0x50",
      after: 1,
    },
  ],
});

Deno.test("parcel() gives the magic and what follows when cut anywhere", () => {
  const bytes = joined([utf8Bytes(PARCEL_MAGIC), hex(BYE), hex(HI)]);
  const sent: ParcelOutgoing[] = [{ type: "magic" }, { type: "bye" }, hi];
  assertEquals(
    comparable(joined(sent.map((one) => parcel().encode(one)))),
    comparable(bytes),
  );
  const expected = { messages: sent, error: undefined };
  assertEquals(decodeChunks(parcelWithMagic, cutEvery(bytes, 1)), expected);
  for (let at = 0; at <= bytes.length; at++) {
    assertEquals(decodeChunks(parcelWithMagic, cutAt(bytes, [at])), expected, `cut at ${at}`);
  }
});

for (const { name, bytes } of SAMPLES.filter(({ bytes }) => bytes.length <= 73)) {
  Deno.test(`parcel() gives no message when any bit of a frame is flipped: ${name}`, () => {
    // A bye behind it, so that a length that became too long by a little gets its bytes.
    const sound = joined([bytes, hex(BYE)]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = new Uint8Array(sound);
      // What is flipped in a block its file's digest shows.
      if (bytes[0] === 8 && bit >> 3 >= DATA_HEAD_BYTES) continue;
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      for (const chunks of [[flipped], cutEvery(flipped, 1)]) {
        const { messages, error } = decodeChunks(parcelFrames, chunks);
        assertEquals(messages, [], `bit ${bit}`);
        assert(error !== undefined, `bit ${bit} went unseen`);
      }
    }
  });
}

/** Returns an offer whose payload has so many bytes. */
function offerOf(payloadBytes: number): ParcelOutgoing {
  const offer = {
    type: "offer",
    id: 1,
    kind: "file",
    path: "",
    size: null,
    mtimeMs: null,
  } as const;
  const empty = parcel().encode(offer).length - 9;
  return { ...offer, path: "p".repeat(payloadBytes - empty) };
}

function blockOf(bytes: number): ParcelData {
  return { type: "data", id: 1, offset: 0, rawBytes: 0, bytes: new Uint8Array(bytes).fill(7) };
}

for (
  const { what, max, message, cutBytes } of [
    { what: "a payload", max: MAX_CONTROL_BYTES, message: offerOf, cutBytes: 1 },
    { what: "a block", max: MAX_BLOCK_BYTES, message: blockOf, cutBytes: 65_537 },
  ]
) {
  Deno.test(`parcel() passes ${what} up to its limit and refuses to send a longer one`, () => {
    for (const bytes of [max - 1, max]) {
      const sent = message(bytes);
      const encoded = parcel().encode(sent);
      for (const chunks of [[encoded], cutEvery(encoded, cutBytes)]) {
        const decoder = parcelFrames.decoder();
        const received: ParcelOutgoing[] = [];
        for (const chunk of chunks) {
          decoder.push(chunk);
          for (let one; (one = decoder.next()) !== undefined;) received.push(one);
        }
        const [only, ...others] = received;
        assertEquals(others, []);
        assertEquals(comparable(parcel().encode(only!)), comparable(encoded));
      }
    }
    const error = assertThrows(() => parcel().encode(message(max + 1)), LimitError);
    assertEquals(
      error.message,
      `Cannot encode message: ${max + 1} bytes exceed maxMessageBytes ${max}`,
    );
    assertEquals([error.side, error.max], ["local", max]);
  });
}
