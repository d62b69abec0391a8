import { END, type HttpSample, type WantedHead } from "./sample.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const OK_MESSAGES = [{ status: 200, body: 2 }, "ok", END] as const;

/** Status lines that are taken, in front of a length of 0. */
const TAKEN: readonly (readonly [name: string, line: string, head: WantedHead])[] = [
  ["a reason", "HTTP/1.1 200 OK", { status: 200, reason: "OK", version: "1.1", keepAlive: true }],
  ["a reason of several words", "HTTP/1.1 404 Not Found", { status: 404, reason: "Not Found" }],
  ["no reason", "HTTP/1.1 301", { status: 301, reason: "" }],
  ["an empty reason", "HTTP/1.1 200 ", { status: 200, reason: "" }],
  ["octets over 0x7f in the reason", "HTTP/1.1 500 Ori\xebnt", {
    status: 500,
    reason: "Ori\xebnt",
  }],
  ["a tab in the reason", "HTTP/1.1 200 O\tK", { status: 200, reason: "O\tK" }],
  ["HTTP/1.0", "HTTP/1.0 200 OK", { version: "1.0", keepAlive: false }],
  ["a minor version that is not known yet", "HTTP/1.9 200 OK", { version: "1.1" }],
  ["a status that nobody knows", "HTTP/1.1 599 x", { status: 599 }],
];

const BAD_LINES: readonly (readonly [name: string, line: string])[] = [
  ["a status of two digits", "HTTP/1.1 20 OK"],
  ["a status of one digit", "HTTP/1.1 2 OK"],
  ["a status of four digits", "HTTP/1.1 2000 OK"],
  ["a status of letters", "HTTP/1.1 abc OK"],
  ["a status with a sign", "HTTP/1.1 +20 OK"],
  ["a status under 100", "HTTP/1.1 099 OK"],
  ["a status of 600", "HTTP/1.1 600 OK"],
  ["no status", "HTTP/1.1"],
  ["nothing behind the version", "HTTP/1.1 "],
  ["two spaces in front of the status", "HTTP/1.1  200 OK"],
  ["a tab in front of the status", "HTTP/1.1\t200 OK"],
  ["a tab behind the status", "HTTP/1.1 200\tOK"],
  ["a space in front", " HTTP/1.1 200 OK"],
  ["a version in lower case", "http/1.1 200 OK"],
  ["a version with a letter", "HTTP/1.x 200 OK"],
  ["a version with a zero in front", "HTTP/01.1 200 OK"],
  ["a version of two digits", "HTTP/11.1 200 OK"],
  ["a minor version of two digits", "HTTP/1.01 200 OK"],
  ["another protocol that begins alike", "HTTPER/1.1 200 OK"],
  ["another protocol", "ICY 200 OK"],
  ["the protocol of cameras", "RTSP/1.0 200 OK"],
  ["a NUL in the reason", "HTTP/1.0 200 OK\0xxxx"],
  ["a control in the reason", "HTTP/1.1 200 \x1b[31m"],
  ["a bare CR in the reason", "HTTP/1.1 200 OK\rContent-Length: 0"],
  ["two CRs", "HTTP/1.1 200 OK\r"],
  ["a bare LF", "HTTP/1.1 200 OK\nContent-Length: 0"],
  ["a request", "GET / HTTP/1.1"],
];

const REFUSED: readonly (readonly [name: string, code: string, ...lines: readonly string[]])[] = [
  ["a field without a colon", "bad-field", "X"],
  ["a space in front of a colon", "bad-field", "X : y"],
  ["a field with spaces in its name", "bad-field", "en-US Content-Type: text/xml"],
  ["a fold", "bad-field", "X: y", " z"],
  ["a bare CR in a field", "bad-field", "X: y\rSet-Cookie: z"],
  ["a control in a field", "bad-field", "X: \x1b[31m"],
  ["two lengths that differ", "bad-framing", "Content-Length: 5", "Content-Length: 6"],
  ["a length that is none", "bad-framing", "Content-Length: -1"],
  ["an empty length", "bad-framing", "Content-Length:"],
  ["a length and chunked", "bad-framing", "Content-Length: 5", "Transfer-Encoding: chunked"],
  ["chunked twice", "bad-framing", "Transfer-Encoding: chunked, chunked"],
  ["another coding in front of chunked", "unknown-coding", "Transfer-Encoding: gzip, chunked"],
  ["another coding", "unknown-coding", "Transfer-Encoding: gzip"],
  ["an empty coding", "bad-framing", "Transfer-Encoding:"],
];

