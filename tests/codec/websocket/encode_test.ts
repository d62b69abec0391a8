import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import { ProtocolError } from "../../../codec/errors.ts";
import {
  webSocketClientCodec,
  type WebSocketFragment,
  type WebSocketMessage,
  type WebSocketOutgoing,
  webSocketServerCodec,
} from "../../../codec/websocket/mod.ts";
import { hex, joined, utf8Bytes } from "../support.ts";
import { codecOf, PEER, saidOf, unmasked } from "./drive_sample.ts";
import {
  binary,
  close,
  type Frame,
  framesBytes,
  more,
  OPEN,
  ping,
  pong,
  readFrames,
  text,
} from "./frames.ts";

const ROLES = ["server", "client"] as const;
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536];
const SOME = Uint8Array.of(0, 0xff, 0xfe);

/** What is sent, and the frames that it is. */
const SENT: readonly {
  readonly name: string;
  readonly messages: readonly WebSocketOutgoing[];
  readonly frames: readonly Frame[];
}[] = [
  { name: "a string", messages: ["Hello"], frames: [text("Hello")] },
  { name: "a string of other characters", messages: ["é€😀"], frames: [text("é€😀")] },
  { name: "a long string", messages: ["a".repeat(300)], frames: [text("a".repeat(300))] },
  { name: "a byte order mark", messages: ["\uFEFFa"], frames: [text("\uFEFFa")] },
  { name: "text", messages: [{ kind: "text", text: "é" }], frames: [text("é")] },
  { name: "bytes", messages: [SOME], frames: [binary(SOME)] },
  { name: "binary", messages: [{ kind: "binary", bytes: SOME }], frames: [binary(SOME)] },
  { name: "a ping", messages: [{ kind: "ping", bytes: SOME }], frames: [ping(SOME)] },
  { name: "a pong", messages: [{ kind: "pong", bytes: SOME }], frames: [pong(SOME)] },
  {
    name: "the longest ping",
    messages: [{ kind: "ping", bytes: new Uint8Array(125) }],
    frames: [ping(new Uint8Array(125))],
  },
  {
    name: "a close",
    messages: [{ kind: "close", code: 1000, reason: "bye" }],
    frames: [close(1000, "bye")],
  },
  {
    name: "a close without a code",
    messages: [{ kind: "close", code: 1005, reason: "" }],
    frames: [close()],
  },
  {
    name: "the longest reason",
    messages: [{ kind: "close", code: 4999, reason: "é".repeat(61) + "a" }],
    frames: [close(4999, "é".repeat(61) + "a")],
  },
  ...SIZES.flatMap((size) => [
    {
      name: `${size} bytes`,
      messages: [new Uint8Array(size).fill(7)],
      frames: [binary(new Uint8Array(size).fill(7))],
    },
    {
      name: `${size} characters`,
      messages: ["*".repeat(size)],
      frames: [text("*".repeat(size))],
    },
  ]),
  {
    name: "fragments, with a ping and a pong between them",
    messages: [
      fragment("text", "a"),
      { kind: "ping", bytes: SOME },
      fragment("text", ""),
      { kind: "pong", bytes: SOME },
      fragment("text", "b", { last: true }),
    ],
    frames: [text("a", OPEN), ping(SOME), more("", OPEN), pong(SOME), more("b")],
  },
  {
    name: "binary fragments, and a message behind them",
    messages: [fragment("binary", SOME), fragment("binary", SOME, { last: true }), "whole"],
    frames: [binary(SOME, OPEN), more(SOME), text("whole")],
  },
  {
    name: "one fragment that is the last one too",
    messages: [fragment("text", "all", { last: true }), "whole"],
    frames: [text("all"), text("whole")],
  },
  {
    name: "fragments that are cut inside a character",
    messages: [
      fragment("text", Uint8Array.of(0x61, 0xf0, 0x9f)),
      fragment("text", Uint8Array.of(0x98)),
      fragment("text", Uint8Array.of(0x80), { last: true }),
    ],
    frames: [
      text(Uint8Array.of(0x61, 0xf0, 0x9f), OPEN),
      more(Uint8Array.of(0x98), OPEN),
      more(Uint8Array.of(0x80)),
    ],
  },
  {
    name: "a close inside a message",
    messages: [fragment("text", "a"), { kind: "close", code: 1001, reason: "" }],
    frames: [text("a", OPEN), close(1001)],
  },
];

const LONE = "\uD83D";

