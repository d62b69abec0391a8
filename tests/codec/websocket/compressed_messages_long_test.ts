import { assert, assertEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import { LimitError } from "../../../codec/errors.ts";
import type { WebSocketMessage } from "../../../codec/websocket/mod.ts";
import { cutAt, cutEvery, drain, hex, utf8Bytes } from "../support.ts";
import {
  AGREED,
  agreedOn,
  CONTENTS,
  deflatedByZlib,
  inflatedByZlib,
} from "./compressed_messages.ts";
import { codecOf, decodeChunks, PEER, refusalBytes } from "./drive_sample.ts";
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
import { badFrame, type FrameSample, type Role } from "./samples/sample.ts";

const SIZES = [0, 1, 16, 64, 125, 126, 256, 1024, 4096, 16_384, 65_536, 131_072];
/** The mark of a compressed message (RFC 7692, 6). */
const PACKED = { rsv: 4 };
const OPEN_PACKED = { ...OPEN, ...PACKED };
const HELLO = hex("f2 48 cd c9 c9 07 00");
const MAX = 2_000;

for (const role of ["server", "client"] as const) {
  const codec = `webSocket${role === "server" ? "Server" : "Client"}Codec`;

  for (const agreed of AGREED) {
    const way = `${agreed.windowBits} bits ${agreed.takeover ? "with" : "without"} takeover`;
    Deno.test(`${codec} compresses messages as another receiver takes them, in a window of ${way}`, () => {
      for (const [kind, contentOf] of Object.entries(CONTENTS)) {
        const messages = [...SIZES, 1024, 1024, 300].map(contentOf);
        const session = codecOf(role, { compression: agreedOn({ outgoing: agreed }) }).session();
        const writer = new ByteWriter();
        for (const message of messages) session.encode(message, writer);
        const frames = readFrames(writer.finish());
        assertEquals(frames.length, messages.length);
        assert(frames.every(({ fin, rsv, opcode }) => fin && rsv === 4 && opcode === 2));
        const packed = frames.map(({ payload }) => payload);
        // Whoever has agreed on a window of 256 bytes gets no reference that is further back.
        const got = inflatedByZlib(packed, agreed);
        assert(isSame(got, messages), `${kind}: ${got.length} bytes came out`);
      }
    });

    Deno.test(`${codec} takes what another sender compressed, in a window of ${way}`, async () => {
      for (const contentOf of Object.values(CONTENTS)) {
        const messages = [...SIZES, 1024, 1024, 300].map(contentOf);
        // Zlib has no window of 256 bytes: it makes the next one of it.
        const sent = { ...agreed, windowBits: Math.max(9, agreed.windowBits) };
        const frames = (await deflatedByZlib(messages, sent)).map((one) => binary(one, PACKED));
        const compression = agreedOn({ incoming: sent });
        const bytes = framesBytes(frames, { sender: PEER[role] });
        for (const chunk of [1000, Infinity]) {
          const { decoder } = codecOf(role, { compression }).session();
          const got: Uint8Array[] = [];
          for (const piece of cutEvery(bytes, Math.min(chunk, bytes.length))) {
            decoder.push(piece);
            for (const message of drain(decoder)) got.push(bytesOf(message));
          }
          assertEquals(got.map(({ length }) => length), messages.map(({ length }) => length));
          got.forEach((one, at) => assert(isSame(one, [messages[at]!])));
        }
      }
    });
  }

  Deno.test(`${codec} and the other side understand each other, whatever they agreed on`, () => {
    for (const there of AGREED) {
      for (const back of AGREED) {
        const one = codecOf(role, { compression: agreedOn({ outgoing: there, incoming: back }) });
        const other = codecOf(PEER[role], {
          compression: agreedOn({ outgoing: back, incoming: there, thresholdBytes: 200 }),
        });
        const [near, far] = [one.session(), other.session()];
        for (
          const said of ["", "a", "Hello, Hello, Hello", "κόσμε€😀".repeat(50), "x".repeat(5000)]
        ) {
          const writer = new ByteWriter();
          near.encode(said, writer);
          far.decoder.push(writer.finish());
          const echoed = new ByteWriter();
          for (const message of drain(far.decoder)) far.encode(message, echoed);
          near.decoder.push(echoed.finish());
          const [message] = drain(near.decoder);
          assert(message?.kind === "text");
          assertEquals(message.text, said);
        }
      }
    }
  });

  Deno.test(`${codec} compresses what is at least the threshold, and no control frame or fragment`, () => {
    const session = codecOf(role, { compression: agreedOn({ thresholdBytes: 10 }) }).session();
    const writer = new ByteWriter();
    const part = { kind: "fragment", of: "text", bytes: utf8Bytes("a".repeat(50)) } as const;
    for (
      const message of [
        ...["a".repeat(9), "a".repeat(10), "é".repeat(5), new Uint8Array(9), new Uint8Array(10)],
        { kind: "ping", bytes: new Uint8Array(125) },
        { ...part, last: false },
        { ...part, last: true },
        { kind: "close", code: 1000, reason: "a".repeat(123) },
      ] as const
    ) session.encode(message, writer);
    const frames = readFrames(writer.finish());
    assertEquals(frames.map(({ rsv }) => rsv), [0, 4, 4, 0, 4, 0, 0, 0, 0]);
  });

  for (const sample of SAMPLES()) {
    Deno.test(`${codec} ${sample.refused ? "refuses" : "takes"} ${sample.name}`, () => {
      checkSample(sample, role);
    });
  }

  Deno.test(`${codec} takes a compressed message of as many bytes as are allowed, though it grew`, () => {
    for (const size of [MAX - 1, MAX, MAX + 1]) {
      const content = CONTENTS["bytes at random"]!(size);
      const writer = new ByteWriter();
      codecOf(PEER[role], { compression: agreedOn() }).session().encode(content, writer);
      const limits = { maxMessageBytes: MAX };
      const { decoder } = codecOf(role, { compression: agreedOn(), limits }).session();
      decoder.push(writer.finish());
      if (size <= MAX) assertEquals(drain(decoder).map(bytesOf), [content]);
      else assertEquals(assertThrows(() => decoder.next(), LimitError).limit, "maxMessageBytes");
    }
  });

  Deno.test(`${codec} refuses a compressed message that is too long before it has come`, () => {
    const limits = { maxMessageBytes: MAX };
    const { decoder } = codecOf(role, { compression: agreedOn(), limits }).session();
    const frame = binary(new Uint8Array(2 * MAX), PACKED);
    decoder.push(framesBytes([frame], { sender: PEER[role] }).subarray(0, 8));
    assertEquals(assertThrows(() => decoder.next(), LimitError).limit, "maxMessageBytes");
  });
}

/** Frames where compression was agreed on, with and without it, right and wrong. */
function SAMPLES(): readonly FrameSample[] {
  const hello = [{ text: "Hello" }];
  const badCompression = { code: "bad-compression", close: 1007 };
  return [
    { name: "the example of RFC 7692, 7.2.3.1", frames: [text(HELLO, PACKED)], says: hello },
    {
      name: "the example in fragments of RFC 7692, 7.2.3.1",
      frames: [text(HELLO.slice(0, 3), OPEN_PACKED), more(HELLO.slice(3))],
      says: hello,
    },
    {
      name: "the example of a shared window of RFC 7692, 7.2.3.2",
      frames: [text(HELLO, PACKED), text(hex("f2 00 11 00 00"), PACKED)],
      says: [...hello, ...hello],
    },
    {
      name: "the example of a block that is stored of RFC 7692, 7.2.3.3",
      frames: [text(hex("00 05 00 fa ff 48 65 6c 6c 6f 00"), PACKED)],
      says: hello,
    },
    {
      name: "the example of a last block of RFC 7692, 7.2.3.4",
      frames: [text(hex("f3 48 cd c9 c9 07 00 00"), PACKED)],
      says: hello,
    },
    {
      name: "the example of two blocks of RFC 7692, 7.2.3.5",
      frames: [text(hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"), PACKED)],
      says: hello,
    },
    {
      name: "an empty message as RFC 7692, 7.2.3.6 has it",
      frames: [text(hex("00"), PACKED), binary(hex("00"), PACKED)],
      says: [{ text: "" }, { binary: new Uint8Array(0) }],
    },
    ...HELLO.reduce<FrameSample[]>((samples, _, at) => [...samples, {
      name: `a compressed message that is cut at ${at}, with a ping between`,
      frames: [text(HELLO.slice(0, at), OPEN_PACKED), ping("p"), more(HELLO.slice(at))],
      says: [{ ping: utf8Bytes("p") }, ...hello],
      answers: [pong("p")],
    }], []),
    {
      name: "a compressed message in fragments of which some are empty",
      frames: [
        text("", OPEN_PACKED),
        more(HELLO.slice(0, 4), OPEN),
        more("", OPEN),
        more(HELLO.slice(4), OPEN),
        more(""),
      ],
      says: hello,
    },
    {
      name: "messages that are not compressed between those that are",
      frames: [text("plain"), text(HELLO, PACKED), text("é"), text(hex("f2 00 11 00 00"), PACKED)],
      says: [{ text: "plain" }, ...hello, { text: "é" }, ...hello],
    },
    {
      name: "a close behind a compressed message",
      frames: [text(HELLO, PACKED), close(1000)],
      says: [...hello, { close: 1000, reason: "" }],
      answers: [close(1000)],
    },
    {
      name: "the mark of compression on a continuation",
      frames: [text(HELLO.slice(0, 3), OPEN_PACKED), more(HELLO.slice(3), PACKED)],
      refused: badFrame(1),
    },
    {
      name: "the mark of compression on a continuation of what is not compressed",
      frames: [text("a", OPEN), more(HELLO, PACKED)],
      refused: badFrame(1),
    },
    ...[8, 9, 10].map((opcode): FrameSample => ({
      name: `the mark of compression on a control frame with opcode ${opcode}`,
      frames: [{ opcode, payload: new Uint8Array(0), ...PACKED }],
      refused: badFrame(1),
    })),
    ...[1, 2, 3, 5, 6, 7].map((rsv): FrameSample => ({
      name: `reserved bits ${rsv} where compression was agreed on`,
      frames: [text(HELLO, { rsv })],
      refused: badFrame(1),
    })),
    {
      name: "what is no deflate",
      frames: [text(hex("ff ff ff ff"), PACKED)],
      refused: badCompression,
    },
    {
      name: "a compressed message that is cut off",
      frames: [text(HELLO.slice(0, 4), PACKED)],
      refused: badCompression,
    },
    {
      name: "a reference to what stands before the first message",
      frames: [text(hex("f2 00 11 00 00"), PACKED)],
      refused: badCompression,
    },
    {
      name: "compressed text that is no UTF-8",
      frames: [text(hex("00 03 00 fc ff 61 ed a0 00"), PACKED)],
      refused: { code: "bad-utf8", close: 1007 },
    },
    {
      name: "compressed text that ends inside a character",
      frames: [text(hex("00 02 00 fd ff e2 82 00"), PACKED)],
      refused: { code: "bad-utf8", close: 1007 },
    },
  ];
}

function checkSample(sample: FrameSample, role: Role): void {
  const { frames, says = [], answers = [], refused } = sample;
  const bytes = framesBytes(frames as readonly Frame[], { sender: PEER[role] });
  const splits = Array.from({ length: bytes.length + 1 }, (_, at) => cutAt(bytes, [at]));
  for (const chunks of [...splits, cutEvery(bytes, 1)]) {
    const session = codecOf(role, { compression: agreedOn() }).session();
    const { messages, error, written } = decodeChunks(session, { chunks, role });
    assertEquals(messages, says);
    assertEquals(error?.code, refused?.code, error?.message);
    const wanted = error && refused
      ? refusalBytes(error, refused.close)
      : framesBytes(answers, { sender: "server" });
    assertEquals(written, wanted);
  }
}

function bytesOf(message: WebSocketMessage): Uint8Array {
  assert(message.kind === "binary");
  return message.bytes;
}

/** Says whether bytes are those of messages, one behind the other. */
function isSame(bytes: Uint8Array, messages: readonly Uint8Array[]): boolean {
  let at = 0;
  for (const message of messages) {
    for (let index = 0; index < message.length; index++) {
      if (bytes[at + index] !== message[index]) return false;
    }
    at += message.length;
  }
  return at === bytes.length;
}
