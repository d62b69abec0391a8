import { CHUNKED, END, type HttpSample, type Lines, withChunks } from "./sample.ts";

const HELLO = "5\r\nhello\r\n";
const LAST = "0\r\n\r\n";

const TAKEN: readonly (readonly [name: string, chunks: string, body: string])[] = [
  ["a chunk", `${HELLO}${LAST}`, "hello"],
  ["no chunk but the last", LAST, ""],
  ["two chunks", `${HELLO}6\r\n world\r\n${LAST}`, "hello world"],
  ["a size in lower case", `a\r\n0123456789\r\n${LAST}`, "0123456789"],
  ["a size in upper case", `A\r\n0123456789\r\n${LAST}`, "0123456789"],
  ["a size of two digits", `1e\r\n${"x".repeat(30)}\r\n${LAST}`, "x".repeat(30)],
  ["zeroes in front of the size", `0005\r\nhello\r\n${LAST}`, "hello"],
  ["zeroes for the last size", `${HELLO}000\r\n\r\n`, "hello"],
  ["line ends in the data", `9\r\n\r\n0\r\n\r\n\r\n\r\n${LAST}`, "\r\n0\r\n\r\n\r\n"],
  ["an extension", `5;a\r\nhello\r\n${LAST}`, "hello"],
  ["an extension with a value", `5;a=b\r\nhello\r\n${LAST}`, "hello"],
  ["several extensions", `5;a;b=c;d=e\r\nhello\r\n0;f=g\r\n\r\n`, "hello"],
  ["blanks around an extension", `5 \t; a = b\r\nhello\r\n${LAST}`, "hello"],
  ["a quoted extension", `5;a="b; \\"c\\""\r\nhello\r\n${LAST}`, "hello"],
  ["a quoted extension that nothing closes", `5;a="b\r\nhello\r\n${LAST}`, "hello"],
  ["an extension without a name", `5;\r\nhello\r\n${LAST}`, "hello"],
  ["an extension of octets over 0x7f", `5;a=\xe9\r\nhello\r\n${LAST}`, "hello"],
  ["an extension that looks like a size", `5;4\r\nhello\r\n${LAST}`, "hello"],
];

const BAD: readonly (readonly [name: string, chunks: string, body?: string])[] = [
  ["no size", "\r\n\r\n"],
  ["no size in front of an extension", `;a\r\nhello\r\n${LAST}`],
  ["a size that is no number", `x\r\nhello\r\n${LAST}`],
  ["a letter behind the size", `5g\r\nhello\r\n${LAST}`],
  ["a negative size", `-5\r\nhello\r\n${LAST}`],
  ["a plus in front of the size", `+5\r\nhello\r\n${LAST}`],
  ["a size with 0x", `0x5\r\nhello\r\n${LAST}`],
  ["a size with an underscore", `0_5\r\nhello\r\n${LAST}`],
  ["a size with a point", `5.0\r\nhello\r\n${LAST}`],
  ["a space in front of the size", ` 5\r\nhello\r\n${LAST}`],
  ["a space inside the size", `1 0\r\n${"x".repeat(16)}\r\n${LAST}`],
  ["a space behind the size, and no extension", `5 \r\nhello\r\n${LAST}`],
  ["blanks behind the last size", `${HELLO}0 \t\r\n\r\n`, "hello"],
  ["a word behind a space", `5 a\r\nhello\r\n${LAST}`],
  ["a NUL behind the size", `5\0\r\nhello\r\n${LAST}`],
  ["a vertical tab behind the size", `5\v\r\nhello\r\n${LAST}`],
  ["a comma behind the size", `5,a\r\nhello\r\n${LAST}`],
  ["a size of 2^53", `20000000000000\r\nhello`],
  ["a size of seventeen digits", `10000000000000005\r\nhello`],
  ["a size of a hundred digits", `${"9".repeat(100)}\r\nhello`],
  ["a bare LF behind the size", `5\nhello\r\n${LAST}`],
  ["a bare CR behind the size", `5\rhello\r\n${LAST}`],
  ["two CRs behind the size", `5\r\r;ABCD\r\n34\r\nE\r\n${LAST}`],
  ["a bare LF behind a space", `5 \n\nhello\r\n${LAST}`],
  ["a bare LF in an extension", `5;a\nhello\r\n${LAST}`],
  ["a bare CR in an extension", `5;a\rb\r\nhello\r\n${LAST}`],
  ["a bare LF in a quoted extension", `5;a="\n"\r\nhello\r\n${LAST}`],
  ["a NUL in an extension", `5;a\0\r\nhello\r\n${LAST}`],
  ["data that goes on over its size", `5\r\nhello!\r\n${LAST}`, "hello"],
  ["no line end behind the data", `5\r\nhello${LAST}`, "hello"],
  ["a bare LF behind the data", `5\r\nhello\n${LAST}`, "hello"],
  ["a bare CR behind the data", `5\r\nhello\r${LAST}`, "hello"],
  ["another byte and LF behind the data", `5\r\nhello_\n${LAST}`, "hello"],
  ["an empty line behind the data", `5\r\nhello\r\n\r\n${LAST}`, "hello"],
  ["a bare LF behind the last size", `${HELLO}0\n\n`, "hello"],
];

