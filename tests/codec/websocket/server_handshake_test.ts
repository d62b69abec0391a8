import { assert, assertEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import {
  type Field,
  Fields,
  type HttpRequestHead,
  type HttpResponse,
  httpServerCodec,
} from "../../../codec/http/mod.ts";
import { ProtocolError } from "../../../codec/mod.ts";
import {
  answerHandshake,
  type HandshakeOptions,
  isWebSocketRequest,
} from "../../../codec/websocket/mod.ts";
import { fromLatin1, latin1 } from "../support.ts";
import { NO_ENGINE } from "./no_engine.ts";

const SOUND = [
  "Host: server.example.com",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

/** What RFC 6455, 1.3 answers to it. */
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

interface Request {
  /** The lines that stand instead of those of the same name. */
  with?: string[];
  /** The name of the line that is missing. */
  without?: string;
  line?: string;
}

function requestOf({ with: changed = [], without, line = "GET /chat HTTP/1.1" }: Request) {
  const nameOf = (field: string) => field.slice(0, field.indexOf(":")).toLowerCase();
  const names = changed.map(nameOf);
  if (without) names.push(without.toLowerCase());
  const fields = [...SOUND.filter((field) => !names.includes(nameOf(field))), ...changed];
  const decoder = httpServerCodec().decoder();
  decoder.push(fromLatin1([line, ...fields, "", ""].join("\r\n")));
  const request = decoder.next();
  assert(request?.type === "request");
  return request;
}

interface Accepted extends Request {
  name: string;
  options?: HandshakeOptions;
  protocol?: string;
}

const ACCEPTED: readonly Accepted[] = [
  { name: "it is the one of RFC 6455" },
  { name: "the case of the words differs", with: ["Upgrade: WebSocket", "CONNECTION: UPGRADE"] },
  {
    name: "the words stand in lists",
    with: ["Upgrade: h2c, websocket", "Connection: keep-alive, Upgrade"],
  },
  {
    name: "the words stand in lists over lines",
    with: ["Upgrade: h2c", "Upgrade: websocket", "Connection: keep-alive", "Connection: upgrade"],
  },
  { name: "the version of HTTP is a later one", line: "GET /chat HTTP/1.2" },
  { name: "it says that it has no body", with: ["Content-Length: 0"] },
  {
    name: "it offers subprotocols, and the server speaks none",
    with: ["Sec-WebSocket-Protocol: chat, superchat"],
  },
  {
    name: "it offers subprotocols, and the server prefers the last one",
    with: ["Sec-WebSocket-Protocol: chat, superchat"],
    options: { protocols: ["other", "superchat", "chat"] },
    protocol: "superchat",
  },
  {
    name: "it offers subprotocols on lines",
    with: ["Sec-WebSocket-Protocol: soap", "Sec-WebSocket-Protocol: mqtt"],
    options: { protocols: ["mqtt"] },
    protocol: "mqtt",
  },
  { name: "it offers no subprotocol", options: { protocols: ["chat"] } },
  {
    name: "the case of a subprotocol differs",
    with: ["Sec-WebSocket-Protocol: Chat"],
    options: { protocols: ["chat"] },
  },
  {
    name: "it offers extensions that nobody knows",
    with: ["Sec-WebSocket-Extensions: foo; bar=1"],
  },
  {
    name: "it offers compression, and the server has none",
    with: ["Sec-WebSocket-Extensions: permessage-deflate"],
  },
  {
    name: "its origin may connect",
    with: ["Origin: https://example.com"],
    options: {
      origins: (origin, host) => origin === "https://example.com" && host === "server.example.com",
    },
  },
  {
    name: "it has no origin, and that may connect",
    options: { origins: (origin) => origin === undefined },
  },
];

for (const { name, options, protocol, ...request } of ACCEPTED) {
  Deno.test(`answerHandshake() accepts a request when ${name}`, () => {
    const answer = answerHandshake(requestOf(request), options);
    assert(answer.status === 101);
    assertEquals([...answer.fields], [
      ["Sec-WebSocket-Accept", ACCEPT],
      ...protocol === undefined ? [] : [["Sec-WebSocket-Protocol", protocol]],
    ]);
    assertEquals([answer.protocol, answer.compression], [protocol, undefined]);
  });
}

interface Refused extends Request {
  name: string;
  options?: HandshakeOptions;
  status?: number;
  why: string;
}

const NO_KEY = "Sec-WebSocket-Key is not 16 bytes in base64";
const NO_PROTOCOL = "Sec-WebSocket-Protocol lists no tokens, or one twice";

const REFUSED: readonly Refused[] = [
  { name: "its method is POST", line: "POST /chat HTTP/1.1", why: "its method is not GET" },
  { name: "its method is HEAD", line: "HEAD /chat HTTP/1.1", why: "its method is not GET" },
  { name: "its method is get", line: "get /chat HTTP/1.1", why: "its method is not GET" },
  {
    name: "it is HTTP/1.0",
    line: "GET /chat HTTP/1.0",
    why: "it is HTTP/1.0, and HTTP/1.1 is needed",
  },
  { name: "it has no Upgrade", without: "Upgrade", why: "Upgrade does not list websocket" },
  {
    name: "Upgrade names something else",
    with: ["Upgrade: h2c"],
    why: "Upgrade does not list websocket",
  },
  {
    name: "Upgrade names something longer",
    with: ["Upgrade: websockets"],
    why: "Upgrade does not list websocket",
  },
  {
    name: "Upgrade names a version",
    with: ["Upgrade: websocket/13"],
    why: "Upgrade does not list websocket",
  },
  {
    name: "it has no Connection",
    without: "Connection",
    why: "Connection does not list Upgrade",
  },
  {
    name: "Connection names something else",
    with: ["Connection: keep-alive, upgraded"],
    why: "Connection does not list Upgrade",
  },
  {
    name: "it has no version",
    without: "Sec-WebSocket-Version",
    status: 426,
    why: "Sec-WebSocket-Version has to be 13, and there is none",
  },
  ...["", "8", "14", "013", "+13", "13, 8", "13.0", "x"].map((version) => ({
    name: `its version is "${version}"`,
    with: [`Sec-WebSocket-Version: ${version}`],
    status: 426,
    why: "Sec-WebSocket-Version has to be 13, and it is another one",
  })),
  {
    name: "its version is there twice",
    with: ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13"],
    why: "there is more than one Sec-WebSocket-Version",
  },
  { name: "it has no key", without: "Sec-WebSocket-Key", why: "there is no Sec-WebSocket-Key" },
  {
    name: "it has two keys",
    with: [SOUND[3]!, SOUND[3]!],
    why: "there is more than one Sec-WebSocket-Key",
  },
  ...[
    ["is empty", ""],
    ["is of 15 bytes", "AAAAAAAAAAAAAAAAAAAA"],
    ["is of 17 bytes", "AAAAAAAAAAAAAAAAAAAAAAA="],
    ["is of 16 bytes without padding", "AAAAAAAAAAAAAAAAAAAAAA"],
    ["is of 16 bytes with bits left over", "AAAAAAAAAAAAAAAAAAAAAB=="],
    ["is no base64", "AAAAAAAAAAAAAAAAAAAA*A=="],
    ["is base64 for addresses", "AAAAAAAAAAAAAAAAAAAA-A=="],
  ].map(([is, key]) => ({
    name: `its key ${is}`,
    with: [`Sec-WebSocket-Key: ${key}`],
    why: NO_KEY,
  })),
  { name: "it has a body", with: ["Content-Length: 1"], why: "it has a body" },
  { name: "it has a body in chunks", with: ["Transfer-Encoding: chunked"], why: "it has a body" },
  ...[
    ["lists nothing", ""],
    ["lists a word with a blank inside", "chat room"],
    ["lists something quoted", '"chat"'],
    ["lists one twice", "chat, soap, chat"],
  ].map(([does, value]) => ({
    name: `Sec-WebSocket-Protocol ${does}`,
    with: [`Sec-WebSocket-Protocol: ${value}`],
    options: { protocols: ["chat"] },
    why: NO_PROTOCOL,
  })),
  {
    name: "Sec-WebSocket-Protocol lists one twice, over lines",
    with: ["Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: chat"],
    why: NO_PROTOCOL,
  },
  {
    name: "Sec-WebSocket-Extensions breaks its grammar",
    with: ["Sec-WebSocket-Extensions: permessage-deflate; a="],
    why: "Sec-WebSocket-Extensions breaks its grammar",
  },
  {
    name: "it has two origins",
    with: ["Origin: https://a.example", "Origin: https://a.example"],
    why: "there is more than one Origin",
  },
  {
    name: "its origin may not connect",
    with: ["Origin: https://evil.example"],
    options: { origins: () => false },
    status: 403,
    why: "its Origin may not connect here",
  },
  {
    name: "it has no origin, and that may not connect",
    options: { origins: (origin) => origin !== undefined },
    status: 403,
    why: "it names no Origin",
  },
];

for (const { name, options, status = 400, why, ...request } of REFUSED) {
  Deno.test(`answerHandshake() answers ${status} when ${name}`, () => {
    const answer = answerHandshake(requestOf(request), options);
    assert(answer.status !== 101);
    assertEquals([answer.status, answer.why], [status, `Cannot open WebSocket: ${why}`]);
    const fields: Field[] = status === 426 ? [["Sec-WebSocket-Version", "13"]] : [];
    assertEquals([...answer.fields], fields);
  });
}

Deno.test("answerHandshake() answers 426 when nobody asks for a WebSocket", () => {
  const plain = { type: "request", method: "GET", fields: new Fields({ Host: "a" }) };
  // No more of a request is looked at then.
  const answer = answerHandshake(plain as unknown as HttpRequestHead);
  assert(answer.status === 426);
  assertEquals(answer.why, "Cannot open WebSocket: it asks for no WebSocket");
  assertEquals([...answer.fields], [["Sec-WebSocket-Version", "13"]]);
});

Deno.test("answerHandshake() grants compression when the server has it", () => {
  const request = requestOf({
    with: ["Sec-WebSocket-Extensions: foo", "Sec-WebSocket-Extensions: permessage-deflate"],
  });
  const answer = answerHandshake(request, { compression: { engine: NO_ENGINE } });
  assert(answer.status === 101);
  assertEquals(answer.fields.get("Sec-WebSocket-Extensions"), "permessage-deflate");
  assertEquals(answer.compression, {
    engine: NO_ENGINE,
    thresholdBytes: 1024,
    outgoing: { windowBits: 15, takeover: true },
    incoming: { windowBits: 15, takeover: true },
  });
});

const MEANT: readonly [meant: boolean, fields: Record<string, string>][] = [
  [false, { Host: "a", Connection: "keep-alive" }],
  [false, { Connection: "Upgrade" }],
  [true, { Upgrade: "h2c" }],
  [true, { "SEC-WEBSOCKET-KEY": "x" }],
  [true, { "sec-websocket-anything": "" }],
];

for (const [meant, fields] of MEANT) {
  Deno.test(`isWebSocketRequest() says ${meant} when there is ${Object.keys(fields).at(-1)}`, () => {
    assertEquals(isWebSocketRequest({ fields: new Fields(fields) }), meant);
  });
}

/** Returns what a server's session writes to the sound request. */
function written(response: HttpResponse): string {
  const session = httpServerCodec().session();
  session.decoder.push(fromLatin1(["GET /chat HTTP/1.1", ...SOUND, "", ""].join("\r\n")));
  session.decoder.next();
  const writer = new ByteWriter();
  session.encode(response, writer);
  return latin1(writer.written);
}

Deno.test("httpServerCodec() writes the answer of RFC 6455 when a handshake is accepted", () => {
  const { fields } = answerHandshake(requestOf({}));
  assertEquals(
    written({ status: 101, upgrade: "websocket", fields }),
    `HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n` +
      "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
});

Deno.test("httpServerCodec() names the protocol when a handshake is refused with 426", () => {
  const fields = { "Sec-WebSocket-Version": "13" };
  const head = "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\n";
  assertEquals(
    written({ status: 426, upgrade: "websocket", fields }),
    `${head}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n`,
  );
  assertEquals(
    written({ status: 426, upgrade: "websocket", fields, close: true, body: "no" }),
    `${head}Connection: close, Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nno`,
  );
  for (const status of [200, 400]) {
    assertThrows(() => written({ status, upgrade: "websocket" }), ProtocolError, "101");
  }
  assertThrows(() => written({ status: 426, upgrade: "a b" }), ProtocolError, "a protocol");
});
