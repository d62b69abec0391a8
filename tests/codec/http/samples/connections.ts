import { CHUNKED, END, type HttpSample, type WantedHead, withFields } from "./sample.ts";

const GET = withFields();

const KEPT: readonly (readonly [name: string, head: string, keepAlive: boolean])[] = [
  ["HTTP/1.1 that says nothing", withFields(), true],
  ["keep-alive", withFields("Connection: keep-alive"), true],
  ["close", withFields("Connection: close"), false],
  ["close in upper case", withFields("CONNECTION: CLOSE"), false],
  ["close in front of a tab", withFields("Connection: close\t"), false],
  ["close in a list", withFields("Connection: x, close ,y"), false],
  ["close on a line of its own", withFields("Connection: x", "Connection: close"), false],
  ["close beside keep-alive", withFields("Connection: keep-alive, close"), false],
  ["close behind empty members", withFields("Connection: ,, close"), false],
  ["a word that begins with close", withFields("Connection: closed"), true],
  ["close and a space and more, which is no token", withFields("Connection: close x"), true],
  ["close for a proxy, which is no field of ours", withFields("Proxy-Connection: close"), true],
  ["HTTP/1.0 that says nothing", "GET / HTTP/1.0\r\n\r\n", false],
  ["HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true],
  [
    "HTTP/1.0 with keep-alive and close",
    "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
    false,
  ],
  ["HTTP/1.0 with Keep-Alive as a field alone", "GET / HTTP/1.0\r\nKeep-Alive: 5\r\n\r\n", false],
];

const SAID: readonly (readonly [name: string, head: string, says: WantedHead])[] = [
  [
    "an upgrade",
    withFields("Connection: upgrade", "Upgrade: websocket"),
    { upgrade: ["websocket"] },
  ],
  [
    "an upgrade in a list of tokens",
    withFields("Connection: keep-alive, Upgrade", "Upgrade: WebSocket"),
    { upgrade: ["websocket"] },
  ],
  [
    "an upgrade to one of several",
    withFields("Connection: upgrade", "Upgrade: h2c, a/1.0", "Upgrade: b"),
    { upgrade: ["h2c", "a/1.0", "b"] },
  ],
  ["an upgrade that Connection does not name", withFields("Upgrade: websocket"), { upgrade: [] }],
  ["an upgrade that nothing names", withFields("Connection: upgrade"), { upgrade: [] }],
  [
    "an upgrade of HTTP/1.0, which has none",
    "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    { upgrade: [] },
  ],
  ["no expectation", withFields(), { expectsContinue: false }],
];

const EXPECTED: readonly (readonly [name: string, head: string, expectsContinue: boolean])[] = [
  ["an expectation", withFields("Expect: 100-continue", "Content-Length: 2"), true],
  [
    "an expectation in another case",
    withFields("Content-Length: 2", "expect: 100-Continue"),
    true,
  ],
  ["an expectation that is not known", withFields("Expect: 200-ok", "Content-Length: 2"), false],
  [
    "an expectation in HTTP/1.0, which has none",
    "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    false,
  ],
];

/** Samples of what a request says of its connection (RFC 9112, 9), and of requests behind one another. */
export const CONNECTIONS: readonly HttpSample[] = [
  ...KEPT.map(([name, bytes, keepAlive]) => ({
    name: `a connection with ${name}`,
    bytes,
    messages: [{ method: "GET", keepAlive }],
  })),
  ...SAID.map(([name, bytes, says]) => ({ name, bytes, messages: [says] })),
  ...EXPECTED.map(([name, head, expectsContinue]) => ({
    name,
    bytes: `${head}hi`,
    messages: [{ expectsContinue, body: 2 }, "hi", END],
  })),
  {
    name: "an expectation without a body, which waits for nothing",
    bytes: withFields("Expect: 100-continue"),
    messages: [{ expectsContinue: false }],
  },
  {
    name: "an upgrade, and what the other protocol says at once",
    bytes: withFields("Connection: upgrade", "Upgrade: x"),
    messages: [{ upgrade: ["x"] }],
    handedOn: "\x81\0hot diggity dogg",
  },
  {
    name: "an upgrade behind a body, and what the other protocol says at once",
    bytes: `${withFields("Connection: upgrade", "Upgrade: x", "Content-Length: 4")}body`,
    messages: [{ upgrade: ["x"], body: 4 }, "body", END],
    handedOn: "abcdefgh",
  },
  {
    name: "a tunnel, and what goes through it at once",
    bytes: "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n",
    messages: [{ method: "CONNECT", target: "b:443" }],
    handedOn: "\x16\x03\x01\0\0",
  },
  {
    name: "requests behind one another",
    bytes: `${GET}${GET}GET /b HTTP/1.1\r\nHost: a\r\n\r\n`,
    messages: [{ target: "/" }, { target: "/" }, { target: "/b" }],
  },
  {
    name: "a request behind a body",
    bytes: `${withFields("Content-Length: 5")}hello${GET}`,
    messages: [{ body: 5 }, "hello", END, { body: 0 }],
  },
  {
    name: "a request behind chunks",
    bytes: `${withFields("Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\nX: y\r\n\r\n${GET}`,
    messages: [CHUNKED, "hello", { trailers: [["X", "y"]] }, { body: 0 }],
  },
  {
    name: "a request behind a line that a client sent too many",
    bytes: `${withFields("Content-Length: 4")}q=42\r\n${GET}`,
    messages: [{ body: 4 }, "q=42", END, { body: 0 }],
  },
  {
    name: "a body that its length cuts, whose rest is no request",
    bytes: `${withFields("Content-Length: 3")}hello`,
    messages: [{ body: 3 }, "hel", END],
    code: "unexpected-end",
  },
  {
    name: "a body that nothing announced, which is no request",
    bytes: `${GET}0\r\n\r\n`,
    messages: [{ body: 0 }],
    code: "bad-request-line",
  },
  {
    name: "a request that is right behind one that is not",
    bytes: `${GET}${withFields("X : y")}${GET}`,
    messages: [{ method: "GET" }],
    code: "bad-field",
  },
];
