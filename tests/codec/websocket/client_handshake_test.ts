import { assert, assertEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import { httpClientCodec, type HttpResponseHead } from "../../../codec/http/mod.ts";
import { ProtocolError } from "../../../codec/mod.ts";
import {
  type AskedHandshake,
  checkHandshake,
  type CompressionOptions,
  handshakeRequest,
  type HandshakeRequestOptions,
} from "../../../codec/websocket/mod.ts";
import { fromLatin1, latin1 } from "../support.ts";
import { NO_ENGINE } from "./no_engine.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const SOUND = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Accept: ${ACCEPT}`,
];

const COMPRESSION: CompressionOptions = { engine: NO_ENGINE };

interface Response {
  /** The lines that stand instead of those of the same name. */
  with?: string[];
  /** The name of the line that is missing. */
  without?: string;
  line?: string;
  asked?: Omit<AskedHandshake, "key">;
}

function responseOf(
  { with: changed = [], without, line = "HTTP/1.1 101 Switching Protocols" }: Response,
): HttpResponseHead {
  const nameOf = (field: string) => field.slice(0, field.indexOf(":")).toLowerCase();
  const names = changed.map(nameOf);
  if (without) names.push(without.toLowerCase());
  const fields = [...SOUND.filter((field) => !names.includes(nameOf(field))), ...changed];
  const session = httpClientCodec().session();
  session.encode({ target: "/", fields: { Host: "a" }, upgrade: "websocket" }, new ByteWriter());
  session.decoder.push(fromLatin1([line, ...fields, "", ""].join("\r\n")));
  const response = session.decoder.next();
  assert(response?.type === "response");
  return response;
}

const ACCEPTED: readonly (Response & { name: string; protocol?: string })[] = [
  { name: "it is the one of RFC 6455" },
  { name: "the case of the words differs", with: ["UPGRADE: WebSocket", "connection: upgrade"] },
  { name: "Connection says more", with: ["Connection: keep-alive, Upgrade"] },
  { name: "the reason is another one", line: "HTTP/1.1 101 WebSocket Protocol Handshake" },
  {
    name: "it chooses a subprotocol",
    with: ["Sec-WebSocket-Protocol: soap"],
    asked: { protocols: ["chat", "soap"] },
    protocol: "soap",
  },
  { name: "it chooses none of the subprotocols", asked: { protocols: ["chat"] } },
  { name: "it does not take the compression", asked: { compression: COMPRESSION } },
];

for (const { name, asked, protocol, ...response } of ACCEPTED) {
  Deno.test(`checkHandshake() accepts a response when ${name}`, () => {
    const agreed = checkHandshake(responseOf(response), { key: KEY, ...asked });
    assertEquals(agreed, { protocol, compression: undefined });
  });
}

const DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";
const AS_OFFERED = "permessage-deflate as it was offered";

const REFUSED: readonly (Response & { name: string; expected: string; received: string })[] = [
  ...([
    ["200 OK", "200 OK: no WebSocket is served there"],
    ["204 No Content", "204 No Content: no WebSocket is served there"],
    ["302 Found", "302 Found"],
    ["400 Bad Request", "400 Bad Request"],
    ["401 Unauthorized", "401 Unauthorized: the server wants credentials"],
    ["404 Not Found", "404 Not Found"],
    ["407 Proxy", "407 Proxy Authentication Required: a proxy wants credentials"],
    ["426 Upgrade Required", "426 Upgrade Required"],
    ["599 x", "599"],
  ] as const).map(([line, received]) => ({
    name: `its status is ${line}`,
    line: `HTTP/1.1 ${line}`,
    expected: "status 101",
    received,
  })),
  {
    name: "it is a redirect",
    line: "HTTP/1.1 301 Moved",
    with: ["Location: wss://example.com/"],
    expected: "status 101",
    received: '301 Moved Permanently: a redirect to "wss://example.com/"',
  },
  {
    name: "the server speaks another version",
    line: "HTTP/1.1 426 x",
    with: ["Sec-WebSocket-Version: 8"],
    expected: "status 101",
    received: '426 Upgrade Required: the server speaks version "8"',
  },
  {
    name: "it is HTTP/1.0",
    line: "HTTP/1.0 101 x",
    expected: "HTTP/1.1",
    received: "HTTP/1.0",
  },
  {
    name: "it has no Upgrade",
    without: "Upgrade",
    expected: "Upgrade: websocket",
    received: "none",
  },
  ...["h2c", "websocket, h2c", "websocket/13"].map((upgrade) => ({
    name: `Upgrade is ${upgrade}`,
    with: [`Upgrade: ${upgrade}`],
    expected: "Upgrade: websocket",
    received: `"${upgrade}"`,
  })),
  {
    name: "Upgrade is there twice",
    with: ["Upgrade: websocket", "Upgrade: websocket"],
    expected: "Upgrade: websocket",
    received: '"websocket, websocket"',
  },
  {
    name: "it has no Connection",
    without: "Connection",
    expected: "Connection: Upgrade",
    received: "none",
  },
  {
    name: "Connection says something else",
    with: ["Connection: keep-alive"],
    expected: "Connection: Upgrade",
    received: '"keep-alive"',
  },
  {
    name: "it has no Accept",
    without: "Sec-WebSocket-Accept",
    expected: `Sec-WebSocket-Accept: ${ACCEPT}`,
    received: "none",
  },
  {
    name: "Accept belongs to another key",
    with: ["Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp="],
    expected: `Sec-WebSocket-Accept: ${ACCEPT}`,
    received: '"s3pPLMBiTxaQ9kYGzzhZRbK+xOp="',
  },
  {
    name: "Accept is there twice",
    with: [SOUND[2]!, SOUND[2]!],
    expected: `Sec-WebSocket-Accept: ${ACCEPT}`,
    received: `"${ACCEPT}, ${ACCEPT.slice(0, 10)}"`,
  },
  {
    name: "it chooses a subprotocol and none was offered",
    with: ["Sec-WebSocket-Protocol: chat"],
    expected: "no Sec-WebSocket-Protocol",
    received: '"chat"',
  },
  ...["soap", "Chat", "chat, mqtt", ""].map((protocol) => ({
    name: `it chooses the subprotocol "${protocol}", which was not offered`,
    with: [`Sec-WebSocket-Protocol: ${protocol}`],
    asked: { protocols: ["chat", "mqtt"] },
    expected: "a Sec-WebSocket-Protocol of chat, mqtt",
    received: `"${protocol}"`,
  })),
  {
    name: "it chooses two subprotocols",
    with: ["Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: chat"],
    asked: { protocols: ["chat"] },
    expected: "a Sec-WebSocket-Protocol of chat",
    received: '"chat, chat"',
  },
  {
    name: "it has an extension and none was offered",
    with: [DEFLATE],
    expected: "no Sec-WebSocket-Extensions",
    received: '"permessage-deflate"',
  },
  {
    name: "it has an extension that was not offered",
    with: ["Sec-WebSocket-Extensions: permessage-deflate, foo"],
    asked: { compression: COMPRESSION },
    expected: "permessage-deflate alone",
    received: '"foo"',
  },
  {
    name: "it has the compression twice",
    with: [DEFLATE, DEFLATE],
    asked: { compression: COMPRESSION },
    expected: "permessage-deflate alone",
    received: "it twice",
  },
  {
    name: "its extensions break their grammar",
    with: ["Sec-WebSocket-Extensions: permessage-deflate;"],
    asked: { compression: COMPRESSION },
    expected: "a list as Sec-WebSocket-Extensions",
    received: '"permessage-deflate;"',
  },
  {
    name: "its compression is not as it was offered",
    with: [`${DEFLATE}; client_max_window_bits`],
    asked: { compression: COMPRESSION },
    expected: AS_OFFERED,
    received: "client_max_window_bits without a value",
  },
];

