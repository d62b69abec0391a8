import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { BodyDecoder, type BodyPiece } from "../../codec/body_decoder.ts";
import type { ReceiveBuffer } from "../../codec/bytes/receive_buffer.ts";
import { type Codec, defineCodec } from "../../codec/codec.ts";
import { ProtocolError } from "../../codec/errors.ts";
import { fixed } from "../../codec/fixed.ts";
import { lengthPrefixed } from "../../codec/length_prefixed.ts";
import { lines } from "../../codec/lines.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";
import { open, openLines } from "./open.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("peek() gives the first bytes and takes none", async () => {
  const { connection, transport } = openLines();
  transport.deliver("he", "llo\nyou\n");
  assertEquals(text(await connection.peek(4)), "hell");
  assertEquals(text(await connection.peek(2)), "he");
  assertEquals(text(await connection.peek(0)), "");
  assertEquals(await connection.receive(), "hello");
  assertEquals(text(await connection.peek(3)), "you");
  assertEquals(await connection.receive(), "you");
  connection.abort();
});

Deno.test("peek() gives fewer bytes only at the end of the stream", async () => {
  const { connection, transport } = openLines();
  const looking = connection.peek(5);
  transport.deliver("abc");
  await turns();
  assertEquals(await stateOf(looking), "pending");
  transport.finish();
  assertEquals(text(await looking), "abc");
  assertEquals(text(await connection.peek(5)), "abc");
  assertEquals(await connection.receive(), "abc");
  assertEquals(text(await connection.peek(5)), "");
  connection.abort();
});

Deno.test("peek() keeps what came when its signal is aborted", async () => {
  const { connection, transport } = openLines();
  const stop = new AbortController();
  const looking = rejectionOf(connection.peek(5, { signal: stop.signal }));
  transport.deliver("abc");
  await turns();
  stop.abort(new Error("stop"));
  assertEquals(String(await looking), "Error: stop");
  assertEquals(String(await rejectionOf(connection.peek(1, stop))), "Error: stop");
  transport.deliver("def\n");
  assertEquals(await connection.receive(), "abcdef");
  connection.abort();
});

Deno.test("peek() has the connection's deadline, and hears of its end", async () => {
  const idle = openLines({ deadlines: { idleMs: 100 } });
  const passed = rejectionOf(idle.connection.peek(1));
  await idle.clock.advance(100);
  assertInstanceOf(await passed, DeadlineError);
  const late = openLines();
  const waited = rejectionOf(late.connection.peek(1, { waitMs: 50 }));
  await late.clock.advance(50);
  const error = await waited;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms, late.connection.closed], ["receive", 50, false]);
  late.connection.abort();
  const reset = openLines();
  const looking = rejectionOf(reset.connection.peek(1));
  reset.transport.reset();
  assertInstanceOf(await looking, ClosedError);
  assertInstanceOf(await rejectionOf(reset.connection.peek(1)), ClosedError);
  const both = openLines();
  both.connection.next().catch(() => {});
  assertInstanceOf(await rejectionOf(both.connection.peek(1)), TypeError);
  both.connection.abort();
});

Deno.test("peek() refuses a codec whose decoder cannot", async () => {
  const codec = defineCodec<string>(
    () => ({ push() {}, end() {}, next: () => undefined }),
    () => {},
  );
  const { connection } = open(codec);
  const error = await rejectionOf(connection.peek(1));
  assertInstanceOf(error, TypeError);
  assertEquals(error.message, "Cannot peek: the codec's decoder has no peek()");
  connection.abort();
});

Deno.test("peek() and then switchTo() tell one protocol from another", async () => {
  for (const [first, expected] of [["hello\n", "hello"], ["\0\0\0\x02hi", "hi"]] as const) {
    const { connection, transport } = open(fixed(1));
    transport.deliver(first);
    const [byte] = await connection.peek(1);
    const got = byte === 0
      ? text((await connection.switchTo(lengthPrefixed()).receive())!)
      : await connection.switchTo(lines()).receive();
    assertEquals(got, expected);
    connection.abort();
  }
});

