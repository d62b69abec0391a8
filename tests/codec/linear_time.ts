import { assert, assertEquals } from "@std/assert";
import {
  checksummed,
  delimited,
  fixed,
  jsonLines,
  lengthPrefixed,
  lines,
  netstring,
  varintPrefixed,
} from "../../codec/mod.ts";
import { httpClientCodec, httpServerCodec } from "../../codec/http/mod.ts";
import { telnet } from "../../codec/telnet/telnet.ts";
import { webSocketClientCodec, webSocketServerCodec } from "../../codec/websocket/mod.ts";
import { ircCases } from "./irc/linear_time_cases.ts";
import type { LinearTimeCase as Case, LinearTimeSize } from "./linear_time_case.ts";
import { cutEvery, hex, joined, utf8Bytes } from "./support.ts";
import { binary, framesBytes, more, OPEN, ping, text } from "./websocket/frames.ts";
import { type Work, workOf } from "./work.ts";

const MOST: Work = { copied: 5, read: 5, decoded: 3 };

function casesOf({ largeBytes, many }: LinearTimeSize): readonly Case[] {
  const big = new Uint8Array(largeBytes).fill(0x61);
  const bigLine = { maxBytes: 2 * largeBytes };
  const plainLines = utf8Bytes("a line of text\n".repeat(many));

  return [
    {
      name: "lengthPrefixed() of one large message, byte by byte",
      codec: lengthPrefixed(),
      bytes: lengthPrefixed().encode(big),
      chunk: 1,
      messages: 1,
    },
    {
      name: "fixed() of one large message, byte by byte",
      codec: fixed(largeBytes),
      bytes: big,
      chunk: 1,
      messages: 1,
    },
    {
      name: "netstring() of one large message, byte by byte",
      codec: netstring(),
      bytes: netstring().encode(big),
      chunk: 1,
      messages: 1,
      most: { read: 12 },
    },
    {
      name: "varintPrefixed() of one large message, byte by byte",
      codec: varintPrefixed(),
      bytes: varintPrefixed().encode(big),
      chunk: 1,
      messages: 1,
    },
    {
      name: "checksummed() of one large message, byte by byte",
      codec: checksummed(lengthPrefixed()),
      bytes: checksummed(lengthPrefixed()).encode(big),
      chunk: 1,
      messages: 1,
    },
    {
      name: "delimited() of one large message, byte by byte",
      codec: delimited("\r\n\r\n"),
      bytes: joined([big.subarray(0, largeBytes / 8), utf8Bytes("\r\n\r\n")]),
      chunk: 1,
      messages: 1,
      counting: { views: true },
    },
    {
      name: "delimited() of beginnings that do not go on, byte by byte",
      codec: delimited(["--boundary--", "--bound!"]),
      bytes: utf8Bytes("--bound".repeat(many / 10)),
      chunk: 1,
      messages: 1,
      // Each byte is compared again while a delimiter may still come: its length times, and no more.
      most: { read: 40 },
      counting: { views: true },
    },
    {
      name: "lengthPrefixed() of many small messages, byte by byte",
      codec: lengthPrefixed({ width: 1 }),
      bytes: joined(Array.from({ length: many }, () => hex("02 61 62"))),
      chunk: 1,
      messages: many,
    },
    {
      name: "netstring() of many small messages in one chunk",
      codec: netstring(),
      bytes: utf8Bytes("1:a,".repeat(many)),
      chunk: Infinity,
      messages: many,
    },
    ...(["any", "lf", "crlf", "cr"] as const).flatMap((ending): Case[] => {
      const written = { any: "\r\n", lf: "\n", crlf: "\r\n", cr: "\r" }[ending];
      const small = utf8Bytes(`ab${written}`.repeat(many));
      const codec = lines({ ending, ...bigLine });
      return [
        {
          name: `lines() of one large line, ${ending}, byte by byte`,
          codec,
          bytes: joined([big, utf8Bytes(written)]),
          chunk: 1,
          messages: 1,
        },
        {
          name: `lines() of many, ${ending}, byte by byte`,
          codec,
          bytes: small,
          chunk: 1,
          messages: many,
        },
        {
          name: `lines() of many, ${ending}, in one chunk`,
          codec,
          bytes: small,
          chunk: Infinity,
          messages: many,
        },
      ];
    }),
    {
      name: "lines() of many that end with CR in one chunk, any",
      codec: lines(),
      bytes: utf8Bytes("a\r".repeat(many)),
      chunk: Infinity,
      messages: many,
    },
    {
      name: "lines() of many that end with CR behind many that end with LF, any",
      codec: lines(),
      bytes: joined([utf8Bytes("a\n".repeat(many / 2)), utf8Bytes("a\r".repeat(many / 2))]),
      chunk: Infinity,
      messages: many,
    },
    {
      name: "lines() of CRs alone, crlf",
      codec: lines({ ending: "crlf", ...bigLine }),
      bytes: utf8Bytes("\r".repeat(many) + "\r\n"),
      chunk: 1,
      messages: 1,
    },
    {
      name: "lines() of LFs alone, crlf",
      codec: lines({ ending: "crlf", ...bigLine }),
      bytes: utf8Bytes("\n".repeat(many) + "\r\n"),
      chunk: Infinity,
      messages: 1,
    },
    {
      name: "lines() of many that no batch decodes",
      codec: lines(),
      bytes: utf8Bytes("é\n".repeat(many)),
      chunk: Infinity,
      messages: many,
    },
    {
      name: "lines() of many that are no UTF-8",
      codec: lines(),
      bytes: joined(Array.from({ length: many }, () => hex("e2 82 61 0a"))),
      chunk: Infinity,
      messages: many,
    },
    {
      name: "lines() that skips one endless line",
      codec: lines({ maxBytes: 10, onTooLong: "skip" }),
      bytes: big,
      chunk: 100,
      messages: 1,
    },
    {
      name: "lines() with a line cut at the end of each chunk",
      codec: lines(),
      bytes: plainLines,
      chunk: 4096,
      messages: many,
    },
    {
      name: "jsonLines() of many in one chunk",
      codec: jsonLines(),
      bytes: utf8Bytes('{"é":1}\n'.repeat(many)),
      chunk: Infinity,
      messages: many,
    },
    ...httpCases({ largeBytes, many }),
    ...webSocketCases({ largeBytes, many }),
    ...ircCases({ largeBytes, many }),
    {
      name: "telnet() of many requests in one chunk",
      codec: telnet(lines()),
      bytes: joined(Array.from({ length: many }, () => hex("ff fd 01 61 0a"))),
      chunk: Infinity,
      messages: many,
    },
    {
      name: "telnet() of bytes 255 and CR NUL in one chunk",
      codec: telnet(lengthPrefixed({ width: 4 })),
      bytes: telnet(lengthPrefixed()).encode(
        Uint8Array.from({ length: many }, (_, at) => [255, 13, 97][at % 3]!),
      ),
      chunk: Infinity,
      messages: 1,
      most: { read: 8 },
    },
  ];
}

