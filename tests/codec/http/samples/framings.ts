import { CHUNKED, END, type HttpSample, withFields } from "./sample.ts";

const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n";

const LENGTHS: readonly (readonly [name: string, bytes: number, ...lines: readonly string[]])[] = [
  ["a length", 5, "Content-Length: 5"],
  ["a length of nothing", 0, "Content-Length: 0"],
  ["a length with zeroes in front", 5, "Content-Length: 005"],
  ["a length with a zero in front, which is not octal", 10, "Content-Length: 010"],
  ["a length of sixteen digits", 5, `Content-Length: ${"0".repeat(15)}5`],
  ["a length between blanks", 5, "Content-Length: \t 5 \t"],
  ["a length whose name is in another case", 5, "conTENT-lengTH: 5"],
  ["the same length on two lines", 5, "Content-Length: 5", "Content-Length: 5"],
  [
    "the same length on two lines, with a field between",
    5,
    "Content-Length: 5",
    "X: y",
    "Content-Length: 5",
  ],
  ["the same length in a list", 5, "Content-Length: 5, 5"],
  ["the same length in a list without blanks", 5, "Content-Length: 5,5"],
];

const BAD_LENGTHS: readonly (readonly [name: string, ...lines: readonly string[]])[] = [
  ["an empty length", "Content-Length:"],
  ["a length of blanks", "Content-Length: \t "],
  ["a negative length", "Content-Length: -5"],
  ["a length with a plus", "Content-Length: +5"],
  ["a length in hexadecimal", "Content-Length: 0x5"],
  ["a length with a letter behind", "Content-Length: 5f"],
  ["a length with an underscore", "Content-Length: 5_0"],
  ["a length with a point", "Content-Length: 5.0"],
  ["a length with an exponent", "Content-Length: 1e1"],
  ["a length with a space inside", "Content-Length: 4 2"],
  ["a quoted length", 'Content-Length: "5"'],
  ["a length with a semicolon", "Content-Length: 5;"],
  ["a length with an octet over 0x7f", "Content-Length: \xb2"],
  ["a length of a word", "Content-Length: five"],
  ["a length of 2^53", "Content-Length: 9007199254740992"],
  ["a length that no integer holds", "Content-Length: 18446744073709551621"],
  ["a length of seventeen digits, were they zeroes", `Content-Length: ${"0".repeat(16)}5`],
  ["a length of a thousand digits", `Content-Length: ${"9".repeat(1_000)}`],
  ["two lengths that differ", "Content-Length: 5", "Content-Length: 6"],
  ["two lengths, the first none", "Content-Length:", "Content-Length: 5"],
  ["three lengths, the last another", "Content-Length: 5", "Content-Length: 5, 6"],
  ["two lengths in a list that differ", "Content-Length: 5, 6"],
  ["a list of lengths with an empty member", "Content-Length: 5,"],
  ["a list of lengths with a sign", "Content-Length: 5, +5"],
];

const CODINGS: readonly (readonly [name: string, ...lines: readonly string[]])[] = [
  ["chunked", "Transfer-Encoding: chunked"],
  ["chunked with a capital", "Transfer-Encoding: Chunked"],
  ["chunked in upper case", "TRANSFER-ENCODING: CHUNKED"],
  ["chunked without a blank", "Transfer-Encoding:chunked"],
  ["chunked behind an empty member", "Transfer-Encoding: ,chunked"],
  ["chunked in front of an empty member", "Transfer-Encoding: chunked,"],
  ["chunked between blanks", "Transfer-Encoding: \t chunked \t"],
];

const UNKNOWN_CODINGS: readonly (readonly [name: string, ...lines: readonly string[]])[] = [
  ["gzip in front of chunked", "Transfer-Encoding: gzip, chunked"],
  [
    "gzip in front of chunked, on two lines",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: chunked",
  ],
  ["gzip alone", "Transfer-Encoding: gzip"],
  ["identity, which is no coding any more", "Transfer-Encoding: identity"],
  ["identity and a length", "Transfer-Encoding: identity", "Content-Length: 5"],
  ["identity in front of chunked", "Transfer-Encoding: identity, chunked"],
  ["a word that ends with chunked", "Transfer-Encoding: xchunked"],
  ["a word that begins with chunked", "Transfer-Encoding: chunkedx"],
  ["chunked twice in one word", "Transfer-Encoding: chunkedchunked"],
  ["chunked behind an octet that is a blank elsewhere", "Transfer-Encoding: \xa0chunked"],
  ["chunked in front of such an octet", "Transfer-Encoding: chunked\x85"],
  ["chunked in quotes", 'Transfer-Encoding: "chunked"'],
  ["chunked with a parameter", "Transfer-Encoding: chunked;q=1"],
  ["chunked behind another word", "Transfer-Encoding: x chunked"],
];