Deno.test("switchTo() goes by the new limits and deadlines, and keeps those that are not given", async () => {
  const { connection, transport, clock } = open(lines(), {
    deadlines: { idleMs: 1000, writeMs: 500 },
    limits: { maxQueuedBytes: 100 },
  });
  transport.deliver("one\n");
  assertEquals(await connection.receive(), "one");
  const next = connection.switchTo(fixed(1), {
    deadlines: { idleMs: 50 },
    limits: { maxQueuedBytes: 10 },
  });
  transport.blockWrites();
  await next.send(new Uint8Array([1]));
  await next.flush({ signal: AbortSignal.abort() }).catch(() => {});
  const waiting = rejectionOf(next.receive());
  await clock.advance(50);
  const error = await waiting;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms], ["idle", 50]);

  const kept = open(lines(), { deadlines: { writeMs: 500 } });
  kept.transport.blockWrites();
  const writing = kept.connection.send("x").then(() => kept.connection.flush());
  kept.connection.switchTo(fixed(1), { deadlines: { idleMs: 50 } });
  const failed = rejectionOf(writing);
  await kept.clock.advance(500);
  const late = await failed;
  assertInstanceOf(late, DeadlineError);
  assertEquals([late.phase, late.ms], ["write", 500]);
});

Deno.test("switchTo() changes the deadline of a write that is under way", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { writeMs: 500 } });
  transport.blockWrites();
  const writing = rejectionOf(connection.send("x").then(() => connection.flush()));
  await clock.advance(100);
  connection.switchTo(fixed(1), { deadlines: { writeMs: 50 } });
  await clock.advance(50);
  const error = await writing;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms], ["write", 50]);
});

Deno.test("switchTo() refuses limits and deadlines that are none, and leaves the connection as it was", async () => {
  const { connection, transport } = openLines();
  assertThrows(() => connection.switchTo(fixed(1), { deadlines: { idleMs: 0 } }), RangeError);
  assertThrows(() => connection.switchTo(fixed(1), { limits: { maxQueuedBytes: -1 } }), RangeError);
  transport.deliver("still lines\n");
  assertEquals(await connection.receive(), "still lines");
  connection.abort();
});

/** A head is a digit or `c` or `e`: a body of so many bytes, in chunks (a digit each, 0 ends), to the end. */
class Mixed extends BodyDecoder<string> {
  protected override decodeHead(buffer: ReceiveBuffer): string | undefined {
    if (buffer.length === 0) return undefined;
    const head = text(buffer.take(1));
    if (head === "c") this.expectChunks();
    else this.expectBody(head === "e" ? Infinity : Number(head));
    return head;
  }
  protected override decodeChunkHead(buffer: ReceiveBuffer): number | undefined {
    if (buffer.length < 2) return undefined;
    const [digit = "", end] = text(buffer.take(2));
    if (end === ";") return Number(digit);
    throw new ProtocolError("Cannot decode chunk", {
      code: "bad-chunk",
      side: "remote",
      offset: buffer.offset,
      expected: ";",
      received: String(end),
    });
  }
}
const mixed: Codec<string | BodyPiece, never> = defineCodec<string | BodyPiece, never>(
  () => new Mixed(),
  () => {},
);

for (const size of [1, 3, 16]) {
  Deno.test(`readBody() reads bodies of each kind into the caller's ${size} bytes, however they came`, async () => {
    const wire = "4abcd" + "c3;abc1;d0;" + "c0;" + "0" + "exyz";
    for (const step of [1, 2, 5, wire.length]) {
      const { connection, transport } = open(mixed);
      for (let at = 0; at < wire.length; at += step) transport.deliver(wire.slice(at, at + step));
      transport.finish();
      const got: string[] = [];
      for await (const head of connection) {
        assert(typeof head === "string", `${step}: a piece of a body`);
        let body = "";
        const into = new Uint8Array(size);
        for (let count; (count = await connection.readBody(into)) > 0;) {
          body += text(into.subarray(0, count));
        }
        got.push(`${head}:${body}`);
      }
      assertEquals(got, ["4:abcd", "c:abcd", "c:", "0:", "e:xyz"]);
      connection.abort();
    }
  });
}

Deno.test("skipBody() drops a body of each kind, and the next head follows", async () => {
  for (const body of ["4abcd", "c3;abc1;d0;", "0", "c0;"]) {
    const { connection, transport } = open(mixed);
    transport.deliver(body.slice(0, 2), body.slice(2) + "2xy");
    assertEquals(await connection.receive(), body[0]);
    await connection.skipBody();
    assertEquals(await connection.receive(), "2", body);
    connection.abort();
  }
});

Deno.test("readBody() refuses a body that ends too early, or whose chunk is none", async () => {
  for (
    const [wire, code] of [
      ["4ab", "unexpected-end"],
      ["c3;ab", "unexpected-end"],
      [
        "c3;abc",
        "unexpected-end",
      ],
      ["c3", "unexpected-end"],
      ["c1:", "bad-chunk"],
    ] as const
  ) {
    const { connection, transport } = open(mixed);
    transport.deliver(wire);
    transport.finish();
    await connection.receive();
    const error = await rejectionOf(connection.skipBody());
    assertInstanceOf(error, ProtocolError, wire);
    assertEquals(error.code, code, wire);
    connection.abort();
  }
});