function httpCases({ largeBytes, many }: LinearTimeSize): readonly Case[] {
  const start = "GET / HTTP/1.1\r\nHost: a\r\n";
  const chunked = `${start}Transfer-Encoding: chunked\r\n\r\n`;
  const limits = {
    maxHeadBytes: 2 * largeBytes,
    maxFields: Infinity,
    maxChunkExtensionBytes: 2 * largeBytes,
  };
  const codec = httpServerCodec({ limits });
  const long = "a".repeat(largeBytes);
  return [
    {
      name: "httpServerCodec() of one long field, byte by byte",
      codec,
      bytes: utf8Bytes(`${start}X: ${long}\r\n\r\n`),
      chunk: 1,
      messages: 1,
    },
    {
      name: "httpServerCodec() of many fields, byte by byte",
      codec,
      bytes: utf8Bytes(`${start}${"X:y\r\n".repeat(largeBytes / 8)}\r\n`),
      chunk: 1,
      messages: 1,
    },
    {
      name: "httpServerCodec() of many fields in one chunk",
      codec,
      bytes: utf8Bytes(`${start}${"X:y\r\n".repeat(largeBytes / 8)}\r\n`),
      chunk: Infinity,
      messages: 1,
    },
    {
      name: "httpServerCodec() of many requests in one chunk",
      codec,
      bytes: utf8Bytes(`${start}\r\n`.repeat(many)),
      chunk: Infinity,
      messages: many,
    },
    {
      name: "httpServerCodec() of many empty lines in front of a request, byte by byte",
      codec,
      bytes: utf8Bytes(`${"\r\n".repeat(largeBytes / 4)}${start}\r\n`),
      chunk: 1,
      messages: 1,
    },
    {
      name: "httpServerCodec() of many lengths that are the same",
      codec,
      bytes: utf8Bytes(`${start}Content-Length: ${"0,".repeat(largeBytes / 4)}0\r\n\r\n`),
      chunk: Infinity,
      messages: 1,
    },
    {
      name: "httpServerCodec() of many chunks in one chunk",
      codec,
      bytes: utf8Bytes(`${chunked}${"1\r\na\r\n".repeat(many)}0\r\n\r\n`),
      chunk: Infinity,
      messages: many + 2,
    },
    {
      name: "httpServerCodec() of many chunks, byte by byte",
      codec,
      bytes: utf8Bytes(`${chunked}${"1\r\na\r\n".repeat(many)}0\r\n\r\n`),
      chunk: 1,
      messages: many + 2,
    },
    {
      name: "httpServerCodec() of one long extension, byte by byte",
      codec,
      bytes: utf8Bytes(`${chunked}1;${long}\r\na\r\n0\r\n\r\n`),
      chunk: 1,
      messages: 3,
    },
    {
      name: "httpClientCodec() of one long reason, byte by byte",
      codec: httpClientCodec({ limits: { ...limits, maxStartLineBytes: 2 * largeBytes } }),
      bytes: utf8Bytes(`HTTP/1.1 204 ${long}\r\n\r\n`),
      chunk: 1,
      messages: 1,
    },
    {
      name: "httpClientCodec() of many responses in one chunk",
      codec: httpClientCodec(),
      bytes: utf8Bytes("HTTP/1.1 204 x\r\nX: y\r\n\r\n".repeat(many)),
      chunk: Infinity,
      messages: many,
    },
  ];
}