function withStatus(status: number, ...lines: readonly string[]): string {
  return [`HTTP/1.1 ${status} x`, ...lines, "", ""].join("\r\n");
}

/** Bodies of responses in the order of RFC 9112, 6.3, each in front of a response to another request. */
const FRAMED: readonly HttpSample[] = [
  {
    name: "the answer to HEAD, whose length is that of the body that GET would get",
    asked: ["HEAD", "GET"],
    bytes: `${withStatus(200, "Content-Length: 5")}${OK}`,
    messages: [{ status: 200, body: 0, fields: [["Content-Length", "5"]] }, ...OK_MESSAGES],
  },
  {
    name: "the answer to HEAD that says chunked",
    asked: ["HEAD", "GET"],
    bytes: `${withStatus(200, "Transfer-Encoding: chunked")}${OK}`,
    messages: [{ status: 200, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "the answer to HEAD that says nothing",
    asked: ["HEAD", "GET"],
    bytes: `${withStatus(200)}${OK}`,
    messages: [{ status: 200, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "the answer to HEAD behind that to GET",
    asked: ["GET", "HEAD", "GET"],
    bytes: `${OK}${withStatus(404, "Content-Length: 5")}${OK}`,
    messages: [...OK_MESSAGES, { status: 404, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "204, which has no body",
    asked: ["GET", "GET"],
    bytes: `${withStatus(204)}${OK}`,
    messages: [{ status: 204, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "304 with the length of what did not change",
    asked: ["GET", "GET"],
    bytes: `${withStatus(304, "Content-Length: 10")}${OK}`,
    messages: [{ status: 304, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "304 that says chunked",
    asked: ["GET", "GET"],
    bytes: `${withStatus(304, "Transfer-Encoding: chunked")}${OK}`,
    messages: [{ status: 304, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "100 in front of the answer",
    bytes: `${withStatus(100)}${OK}`,
    messages: [{ status: 100, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "several informational responses in front of the answer",
    bytes: `${withStatus(100)}${withStatus(102)}${withStatus(103, "Link: </a>")}${OK}`,
    messages: [{ status: 100 }, { status: 102 }, { status: 103 }, ...OK_MESSAGES],
  },
  {
    name: "100 in front of the answer to HEAD",
    asked: ["HEAD", "GET"],
    bytes: `${withStatus(100)}${withStatus(200, "Content-Length: 5")}${OK}`,
    messages: [{ status: 100 }, { status: 200, body: 0 }, ...OK_MESSAGES],
  },
  {
    name: "101, and what the other protocol says at once",
    bytes: withStatus(101, "Connection: upgrade", "Upgrade: x"),
    messages: [{ status: 101, body: 0 }],
    handedOn: "\x81\x02hi",
  },
  {
    name: "an open tunnel, and what comes through it at once",
    asked: ["CONNECT"],
    bytes: withStatus(200),
    messages: [{ status: 200, body: 0 }],
    handedOn: "\x16\x03\x03\0\0",
  },
  {
    name: "an open tunnel whose answer has a length, which says nothing",
    asked: ["CONNECT"],
    bytes: withStatus(200, "Content-Length: 5"),
    messages: [{ status: 200, body: 0 }],
    handedOn: "hello",
  },
  {
    name: "a tunnel that is refused",
    asked: ["CONNECT", "GET"],
    bytes: `${withStatus(403, "Content-Length: 2")}no${OK}`,
    messages: [{ status: 403, body: 2 }, "no", END, ...OK_MESSAGES],
  },
  {
    name: "a body in chunks, with a trailer",
    asked: ["GET", "GET"],
    bytes: `${withStatus(200, "Transfer-Encoding: chunked")}2\r\nhi\r\n0\r\nX: y\r\n\r\n${OK}`,
    messages: [{ body: "chunked" }, "hi", { trailers: [["X", "y"]] }, ...OK_MESSAGES],
  },
  {
    name: "a length twice",
    bytes: `${withStatus(200, "Content-Length: 2", "Content-Length: 2")}ok`,
    messages: OK_MESSAGES,
  },
  {
    name: "a field whose name only begins like the length",
    bytes: `${withStatus(200, "Content-Length-X: 2", "Content-Length: 2")}ok`,
    messages: OK_MESSAGES,
  },
  {
    name: "Upgrade in an answer that does not change the protocol",
    asked: ["GET", "GET"],
    bytes: `${withStatus(426, "Connection: upgrade", "Upgrade: x", "Content-Length: 2")}no${OK}`,
    messages: [{ status: 426, body: 2 }, "no", END, ...OK_MESSAGES],
  },
  {
    name: "a body that the end of the connection ends",
    bytes: `${withStatus(200)}hello`,
    messages: [{ body: "until-close", keepAlive: false }, "hello", END],
    unended: true,
  },
  {
    name: "an empty body that the end of the connection ends",
    bytes: withStatus(200),
    messages: [{ body: "until-close" }, END],
    unended: true,
  },
  {
    name: "what looks like another response in such a body",
    asked: ["GET", "GET"],
    bytes: `${withStatus(200)}${OK}`,
    messages: [{ body: "until-close" }, OK, END],
    unended: true,
  },
  {
    name: "HTTP/1.0 with keep-alive and no length",
    bytes: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhi",
    messages: [{ body: "until-close", keepAlive: false }, "hi", END],
    unended: true,
  },
  {
    name: "HTTP/1.0 with keep-alive and a length",
    asked: ["GET", "GET"],
    bytes: `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok${OK}`,
    messages: [{ version: "1.0", body: 2, keepAlive: true }, "ok", END, ...OK_MESSAGES],
  },
  {
    name: "HTTP/1.1 with close",
    bytes: `${withStatus(200, "Connection: x, close", "Content-Length: 2")}ok`,
    messages: [{ body: 2, keepAlive: false }, "ok", END],
  },
  {
    name: "a Host, which is no field of responses",
    bytes: withStatus(204, "Host: a b"),
    messages: [{ fields: [["Host", "a b"]] }],
  },
  {
    name: "several cookies",
    bytes: withStatus(204, "Set-Cookie: a=1", "Set-Cookie: b=2, c"),
    messages: [{ fields: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2, c"]] }],
  },
];

const CUT: readonly HttpSample[] = [
  ...["H", "HTTP/1.1", "HTTP/1.1 200", "HTTP/1.1 200 OK\r", "HTTP/1.1 200 OK\r\n"].map((bytes) => ({
    name: `the end inside a response behind ${JSON.stringify(bytes)}`,
    bytes,
    code: "unexpected-end",
  })),
  {
    name: "the end inside a body",
    bytes: `${withStatus(200, "Content-Length: 5")}hell`,
    messages: [{ body: 5 }, "hell"],
    code: "unexpected-end",
  },
  {
    name: "the end inside chunks",
    bytes: `${withStatus(200, "Transfer-Encoding: chunked")}5\r\nhello\r\n`,
    messages: [{ body: "chunked" }, "hello"],
    code: "unexpected-end",
  },
  {
    name: "the end behind chunks without the last",
    bytes: `${withStatus(200, "Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\n`,
    messages: [{ body: "chunked" }, "hello"],
    code: "unexpected-end",
  },
];

/** Samples of responses (RFC 9112, 4 and 6.3). */
export const RESPONSES: readonly HttpSample[] = [
  ...TAKEN.map(([name, line, head]) => ({
    name: `a status line with ${name}`,
    bytes: `${line}\r\nContent-Length: 0\r\n\r\n`,
    messages: [head],
  })),
  ...BAD_LINES.map(([name, line]) => ({
    name: `a status line with ${name}`,
    bytes: `${line}\r\nContent-Length: 0\r\n\r\n`,
    code: "bad-status-line",
  })),
  ...["HTTP/0.9", "HTTP/2.0", "HTTP/5.6"].map((version) => ({
    name: `a response of ${version}`,
    bytes: `${version} 200 OK\r\nContent-Length: 0\r\n\r\n`,
    code: "bad-version",
    status: 505,
  })),
  ...REFUSED.map(([name, code, ...lines]) => ({
    name: `a response with ${name}`,
    bytes: `${withStatus(200, ...lines)}5\r\nhello\r\n0\r\n\r\n`,
    code,
    ...code === "unknown-coding" && { status: 501 },
  })),
  ...FRAMED,
  ...CUT,
];
