import { assert, assertEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import { LimitError, ProtocolError } from "../../../codec/errors.ts";
import { sessionStreams } from "../../../codec/streams.ts";
import { closeCodeHint, isCloseCode } from "../../../codec/websocket/mod.ts";
import { drain, utf8Bytes } from "../support.ts";
import { codecOf, PEER, refusalBytes, unmasked } from "./drive_sample.ts";
import { close, type Frame, framesBytes, more, OPEN, ping, pong, text } from "./frames.ts";
import type { Role } from "./samples/sample.ts";

const NOTHING = new Uint8Array(0);

function sent(...frames: readonly Frame[]): Uint8Array {
  return framesBytes(frames, { sender: "server" });
}

function errorOf(code: string): ProtocolError {
  const said = { code, side: "remote", offset: 0, expected: "a", received: "b" } as const;
  return new ProtocolError(`It is ${code}`, said);
}

function limitOf(limit: string): LimitError {
  return new LimitError("Cannot do it", { limit, max: 1, got: 2, unit: "things" });
}

/** Returns a session, what comes in, and what goes out of itself, unmasked. */
function opened(role: Role) {
  const session = codecOf(role).session();
  const says = (write: (writer: ByteWriter) => void): Uint8Array => {
    const writer = new ByteWriter();
    write(writer);
    return unmasked(writer.finish(), role);
  };
  return {
    session,
    says,
    /** What it answers; who asks it only where it says that it owes something misses nothing. */
    answers(): Uint8Array {
      const { owesAnswer } = session;
      const words = says((writer) => session.answer!(writer));
      assert(owesAnswer || words.length === 0, "it says that it owes nothing");
      assertEquals(session.owesAnswer, false);
      return words;
    },
    comes(...frames: readonly Frame[]): void {
      session.decoder.push(framesBytes(frames, { sender: PEER[role] }));
      for (const _ of drain(session.decoder));
    },
  };
}

for (const role of ["server", "client"] as const) {
  const codec = `webSocket${role === "server" ? "Server" : "Client"}Codec`;

  Deno.test(`${codec} says 1000 at the end, and 1001 where its server stops`, () => {
    for (const [reason, code] of [["done", 1000], ["stopping", 1001]] as const) {
      const { session, says } = opened(role);
      assertEquals(says((writer) => session.farewell!(reason, writer)), sent(close(code)));
      assertEquals(says((writer) => session.farewell!(reason, writer)), NOTHING, "and once");
      const error = assertThrows(() => session.encode("late", new ByteWriter()), ProtocolError);
      assertEquals(error.side, "local");
    }
  });

  Deno.test(`${codec} says nothing of itself behind a close that was sent`, () => {
    const { session, comes, says, answers } = opened(role);
    const bye = { kind: "close", code: 4001, reason: "bye" } as const;
    assertEquals(says((writer) => session.encode(bye, writer)), sent(close(4001, "bye")));
    comes(ping("p"), text("still"));
    assertEquals(answers(), NOTHING);
    assertEquals(says((writer) => session.refuse!(errorOf("bad-frame"), writer)), NOTHING);
    assertEquals(says((writer) => session.farewell!("done", writer)), NOTHING);
    comes(close(4001));
    assertEquals(answers(), NOTHING, "it was the first");
  });

  Deno.test(`${codec} echoes a close once, and has no farewell behind it`, () => {
    const { session, comes, says, answers } = opened(role);
    comes(close(1001, "going"));
    assertEquals(answers(), sent(close(1001)));
    assertEquals(answers(), NOTHING);
    assertEquals(says((writer) => session.farewell!("done", writer)), NOTHING);
    assertEquals(says((writer) => session.refuse!(errorOf("bad-frame"), writer)), NOTHING);
    assertThrows(() => session.encode("late", new ByteWriter()), ProtocolError);
  });

  Deno.test(`${codec} answers a ping once, and only the last of several`, () => {
    const { comes, answers } = opened(role);
    assertEquals(answers(), NOTHING);
    comes(ping("one"), ping("two"), text("a"), pong("late"));
    assertEquals(answers(), sent(pong("two")));
    assertEquals(answers(), NOTHING);
  });

  Deno.test(`${codec} answers no ping that a close came behind before it could`, () => {
    const { comes, answers } = opened(role);
    comes(ping("p"), close(1000));
    assertEquals(answers(), sent(close(1000)));
  });

  Deno.test(`${codec} answers a ping inside a message that it sends in fragments`, () => {
    const { session, comes, says } = opened(role);
    const written = says((writer) => {
      const first = { kind: "fragment", of: "text", bytes: utf8Bytes("a"), last: false } as const;
      session.encode(first, writer);
      comes(ping("p"));
      session.answer!(writer);
      session.encode({ ...first, last: true }, writer);
    });
    assertEquals(written, sent(text("a", OPEN), pong("p"), more("a")));
  });

  Deno.test(`${codec} tells each error by its close code, and what is wrong as the reason`, () => {
    for (
      const [error, code] of [
        [errorOf("bad-frame"), 1002],
        [errorOf("bad-close"), 1002],
        [errorOf("unexpected-end"), 1002],
        [errorOf("bad-utf8"), 1007],
        [errorOf("bad-compression"), 1007],
        [limitOf("maxMessageBytes"), 1009],
        [limitOf("maxFragments"), 1008],
        [limitOf("maxConnections"), 1013],
        [limitOf("maxQueuedBytes"), 1013],
      ] as const
    ) {
      assertEquals(closeCodeHint(error), code, error.code);
      const { session, says } = opened(role);
      const refusal = says((writer) => session.refuse!(error, writer));
      assertEquals(refusal, refusalBytes(error, code));
      assertEquals(says((writer) => session.refuse!(error, writer)), NOTHING, "and once");
    }
  });

  Deno.test(`${codec} cuts a reason that is too long, and never inside a character`, () => {
    for (
      const [message, reason] of [
        ["x".repeat(200), "x".repeat(123)],
        ["x".repeat(122) + "é", "x".repeat(122)],
        ["x".repeat(120) + "😀", "x".repeat(120)],
        ["a\uD83D", "a\uFFFD"],
      ] as const
    ) {
      const { session, says } = opened(role);
      const { code, side, offset, expected, received } = errorOf("bad-frame");
      const error = new ProtocolError(message, { code, side, offset, expected, received });
      const refusal = says((writer) => session.refuse!(error, writer));
      assertEquals(refusal, sent(close(1002, reason)));
    }
  });

  Deno.test(`${codec} keeps nothing behind an error, and behind a close`, () => {
    for (const last of [close(1000), text("b")]) {
      const { session, comes } = opened(role);
      comes(text("x".repeat(3_000), OPEN));
      try {
        comes(last);
      } catch (error) {
        assert(error instanceof ProtocolError);
      }
      // A decoder of ours says what it holds.
      const { capacity, inHead } = session.decoder as unknown as Record<string, unknown>;
      assertEquals([capacity, inHead], [0, last.opcode === 1]);
    }
  });

  Deno.test(`${codec} refuses an end inside a message, wherever it is`, () => {
    const bytes = framesBytes([text("ab", OPEN), ping("p"), more("c")], { sender: PEER[role] });
    for (let length = 1; length < bytes.length; length++) {
      const { session } = opened(role);
      session.decoder.push(bytes.subarray(0, length));
      for (const _ of drain(session.decoder));
      session.decoder.end();
      const error = assertThrows(() => session.decoder.next(), ProtocolError);
      assertEquals([error.code, error.side], ["unexpected-end", "remote"], `after ${length}`);
    }
    const { session, comes } = opened(role);
    comes(text("ab", OPEN), more("c"));
    session.decoder.end();
    assertEquals(session.decoder.next(), undefined);
  });

  Deno.test(`${codec} hands on what belongs to no message, and says where it stands`, () => {
    const { session: { decoder } } = opened(role);
    const frames = [text("ab", OPEN), ping("p"), more("c")];
    const [first, second, third] = frames.map((one) => framesBytes([one], { sender: PEER[role] }));
    decoder.push(framesBytes([...frames, text("d")], { sender: PEER[role] }).slice(0, -1));
    assertEquals(decoder.next()?.kind, "ping");
    assertEquals(decoder.messageOffset, first!.length);
    assertEquals(decoder.next()?.kind, "text");
    assertEquals(decoder.messageOffset, 0);
    assertEquals(decoder.offset, first!.length + second!.length + third!.length);
  });

  Deno.test(`${codec} answers between the messages of its streams`, async () => {
    const { decode, encode } = sessionStreams(codecOf(role));
    const bytes = framesBytes([ping("p"), text("a"), close(1000)], { sender: PEER[role] });
    const kinds = [];
    for await (const { kind } of ReadableStream.from([bytes]).pipeThrough(decode)) kinds.push(kind);
    assertEquals(kinds, ["ping", "text", "close"]);
    void encode.writable.close();
    const chunks = await Array.fromAsync(encode.readable);
    assertEquals(chunks.map((chunk) => unmasked(chunk, role)), [sent(pong("p"), close(1000))]);
  });
}

Deno.test("isCloseCode() knows which codes may be sent", () => {
  const allowed = Array.from({ length: 70_000 }, (_, code) => code).filter(isCloseCode);
  const [registered, others] = [
    [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014],
    Array.from({ length: 2_000 }, (_, at) => 3_000 + at),
  ];
  assertEquals(allowed, [...registered, ...others]);
  for (const code of [-1, 1000.5, NaN, Infinity, 65_536 + 1000]) assert(!isCloseCode(code));
});
