import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Codec } from "../../../codec/codec.ts";
import { LimitError } from "../../../codec/errors.ts";
import {
  httpClientCodec,
  type HttpLimits,
  httpServerCodec,
  statusHint,
} from "../../../codec/http/mod.ts";
import { cutEvery, drain, fromLatin1 } from "../support.ts";

const START = "GET / HTTP/1.1\r\nHost: a\r\n";
const CHUNKED = `${START}Transfer-Encoding: chunked\r\n\r\n`;
const STATUS = "HTTP/1.1 200 OK\r\n";

interface LimitCase {
  name: string;
  limit: keyof HttpLimits;
  codec?: (options: { limits: Partial<HttpLimits> }) => Codec<unknown, never>;
  max: number;
  /** Returns bytes of which `count` are counted. */
  bytes: (count: number) => string;
  /** What the error says that was decoded. */
  what: string;
  status: number;
}

const CASES: readonly LimitCase[] = [
  {
    name: "a request line",
    limit: "maxStartLineBytes",
    max: 40,
    bytes: (count) => `GET /${"a".repeat(count - 14)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    what: "request line",
    status: 414,
  },
  {
    name: "a status line",
    limit: "maxStartLineBytes",
    codec: httpClientCodec,
    max: 40,
    bytes: (count) => `HTTP/1.1 204 ${"a".repeat(count - 13)}\r\n\r\n`,
    what: "status line",
    status: 414,
  },
  {
    name: "a head",
    limit: "maxHeadBytes",
    max: 60,
    bytes: (count) => `${START}X: ${"a".repeat(count - START.length - 7)}\r\n\r\n`,
    what: "head",
    status: 431,
  },
  {
    name: "a head of many lines",
    limit: "maxHeadBytes",
    max: START.length + 5 * 8 + 2,
    bytes: (count) =>
      `${START}${"X:y\r\n".repeat(7)}X:${"a".repeat(count - START.length - 41)}\r\n\r\n`,
    what: "head",
    status: 431,
  },
  {
    name: "a head of a response",
    limit: "maxHeadBytes",
    codec: httpClientCodec,
    max: 60,
    bytes: (count) => `${STATUS}Content-Length: 0\r\nX: ${"a".repeat(count - 43)}\r\n\r\n`,
    what: "head",
    status: 431,
  },
  {
    name: "empty lines in front of a head",
    limit: "maxHeadBytes",
    max: 60,
    bytes: (count) => {
      const lines = "\r\n".repeat(5);
      return `${lines}${START}X: ${"a".repeat(count - 10 - START.length - 7)}\r\n\r\n`;
    },
    what: "head",
    status: 431,
  },
  {
    name: "the fields of a head",
    limit: "maxFields",
    max: 100,
    bytes: (count) => `${START}${"X:y\r\n".repeat(count - 1)}\r\n`,
    what: "head",
    status: 431,
  },
  {
    name: "trailers",
    limit: "maxHeadBytes",
    max: 60,
    bytes: (count) => `${CHUNKED}0\r\nX: ${"a".repeat(count - 7)}\r\n\r\n`,
    what: "trailers",
    status: 431,
  },
  {
    name: "the lines of trailers",
    limit: "maxFields",
    max: 4,
    bytes: (count) => `${CHUNKED}0\r\n${"X:y\r\n".repeat(count)}\r\n`,
    what: "trailers",
    status: 431,
  },
  {
    name: "what waits for the answer to an upgrade",
    limit: "maxHeadBytes",
    max: 80,
    bytes: (count) => `${START}Connection: upgrade\r\nUpgrade: x\r\n\r\n${"a".repeat(count)}`,
    what: "head",
    status: 431,
  },
];

for (const one of CASES) {
  const { name, limit, codec = httpServerCodec, max, bytes, what, status } = one;
  const side = codec === httpServerCodec ? "httpServerCodec" : "httpClientCodec";
  const limited = codec({ limits: { [limit]: max } });

  Deno.test(`${side} takes ${name} up to ${limit}, and refuses more`, () => {
    for (const count of [max - 1, max]) {
      for (const chunks of bothWays(bytes(count))) {
        const decoder = limited.decoder();
        let messages = 0;
        for (const chunk of chunks) {
          decoder.push(chunk);
          messages += drain(decoder).length;
        }
        assert(messages > 0);
      }
    }
    for (const chunks of bothWays(bytes(max + 1))) {
      const error = thrown(limited, chunks);
      assertEquals([error.limit, error.max, error.got], [limit, max, max + 1]);
      assert(error.message.startsWith(`Cannot decode ${what} at offset `), error.message);
      assertEquals([error.side, statusHint(error)], ["remote", status]);
    }
  });
}

Deno.test("httpServerCodec bounds the chunk extensions of a body, all together", () => {
  const codec = httpServerCodec({ limits: { maxChunkExtensionBytes: 100 } });
  const chunk = (extension: number) => `1;${"a".repeat(extension - 1)}\r\nb\r\n`;
  const decoder = codec.decoder();
  decoder.push(fromLatin1(`${CHUNKED}${chunk(50).repeat(2)}0\r\n\r\n`));
  assertEquals(drain(decoder).length, 4);
  decoder.push(fromLatin1(`${CHUNKED}${chunk(100)}0\r\n\r\n`));
  assertEquals(drain(decoder).length, 3, "another body has its own");
  for (const bytes of [`${CHUNKED}${chunk(50).repeat(3)}`, `${CHUNKED}${chunk(200)}`]) {
    for (const chunks of bothWays(bytes)) {
      const error = thrown(codec, chunks);
      assertEquals([error.limit, error.max], ["maxChunkExtensionBytes", 100]);
      assertEquals(statusHint(error), 400);
    }
  }
});

Deno.test("httpServerCodec refuses a head that never ends without keeping more than its limit", () => {
  const decoder = httpServerCodec({ limits: { maxHeadBytes: 1_000 } }).session().decoder;
  decoder.push(fromLatin1(START));
  let pushed = START.length;
  const error = assertThrows(() => {
    for (;; pushed += 5) {
      drain(decoder);
      decoder.push(fromLatin1("X: y"));
    }
  }, LimitError);
  assert(pushed < 1_300, `${pushed} bytes were taken`);
  assertEquals(error.limit, "maxHeadBytes");
});

for (const [name, codec] of Object.entries({ httpServerCodec, httpClientCodec })) {
  Deno.test(`${name} throws when a limit is none`, () => {
    for (const limit of ["maxStartLineBytes", "maxHeadBytes", "maxFields"] as const) {
      for (const bad of [0, -1, 1.5, NaN]) {
        assertThrows(() => codec({ limits: { [limit]: bad } }), RangeError, limit);
      }
    }
    // A name that is none is no limit, and the types refuse it too.
    assertThrows(() => codec({ limits: { maxBodyBytes: 1 } as Partial<HttpLimits> }), TypeError);
  });
}

Deno.test("httpServerCodec forgets a head that it hands on as what another protocol said", () => {
  const { decoder } = httpServerCodec().session();
  decoder.push(fromLatin1("GET / HTTP/1.1\r\nHost: a\r\nX: y"));
  assertEquals(decoder.next(), undefined);
  assertEquals(decoder.rest!().length, 29);
  decoder.push(fromLatin1(`${START}\r\n`));
  assertEquals(drain(decoder).length, 1);
});

function bothWays(text: string): Uint8Array[][] {
  const bytes = fromLatin1(text);
  return [[bytes], cutEvery(bytes, 1)];
}

function thrown(codec: Codec<unknown, never>, chunks: readonly Uint8Array[]): LimitError {
  const decoder = codec.decoder();
  return assertThrows(() => {
    for (const chunk of chunks) {
      decoder.push(chunk);
      drain(decoder);
    }
  }, LimitError);
}