/** What is refused here, before anything is sent: what was sent before, and the message. */
const REFUSED: readonly {
  readonly name: string;
  readonly before?: readonly WebSocketOutgoing[];
  readonly message: WebSocketOutgoing;
  readonly code?: string;
}[] = [
  ...["a", "x".repeat(300)].flatMap((rest) => [
    { name: "a lone high surrogate", message: LONE + rest, code: "bad-utf8" },
    { name: "a lone low surrogate", message: rest + "\uDE00", code: "bad-utf8" },
  ]),
  { name: "text of a lone surrogate", message: { kind: "text", text: LONE }, code: "bad-utf8" },
  {
    name: "a reason with a lone surrogate",
    message: { kind: "close", code: 1000, reason: LONE },
    code: "bad-utf8",
  },
  { name: "a ping of 126 bytes", message: { kind: "ping", bytes: new Uint8Array(126) } },
  { name: "a pong of 126 bytes", message: { kind: "pong", bytes: new Uint8Array(126) } },
  ...[
    ...[0, 1, 999, 1004, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535, 65_536 + 1000],
    ...[-1, 1000.5, NaN, Infinity],
  ].map((code): { name: string; message: WebSocketOutgoing } => ({
    name: `a close with code ${code}`,
    message: { kind: "close", code, reason: "" },
  })),
  {
    name: "a reason without a code",
    message: { kind: "close", code: 1005, reason: "bye" },
  },
  {
    name: "a reason of 124 bytes",
    message: { kind: "close", code: 1000, reason: "x".repeat(124) },
  },
  {
    name: "a reason of 62 characters that are 124 bytes",
    message: { kind: "close", code: 1000, reason: "é".repeat(62) },
  },
  ...(["again", SOME, { kind: "ping", bytes: SOME }, { kind: "close", code: 1000, reason: "" }, {
    kind: "fragment",
    of: "text",
    bytes: SOME.slice(0, 1),
    last: true,
  }] as const).map((message) => ({
    name: `${kindOf(message)} behind a close`,
    before: [{ kind: "close", code: 1000, reason: "" }] as const,
    message,
  })),
  ...(["again", SOME, { kind: "binary", bytes: SOME }] as const).map((message) => ({
    name: `${kindOf(message)} inside a message`,
    before: [fragment("text", "a")],
    message,
  })),
  {
    name: "a binary fragment inside a text message",
    before: [fragment("text", "a")],
    message: fragment("binary", SOME),
  },
  {
    name: "a fragment of text with an impossible byte",
    message: fragment("text", Uint8Array.of(0x61, 0xff)),
    code: "bad-utf8",
  },
  {
    name: "a fragment of text that does not go on with a character",
    before: [fragment("text", Uint8Array.of(0xe2, 0x82))],
    message: fragment("text", "a"),
    code: "bad-utf8",
  },
  {
    name: "a last fragment of text that ends inside a character",
    before: [fragment("text", "a")],
    message: fragment("text", Uint8Array.of(0xe2, 0x82), { last: true }),
    code: "bad-utf8",
  },
];

for (const role of ROLES) {
  const codec = `webSocket${role === "server" ? "Server" : "Client"}Codec`;

  for (const { name, messages, frames } of SENT) {
    Deno.test(`${codec} writes ${name} as frames with the shortest lengths`, () => {
      const session = codecOf(role).session();
      const wanted = framesBytes(frames, { sender: "server" });
      assertEquals(unmasked(written(session, messages), role), wanted);
      const other = codecOf(role).session();
      if (!other.encodeHead) return assertEquals(role, "client");
      const writer = new ByteWriter();
      for (const message of messages) writer.bytes(other.encodeHead(message, writer));
      assertEquals(writer.finish(), wanted);
    });
  }

  for (const { name, before = [], message, code = "bad-message" } of REFUSED) {
    Deno.test(`${codec} refuses to write ${name}, and what follows is as if it were not asked`, () => {
      const session = codecOf(role).session();
      const writer = new ByteWriter();
      for (const one of before) session.encode(one, writer);
      const { length } = writer;
      for (const encode of [session.encode, session.encodeHead ?? session.encode]) {
        const error = assertThrows(() => encode.call(session, message, writer), ProtocolError);
        assertEquals([error.side, error.code], ["local", code], error.message);
        writer.length = length;
      }
      if (before.some((one) => kindOf(one) === "close")) return;
      session.encode({ kind: "ping", bytes: SOME }, writer);
      assertEquals(readFrames(writer.finish()).at(-1)?.payload, SOME);
    });
  }

  Deno.test(`${codec} writes what the other side takes`, () => {
    for (const { messages } of SENT) {
      const decoder = codecOf(PEER[role]).decoder();
      decoder.push(written(codecOf(role).session(), messages));
      const whole: WebSocketMessage[] = [];
      for (let message; (message = decoder.next()) !== undefined;) whole.push(message);
      const wanted = messages.filter((one) => kindOf(one) !== "fragment").length;
      assert(whole.length >= wanted);
      for (const message of whole) saidOf(message);
    }
  });

  Deno.test(`${codec} writes a text that came without decoding it, and a binary message`, () => {
    for (const payload of ["", "a", "é".repeat(100), "x".repeat(70_000)]) {
      const decoder = codecOf(role).decoder();
      decoder.push(framesBytes([text(payload), binary(payload)], { sender: PEER[role] }));
      const [first, second] = [decoder.next()!, decoder.next()!];
      const echo = unmasked(written(codecOf(role).session(), [first, second]), role);
      const wanted = framesBytes([text(payload), binary(payload)], { sender: "server" });
      assertEquals(echo, wanted);
    }
  });
}

