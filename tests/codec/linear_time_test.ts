import { assert, assertEquals } from "@std/assert";
import {
  checksummed,
  type Codec,
  delimited,
  fixed,
  jsonLines,
  lengthPrefixed,
  lines,
  netstring,
  varintPrefixed,
} from "../../codec/mod.ts";
import { telnet } from "../../codec/telnet/telnet.ts";
import { cutEvery, hex, joined, utf8Bytes } from "./support.ts";
import { type Work, workOf } from "./work.ts";

const MIB = 1024 * 1024;

interface Case {
  name: string;
  codec: Codec<unknown, never>;
  bytes: Uint8Array;
  /** The size of the chunks. */
  chunk: number;
  messages: number;
  /** Work of each kind for each byte. One that looks at its header again with each chunk needs more reading. */
  most?: Partial<Work>;
  views?: boolean;
}

const MOST: Work = { copied: 5, read: 5, decoded: 3 };

const BIG = new Uint8Array(MIB).fill(0x61);
const BIG_LINE = { maxBytes: 2 * MIB };
const PLAIN_LINES = utf8Bytes("a line of text\n".repeat(20_000));

const CASES: readonly Case[] = [
  {
    name: "lengthPrefixed() of one large message, byte by byte",
    codec: lengthPrefixed(),
    bytes: lengthPrefixed().encode(BIG),
    chunk: 1,
    messages: 1,
  },
  {
    name: "fixed() of one large message, byte by byte",
    codec: fixed(MIB),
    bytes: BIG,
    chunk: 1,
    messages: 1,
  },
  {
    name: "netstring() of one large message, byte by byte",
    codec: netstring(),
    bytes: netstring().encode(BIG),
    chunk: 1,
    messages: 1,
    most: { read: 12 },
  },
  {
    name: "varintPrefixed() of one large message, byte by byte",
    codec: varintPrefixed(),
    bytes: varintPrefixed().encode(BIG),
    chunk: 1,
    messages: 1,
  },
  {
    name: "checksummed() of one large message, byte by byte",
    codec: checksummed(lengthPrefixed()),
    bytes: checksummed(lengthPrefixed()).encode(BIG),
    chunk: 1,
    messages: 1,
  },
  {
    name: "delimited() of one large message, byte by byte",
    codec: delimited("\r\n\r\n"),
    bytes: joined([BIG.subarray(0, MIB / 8), utf8Bytes("\r\n\r\n")]),
    chunk: 1,
    messages: 1,
    views: true,
  },
  {
    name: "delimited() of beginnings that do not go on, byte by byte",
    codec: delimited(["--boundary--", "--bound!"]),
    bytes: utf8Bytes("--bound".repeat(4000)),
    chunk: 1,
    messages: 1,
    // Each byte is compared again while a delimiter may still come: its length times, and no more.
    most: { read: 40 },
    views: true,
  },
  {
    name: "lengthPrefixed() of many small messages, byte by byte",
    codec: lengthPrefixed({ width: 1 }),
    bytes: joined(Array.from({ length: 50_000 }, () => hex("02 61 62"))),
    chunk: 1,
    messages: 50_000,
  },
  {
    name: "netstring() of many small messages in one chunk",
    codec: netstring(),
    bytes: utf8Bytes("1:a,".repeat(50_000)),
    chunk: MIB,
    messages: 50_000,
  },
  ...(["any", "lf", "crlf", "cr"] as const).flatMap((ending): Case[] => {
    const written = { any: "\r\n", lf: "\n", crlf: "\r\n", cr: "\r" }[ending];
    const many = utf8Bytes(`ab${written}`.repeat(50_000));
    const codec = lines({ ending, ...BIG_LINE });
    return [
      {
        name: `lines() of one large line, ${ending}, byte by byte`,
        codec,
        bytes: joined([BIG, utf8Bytes(written)]),
        chunk: 1,
        messages: 1,
      },
      {
        name: `lines() of many, ${ending}, byte by byte`,
        codec,
        bytes: many,
        chunk: 1,
        messages: 50_000,
      },
      {
        name: `lines() of many, ${ending}, in one chunk`,
        codec,
        bytes: many,
        chunk: MIB,
        messages: 50_000,
      },
    ];
  }),
  {
    name: "lines() of many that end with CR in one chunk, any",
    codec: lines(),
    bytes: utf8Bytes("a\r".repeat(50_000)),
    chunk: MIB,
    messages: 50_000,
  },
  {
    name: "lines() of many that end with CR behind many that end with LF, any",
    codec: lines(),
    bytes: joined([utf8Bytes("a\n".repeat(25_000)), utf8Bytes("a\r".repeat(25_000))]),
    chunk: MIB,
    messages: 50_000,
  },
  {
    name: "lines() of CRs alone, crlf",
    codec: lines({ ending: "crlf", ...BIG_LINE }),
    bytes: utf8Bytes("\r".repeat(50_000) + "\r\n"),
    chunk: 1,
    messages: 1,
  },
  {
    name: "lines() of LFs alone, crlf",
    codec: lines({ ending: "crlf", ...BIG_LINE }),
    bytes: utf8Bytes("\n".repeat(50_000) + "\r\n"),
    chunk: MIB,
    messages: 1,
  },
  {
    name: "lines() of many that no batch decodes",
    codec: lines(),
    bytes: utf8Bytes("é\n".repeat(50_000)),
    chunk: MIB,
    messages: 50_000,
  },
  {
    name: "lines() of many that are no UTF-8",
    codec: lines(),
    bytes: joined(Array.from({ length: 20_000 }, () => hex("e2 82 61 0a"))),
    chunk: MIB,
    messages: 20_000,
  },
  {
    name: "lines() that skips one endless line",
    codec: lines({ maxBytes: 10, onTooLong: "skip" }),
    bytes: BIG,
    chunk: 100,
    messages: 1,
  },
  {
    name: "lines() with a line cut at the end of each chunk",
    codec: lines(),
    bytes: PLAIN_LINES,
    chunk: 4096,
    messages: 20_000,
  },
  {
    name: "jsonLines() of many in one chunk",
    codec: jsonLines(),
    bytes: utf8Bytes('{"é":1}\n'.repeat(20_000)),
    chunk: MIB,
    messages: 20_000,
  },
  {
    name: "telnet() of many requests in one chunk",
    codec: telnet(lines()),
    bytes: joined(Array.from({ length: 20_000 }, () => hex("ff fd 01 61 0a"))),
    chunk: MIB,
    messages: 20_000,
  },
  {
    name: "telnet() of bytes 255 and CR NUL in one chunk",
    codec: telnet(lengthPrefixed({ width: 4 })),
    bytes: telnet(lengthPrefixed()).encode(
      Uint8Array.from({ length: 60_000 }, (_, at) => [255, 13, 97][at % 3]!),
    ),
    chunk: MIB,
    messages: 1,
    most: { read: 8 },
  },
];

