import { httpClientCodec, httpServerCodec } from "../../../codec/http/mod.ts";
import { plain } from "../http/plain_messages.ts";
import { fromLatin1 } from "../support.ts";
import type { MutatedCodec } from "./mutated_codec.ts";

/** Small enough that mutated inputs reach each of them. */
const LIMITS = {
  maxStartLineBytes: 30,
  maxHeadBytes: 90,
  maxFields: 3,
  maxChunkExtensionBytes: 8,
};

const BODIES = [
  "Content-Length: 3\r\n\r\nabc",
  "Content-Length: 0\r\n\r\n",
  "Content-Length: 1, 1\r\n\r\na",
  "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
  "Transfer-Encoding: chunked\r\n\r\n01\r\na\r\n0\r\nX: y\r\n\r\n",
  "Connection: close\r\n\r\n",
];

const REQUESTS = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "\r\nHEAD http://a HTTP/1.0\r\n\r\n",
  "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nhi",
  "GET / HTTP/1.1\r\nHost:a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhi",
  ...BODIES.map((body) => `PUT /a HTTP/1.1\r\nHost: a\r\n${body}`),
].map(fromLatin1);

const RESPONSES = [
  "HTTP/1.1 204 x\r\n\r\n",
  "HTTP/1.1 100\r\n\r\n",
  "HTTP/1.0 200 OK\r\n\r\nhi",
  "HTTP/1.1 101 x\r\nUpgrade: y\r\n\r\nhi",
  ...BODIES.map((body) => `HTTP/1.1 200 OK\r\n${body}`),
].map(fromLatin1);

const requests = {
  of: "httpServerCodec",
  samples: REQUESTS,
  limit: LIMITS.maxHeadBytes,
};
const responses = {
  of: "httpClientCodec",
  samples: RESPONSES,
  limit: LIMITS.maxHeadBytes,
};
const server = httpServerCodec({ limits: LIMITS });
const client = httpClientCodec({ limits: LIMITS });

/** Those of HTTP: once as they are, for what they hold, and once with the fields of each head, for what they say. */
export const HTTP: readonly Omit<MutatedCodec, "pieces">[] = [
  { name: "httpServerCodec()", codec: server, ...requests },
  { name: "httpServerCodec(), with the fields", codec: plain(server), ...requests },
  { name: "httpClientCodec()", codec: client, ...responses },
  { name: "httpClientCodec(), with the fields", codec: plain(client), ...responses },
];