const BAD_CODINGS: readonly (readonly [name: string, ...lines: readonly string[]])[] = [
  ["chunked twice", "Transfer-Encoding: chunked, chunked"],
  ["chunked twice, on two lines", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
  ["chunked in front of gzip", "Transfer-Encoding: chunked, gzip"],
  [
    "chunked in front of gzip, on two lines",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
  ],
  ["chunked in front of identity", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
  ["a length and chunked", "Content-Length: 5", "Transfer-Encoding: chunked"],
  ["chunked and a length", "Transfer-Encoding: chunked", "Content-Length: 5"],
  [
    "chunked and a length, a field between",
    "Transfer-Encoding: chunked",
    "X: y",
    "content-length: 0",
  ],
  ["an empty coding", "Transfer-Encoding:"],
  ["an empty coding and a length", "Content-Length: 10", "Transfer-Encoding:"],
  ["a coding behind a comma and a length", "Transfer-Encoding: ,chunked", "Content-Length: 5"],
];

/** What a line says when its control character is refused before the coding is looked at. */
const BAD_FIELDS: readonly (readonly [name: string, line: string])[] = [
  ["chunked behind a vertical tab", "Transfer-Encoding: \vchunked"],
  ["chunked in front of a NUL", "Transfer-Encoding: chunked\0"],
  ["a space in front of the colon", "Transfer-Encoding : chunked"],
  ["a tab in front of the colon", "Transfer-Encoding\t: chunked"],
  ["a fold behind it", "Transfer-Encoding: chunked\r\n  abc"],
  ["a fold in front of it", "Transfer-Encoding:\r\n chunked"],
  ["a bare LF in front of it", "X: y\nTransfer-Encoding: chunked"],
  ["a bare CR in front of it", "X: y\rTransfer-Encoding: chunked"],
];

/** Samples of what says how long a body is (RFC 9112, 6). */
export const FRAMINGS: readonly HttpSample[] = [
  ...LENGTHS.map(([name, bytes, ...lines]) => ({
    name,
    bytes: withFields(...lines) + "0123456789".slice(0, bytes),
    messages: [
      { method: "GET", body: bytes },
      ...bytes === 0 ? [] : ["0123456789".slice(0, bytes), END],
    ],
  })),
  ...BAD_LENGTHS.map(([name, ...lines]) => ({
    name,
    bytes: withFields(...lines),
    code: "bad-framing",
  })),
  ...CODINGS.map(([name, ...lines]) => ({
    name,
    bytes: `${withFields(...lines)}5\r\nhello\r\n0\r\n\r\n`,
    messages: [CHUNKED, "hello", END],
  })),
  ...UNKNOWN_CODINGS.map(([name, ...lines]) => ({
    name,
    bytes: `${withFields(...lines)}5\r\nhello\r\n0\r\n\r\n`,
    code: "unknown-coding",
    status: 501,
  })),
  ...BAD_CODINGS.map(([name, ...lines]) => ({
    name,
    bytes: `${withFields(...lines)}5\r\nhello\r\n0\r\n\r\n`,
    code: "bad-framing",
  })),
  ...BAD_FIELDS.map(([name, line]) => ({
    name: `a coding with ${name}`,
    bytes: `${withFields(line)}5\r\nhello\r\n0\r\n\r\n`,
    code: "bad-field",
  })),
  {
    name: "chunked in HTTP/1.0",
    bytes: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    code: "bad-framing",
  },
  {
    name: "a length in HTTP/1.0",
    bytes: "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nHELLO",
    messages: [{ version: "1.0", body: 5, keepAlive: false }, "HELLO", END],
  },
  {
    name: "no length, which is no body",
    bytes: "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    messages: [{ method: "POST", body: 0 }],
  },
  {
    name: "a length with a space in front of its colon",
    bytes: withFields("Content-Length : 34"),
    code: "bad-field",
  },
  {
    name: "a request inside the body of another, which is body",
    bytes: withFields(`Content-Length: ${HIDDEN.length}`) + HIDDEN,
    messages: [{ body: HIDDEN.length }, HIDDEN, END],
  },
];