Deno.test("webSocketServerCodec masks nothing", () => {
  for (const { messages } of SENT) {
    const frames = readFrames(written(webSocketServerCodec().session(), messages));
    assert(frames.every(({ mask }) => mask === undefined));
  }
});

Deno.test("webSocketClientCodec masks each frame with bytes that it has asked for, and uses none twice", () => {
  const asked: Uint8Array[] = [];
  const codec = webSocketClientCodec({
    random: (into) => {
      crypto.getRandomValues(into);
      asked.push(into.slice());
    },
  });
  const session = codec.session();
  const writer = new ByteWriter();
  const count = 3_000;
  for (let at = 0; at < count; at++) session.encode(at % 2 ? "hi" : SOME, writer);
  session.farewell!("done", writer);
  const frames = readFrames(writer.finish());
  assertEquals(frames.length, count + 1);
  const given = joined(asked);
  frames.forEach(({ mask }, at) => {
    assertEquals(mask, given.slice(4 * at, 4 * at + 4), "the next four bytes");
  });
});

Deno.test("webSocketClientCodec masks two sessions of one codec with other bytes", () => {
  const codec = webSocketClientCodec({ random: (into) => crypto.getRandomValues(into) });
  const [one, other] = [written(codec.session(), ["Hello"]), written(codec.session(), ["Hello"])];
  assertNotEquals(one, other);
  const [[first], [second]] = [readFrames(one), readFrames(other)];
  assertEquals(first!.payload, second!.payload);
});

Deno.test("the codecs write the examples of RFC 6455, 5.7", () => {
  const random = (into: Uint8Array) => {
    for (let at = 0; at < into.length; at++) into[at] = [0x37, 0xfa, 0x21, 0x3d][at % 4]!;
  };
  const client = webSocketClientCodec({ random });
  assertEquals(client.encode("Hello"), hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
  assertEquals(
    client.encode({ kind: "pong", bytes: utf8Bytes("Hello") }),
    hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"),
  );
  const server = webSocketServerCodec();
  assertEquals(server.encode("Hello"), hex("81 05 48 65 6c 6c 6f"));
  assertEquals(
    server.encode({ kind: "ping", bytes: utf8Bytes("Hello") }),
    hex("89 05 48 65 6c 6c 6f"),
  );
  assertEquals(server.encode(new Uint8Array(256)).subarray(0, 4), hex("82 7e 01 00"));
  const large = server.encode(new Uint8Array(65_536));
  assertEquals(large.subarray(0, 10), hex("82 7f 00 00 00 00 00 01 00 00"));
  const fragments = [fragment("text", "Hel"), fragment("text", "lo", { last: true })];
  assertEquals(written(server.session(), fragments), hex("01 03 48 65 6c 80 02 6c 6f"));
});

function fragment(
  of: "text" | "binary",
  bytes: string | Uint8Array,
  { last = false } = {},
): WebSocketFragment {
  return {
    kind: "fragment",
    of,
    bytes: typeof bytes === "string" ? utf8Bytes(bytes) : bytes,
    last,
  };
}

function kindOf(message: WebSocketOutgoing): string {
  if (typeof message === "string") return "a string";
  return message instanceof Uint8Array ? "bytes" : message.kind;
}

function written(
  session: { encode(message: WebSocketOutgoing, writer: ByteWriter): void },
  messages: readonly WebSocketOutgoing[],
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  for (const message of messages) session.encode(message, writer);
  return writer.finish();
}