for (const { name, asked, expected, received, ...response } of REFUSED) {
  Deno.test(`checkHandshake() refuses a response when ${name}`, () => {
    const head = responseOf(response);
    const error = assertThrows(() => checkHandshake(head, { key: KEY, ...asked }), ProtocolError);
    const exactly = name === "Accept is there twice" ? error.received : received;
    assertEquals(error.message, `Cannot open WebSocket: expected ${expected}, got ${exactly}`);
    assertEquals([error.code, error.side, error.offset], ["bad-handshake", "remote", 0]);
    assertEquals([error.expected, error.received], [expected, exactly]);
  });
}

Deno.test("checkHandshake() gives the compression when the server takes it", () => {
  const response = responseOf({ with: [`${DEFLATE}; client_max_window_bits=10`] });
  const { compression } = checkHandshake(response, { key: KEY, compression: COMPRESSION });
  assertEquals(compression, {
    engine: NO_ENGINE,
    thresholdBytes: 1024,
    outgoing: { windowBits: 10, takeover: true },
    incoming: { windowBits: 15, takeover: true },
  });
});

function requestText(options: Partial<HandshakeRequestOptions>): string {
  const request = handshakeRequest({ target: "/chat", host: "a:81", key: KEY, ...options });
  const writer = new ByteWriter();
  httpClientCodec().session().encode(request, writer);
  return latin1(writer.written);
}

const HEAD = "GET /chat HTTP/1.1\r\nHost: a:81\r\nSec-WebSocket-Version: 13\r\n" +
  `Sec-WebSocket-Key: ${KEY}\r\n`;
const FRAMING = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

const REQUESTS: readonly [
  when: string,
  options: Partial<HandshakeRequestOptions>,
  lines: string,
][] = [
  ["nothing more is asked for", {}, ""],
  ["there are subprotocols", { protocols: ["b", "a"] }, "Sec-WebSocket-Protocol: b, a\r\n"],
  [
    "there is compression",
    { compression: COMPRESSION },
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
  ],
  [
    "there are fields",
    { fields: { Origin: "https://a", Cookie: ["a=1", "b=2"] } },
    "Origin: https://a\r\nCookie: a=1\r\nCookie: b=2\r\n",
  ],
];

for (const [when, options, lines] of REQUESTS) {
  Deno.test(`handshakeRequest() gives the request when ${when}`, () => {
    assertEquals(requestText(options), HEAD + lines + FRAMING);
  });
}

const WRONG: readonly [when: string, options: Partial<HandshakeRequestOptions>, problem: string][] =
  [
    ["the key is short", { key: "AAAA" }, "the key is not 16 bytes in base64"],
    ["a subprotocol is no token", { protocols: ["a b"] }, 'the subprotocol "a b" is no token'],
    ["a subprotocol is empty", { protocols: [""] }, 'the subprotocol "" is no token'],
    [
      "a subprotocol is there twice",
      { protocols: ["a", "a"] },
      'the subprotocol "a" is there twice',
    ],
    ["Host is given", { fields: { host: "b" } }, "the field host is written by the handshake"],
    [
      "another key is given",
      { fields: { "Sec-WebSocket-Key": KEY } },
      "the field Sec-WebSocket-Key is written by the handshake",
    ],
  ];

for (const [when, options, problem] of WRONG) {
  Deno.test(`handshakeRequest() refuses when ${when}`, () => {
    const message = `Cannot ask for WebSocket: ${problem}`;
    const error = assertThrows(() => requestText(options), TypeError);
    assertEquals(error.message, message);
  });
}