function webSocketCases({ largeBytes, many }: LinearTimeSize): readonly Case[] {
  const big = new Uint8Array(largeBytes).fill(0x61);
  const limits = { maxMessageBytes: 8 * largeBytes, maxFragments: Infinity };
  const server = webSocketServerCodec({ limits });
  const client = webSocketClientCodec({ limits, random: () => {} });
  const fragments = Array.from({ length: many }, () => more("é", OPEN));
  return [
    ...[1, 997, Infinity].flatMap((chunk): Case[] => [
      {
        name: `webSocketServerCodec() of one large message, in chunks of ${chunk}`,
        codec: server,
        bytes: framesBytes([binary(big)], { sender: "client" }),
        chunk,
        messages: 1,
      },
      {
        name: `webSocketClientCodec() of one large text, in chunks of ${chunk}`,
        codec: client,
        bytes: framesBytes([text("é".repeat(largeBytes))], { sender: "server" }),
        chunk,
        messages: 1,
      },
      {
        name: `webSocketServerCodec() of many small messages, in chunks of ${chunk}`,
        codec: server,
        bytes: framesBytes(Array.from({ length: many }, () => text("hi")), { sender: "client" }),
        chunk,
        messages: many,
      },
      {
        name: `webSocketServerCodec() of one message in many fragments, in chunks of ${chunk}`,
        codec: server,
        bytes: framesBytes([text("", OPEN), ...fragments, more()], { sender: "client" }),
        chunk,
        messages: 1,
      },
      {
        name: `webSocketClientCodec() of a message in larger fragments, in chunks of ${chunk}`,
        codec: client,
        bytes: framesBytes([
          binary("", OPEN),
          ...Array.from({ length: largeBytes / 64 }, () => more(big.subarray(0, 256), OPEN)),
          more(),
        ], { sender: "server" }),
        chunk,
        messages: 1,
      },
      {
        name: `webSocketClientCodec() of pings between fragments, in chunks of ${chunk}`,
        codec: client,
        bytes: framesBytes([
          text("", OPEN),
          ...Array.from({ length: many }, () => [ping("p"), more("a", OPEN)]).flat(),
          more(),
        ], { sender: "server" }),
        chunk,
        messages: many + 1,
      },
    ]),
  ];
}

/** Registers the tests that the work of decoding is linear in the bytes, for each codec. */
export function testLinearTime(size: LinearTimeSize): void {
  for (
    const { name, codec, bytes, chunk, messages, most, counting } of casesOf(size)
  ) {
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
      }, counting);
      assertEquals(count, messages);
      const max = { ...MOST, ...most };
      for (const kind of ["copied", "read", "decoded"] as const) {
        const perByte = work[kind] / bytes.length;
        assert(perByte <= max[kind], `${kind} ${perByte} times, ${max[kind]} are allowed`);
      }
    });
  }
}