for (const { name, codec, bytes, chunk, messages, most, views } of CASES) {
  Deno.test(`${name}: the work is linear in the bytes`, () => {
    const chunks = chunk === 1 ? undefined : cutEvery(bytes, chunk);
    let count = 0;
    const work = workOf(() => {
      const decoder = codec.decoder();
      for (let at = 0; at < (chunks?.length ?? bytes.length); at++) {
        decoder.push(chunks ? chunks[at]! : bytes.subarray(at, at + 1));
        while (decoder.next() !== undefined) count++;
      }
      decoder.end();
      while (decoder.next() !== undefined) count++;
    }, views === undefined ? {} : { views });
    assertEquals(count, messages);
    const max = { ...MOST, ...most };
    for (const kind of ["copied", "read", "decoded"] as const) {
      const perByte = work[kind] / bytes.length;
      assert(perByte <= max[kind], `${kind} ${perByte} times, ${max[kind]} are allowed`);
    }
  });
}

Deno.test("workOf() leaves everything as it was", () => {
  const before = [Uint8Array.prototype.set, TextDecoder.prototype.decode];
  workOf(() => {});
  assertEquals([Uint8Array.prototype.set, TextDecoder.prototype.decode], before);
  assert(!Object.hasOwn(Uint8Array.prototype, "set"));
});