const TRAILERS: readonly (readonly [name: string, section: string, lines: Lines])[] = [
  ["a trailer", "X: y\r\n", [["X", "y"]]],
  ["several trailers", "X: y\r\nVary: *\r\nx:\r\n", [["X", "y"], ["Vary", "*"], ["x", ""]]],
  ["a trailer with blanks around it", "X: \t y \r\n", [["X", "y"]]],
];

const BAD_TRAILERS: readonly (readonly [name: string, section: string])[] = [
  ["without a colon", "X\r\n"],
  ["without a name", ": y\r\n"],
  ["with a space in front of its colon", "X : y\r\n"],
  ["that is folded", "X: y\r\n z\r\n"],
  ["with a space in front", " X: y\r\n"],
  ["with a NUL", "X: \0\r\n"],
  ["that ends with a bare LF", "X: y\n"],
  ["that ends with a bare CR", "X: y\r"],
  ["that is a request of its own", "GET / HTTP/1.1\r\n"],
];

const LATE_TRAILERS: readonly (readonly [name: string, section: string])[] = [
  ["that would say a length", "Content-Length: 5\r\n"],
  ["that would say a coding", "X: y\r\nTransfer-Encoding: chunked\r\n"],
  ["that would say a host", "host: b\r\n"],
];

/** Samples of bodies in chunks (RFC 9112, 7.1). */
export const CHUNKS: readonly HttpSample[] = [
  ...TAKEN.map(([name, chunks, body]) => ({
    name: `chunks with ${name}`,
    bytes: withChunks(chunks),
    messages: [CHUNKED, ...body === "" ? [] : [body], END],
  })),
  ...BAD.map(([name, chunks, body]) => ({
    name: `chunks with ${name}`,
    bytes: withChunks(chunks),
    messages: [CHUNKED, ...body === undefined ? [] : [body]],
    code: "bad-chunk",
  })),
  ...TRAILERS.map(([name, section, trailers]) => ({
    name: `chunks with ${name}`,
    bytes: withChunks(`${HELLO}0\r\n${section}\r\n`),
    messages: [CHUNKED, "hello", { trailers }],
  })),
  ...BAD_TRAILERS.map(([name, section]) => ({
    name: `a trailer ${name}`,
    bytes: withChunks(`${HELLO}0\r\n${section}\r\n`),
    messages: [CHUNKED, "hello"],
    code: "bad-field",
  })),
  ...LATE_TRAILERS.map(([name, section]) => ({
    name: `a trailer ${name}`,
    bytes: withChunks(`${HELLO}0\r\n${section}\r\n`),
    messages: [CHUNKED, "hello"],
    code: "bad-framing",
  })),
  {
    name: "trailers that a bare LF ends",
    bytes: withChunks(`${HELLO}0\r\nX: y\r\n\n`),
    messages: [CHUNKED, "hello"],
    code: "bad-field",
  },
];
