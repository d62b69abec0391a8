import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  type Connection,
  DeadlineError,
  defineCodec,
  LimitError,
  lines,
  ProtocolError,
} from "../../mod.ts";
import { type Deadlines, DEFAULT_DEADLINES } from "../../net/deadlines.ts";
import type { FakeClock } from "../../testing/fake_clock.ts";
import { open, openLines } from "./open.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

/** Checks that a deadline passes at its millisecond and not before. */
async function assertPasses(
  connection: Connection<string>,
  { clock, ms, message }: { clock: FakeClock; ms: number; message: string },
): Promise<void> {
  await clock.advance(ms - 1);
  assertEquals(connection.closed, false);
  await clock.advance(1);
  assert(connection.closed);
  const error = await rejectionOf(connection.next());
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.message, error.ms, error.code], [message, ms, "deadline-passed"]);
  assertEquals(clock.pending, 0);
}

function idle(ms: number): string {
  return `Cannot keep the connection to 127.0.0.1:2: no byte passed within ${ms} ms (idle deadline)`;
}

function write(ms: number): string {
  return `Cannot send to 127.0.0.1:2: the peer took no byte within ${ms} ms (write deadline)`;
}

Deno.test("DEFAULT_DEADLINES hold when nothing is said", async () => {
  const expected: Deadlines = {
    connectMs: 10_000,
    handshakeMs: 10_000,
    idleMs: 300_000,
    gapMs: Infinity,
    headMs: Infinity,
    writeMs: 30_000,
    drainMs: 1_000,
    graceMs: 5_000,
  };
  assertEquals({ ...DEFAULT_DEADLINES }, expected);
  const { connection, clock } = openLines();
  connection.next().catch(() => {});
  await assertPasses(connection, { clock, ms: 300_000, message: idle(300_000) });
});

Deno.test("Connection ends after idleMs when no byte passes while a message is waited for", async () => {
  const { connection, clock } = openLines({ deadlines: { idleMs: 1000 } });
  const rejection = rejectionOf(connection.next());
  await assertPasses(connection, { clock, ms: 1000, message: idle(1000) });
  assertInstanceOf(await rejection, DeadlineError);
});

Deno.test("Connection counts idleMs from the last byte that came", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { idleMs: 1000 } });
  connection.next().catch(() => {});
  await clock.advance(900);
  transport.deliver("no ending");
  await assertPasses(connection, { clock, ms: 1000, message: idle(1000) });
});

Deno.test("Connection counts idleMs from the last byte that went out", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { idleMs: 1000 } });
  connection.next().catch(() => {});
  for (let count = 0; count < 5; count++) {
    await clock.advance(900);
    await connection.send("tick");
    await turns();
  }
  assertEquals(transport.written, "tick\n".repeat(5));
  await assertPasses(connection, { clock, ms: 1000, message: idle(1000) });
});

Deno.test("Connection is not idle when nobody waits for a message", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { idleMs: 1000 } });
  transport.deliver("work\n");
  assertEquals(await connection.receive(), "work");
  await clock.advance(5000);
  assertEquals(connection.closed, false);
  transport.deliver("more\n");
  assertEquals(await connection.receive(), "more");
  connection.abort();
});

Deno.test("Connection waits for ever when idleMs is Infinity", async () => {
  const { connection, clock } = openLines({ deadlines: { idleMs: Infinity } });
  const next = connection.next();
  assertEquals(clock.pending, 0);
  await clock.advance(1e9);
  assertEquals(await stateOf(next), "pending");
  next.catch(() => {});
  connection.abort();
});

Deno.test("Connection ends after writeMs when the peer takes no byte", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { writeMs: 500 } });
  transport.blockWrites();
  await connection.send("x");
  const rejection = rejectionOf(connection.flush());
  await assertPasses(connection, { clock, ms: 500, message: write(500) });
  assertInstanceOf(await rejection, DeadlineError);
});

Deno.test("Connection counts writeMs from the last byte that the peer took", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { writeMs: 500 } });
  transport.maxWriteBytes = 1;
  transport.blockWrites();
  await connection.send("slow");
  for (let taken = 1; taken <= 3; taken++) {
    await clock.advance(499);
    const unblock = turnOfOneWrite(transport);
    await unblock;
    assertEquals([transport.writes.length, connection.closed], [taken, false]);
  }
  await assertPasses(connection, { clock, ms: 500, message: write(500) });
  assertEquals(transport.written, "slo");
});

/** Lets the peer take what one write offers, and no more. */
async function turnOfOneWrite(
  transport: { blockWrites(): void; unblockWrites(): void },
): Promise<void> {
  transport.unblockWrites();
  transport.blockWrites();
  await turns();
}

Deno.test("Connection has no write deadline when nothing is to be sent", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { writeMs: 500 } });
  await connection.send("x");
  await connection.flush();
  await clock.advance(10_000);
  assertEquals([connection.closed, transport.written], [false, "x\n"]);
  connection.abort();
});

Deno.test("gapMs gives a message without its ending after that much silence", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { gapMs: 100 } });
  const next = connection.next();
  await clock.advance(5000); // silence before the message is no gap in it
  transport.deliver("Hello ");
  await clock.advance(99);
  transport.deliver("Server");
  await clock.advance(99);
  assertEquals(await stateOf(next), "pending");
  await clock.advance(1);
  assertEquals(await next, { done: false, value: "Hello Server" });
  const after = connection.next();
  transport.deliver("\nnext\n");
  assertEquals(await after, { done: false, value: "next" });
  connection.abort();
  assertEquals(clock.pending, 0);
});

Deno.test("gapMs ends no message of a peer that has ended one itself", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { gapMs: 100 } });
  transport.deliver("one\nHello");
  assertEquals(await connection.receive(), "one");
  const next = connection.next();
  await clock.advance(10_000);
  assertEquals(await stateOf(next), "pending");
  transport.deliver(" Server\n");
  assertEquals(await next, { done: false, value: "Hello Server" });
  connection.abort();
  assertEquals(clock.pending, 0);
});

Deno.test("gapMs ends each message of a peer that never ends one itself", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { gapMs: 100 } });
  for (const message of ["one", "two", "three"]) {
    const next = connection.next();
    transport.deliver(message);
    await clock.advance(100);
    assertEquals(await next, { done: false, value: message });
  }
  connection.abort();
});

Deno.test("gapMs ends a message behind one that was too long to have an ending yet", async () => {
  const { connection, transport, clock } = open(lines({ maxBytes: 4, onTooLong: "skip" }), {
    deadlines: { gapMs: 100 },
  });
  transport.deliver("too long");
  assertInstanceOf(await connection.receive(), LimitError);
  const next = connection.next();
  await clock.advance(100);
  transport.deliver("next");
  await clock.advance(100);
  assertEquals(await next, { done: false, value: "next" });
  connection.abort();
});

Deno.test("gapMs counts anew when the codec changes", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { gapMs: 100 } });
  transport.deliver("one\n");
  assertEquals(await connection.receive(), "one");
  const other = connection.switchTo(lines(), { deadlines: { gapMs: 100 } });
  const next = other.next();
  transport.deliver("two");
  await clock.advance(100);
  assertEquals(await next, { done: false, value: "two" });
  other.abort();
});

Deno.test("gapMs cuts nothing when the handler is slow", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { gapMs: 100 } });
  transport.deliver("one\nHel", "lo\n");
  assertEquals(await connection.receive(), "one");
  await clock.advance(10_000);
  assertEquals(await connection.receive(), "Hello");
  connection.abort();
});

Deno.test("gapMs keeps a character whole when the silence falls into it", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { gapMs: 100 } });
  const next = connection.next();
  transport.deliver(new Uint8Array([104, 195]));
  await clock.advance(100);
  assertEquals(await next, { done: false, value: "h" });
  transport.deliver(new Uint8Array([169]));
  const rest = connection.next();
  await clock.advance(100);
  assertEquals(await rest, { done: false, value: "é" });
  connection.abort();
});

Deno.test("gapMs tells who waits of an error, and the next call again", async () => {
  const { connection, transport, clock } = open(lines({ fatal: true }), {
    deadlines: { gapMs: 100 },
  });
  const rejection = rejectionOf(connection.next());
  transport.deliver(new Uint8Array([255, 104]));
  await clock.advance(100);
  const error = await rejection;
  assertInstanceOf(error, ProtocolError);
  assertEquals(await rejectionOf(connection.next()), error);
  connection.abort();
});

Deno.test("gapMs does nothing when the peer has finished", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { gapMs: 100 } });
  const last = connection.next();
  transport.deliver("last");
  transport.finish();
  assertEquals((await last).value, "last");
  await clock.advance(1000);
  assertEquals((await connection.next()).done, true);
  connection.abort();
});

Deno.test("Connection gives a message that drips up after headMs, tells the peer, and stands", async () => {
  const refused: string[] = [];
  const codec = defineCodec<string>(() => ({
    ...lines().session(),
    refuse(error, writer) {
      refused.push(error.code);
      writer.text("too late\n");
    },
  }));
  const { connection, transport, clock } = open(codec, {
    deadlines: { headMs: 1000, idleMs: 10_000 },
  });
  transport.deliver("whole\n");
  assertEquals(await connection.receive(), "whole");
  const rejection = rejectionOf(connection.receive());
  await clock.advance(5000);
  for (let at = 0; at < 10; at++) {
    transport.deliver("x");
    await clock.advance(at < 9 ? 100 : 99);
  }
  assertEquals(await stateOf(rejection), "pending");
  await clock.advance(1);
  const error = await rejection;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.message], [
    "head",
    "Cannot receive the head of a message from 127.0.0.1:2: it was not whole within 1000 ms (head deadline)",
  ]);
  assertEquals([connection.closed, refused], [false, ["head-late"]]);
  transport.deliver("\n");
  assertEquals(await rejectionOf(connection.receive()), error);
  const closed = connection.close();
  await clock.advance(1000);
  await closed;
  assertEquals(transport.written, "too late\n");
  assertEquals(clock.pending, 0);
});

Deno.test("Connection counts headMs on while nobody waits, and not once the message is whole", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { headMs: 1000 } });
  for (const isWhole of [true, false]) {
    const waiting = connection.receive({ waitMs: 10 }).catch(() => "late");
    transport.deliver("be");
    await clock.advance(10);
    assertEquals(await waiting, "late");
    if (isWhole) {
      transport.deliver("gun\n");
      await turns(2);
      assertEquals(connection.tryReceive(), "begun");
    }
    await clock.advance(2000);
    if (isWhole) assertEquals(connection.tryReceive(), undefined);
    else assertInstanceOf(await rejectionOf(connection.receive()), DeadlineError);
  }
  connection.abort();
  assertEquals(clock.pending, 0);
});

Deno.test("Connection refuses headMs when the codec cannot tell that a message has begun", () => {
  const codec = defineCodec<string>(() => {
    const { decoder, encode } = lines().session();
    const bare = {
      push: (chunk: Uint8Array) => decoder.push(chunk),
      end: () => decoder.end(),
      next: () => decoder.next(),
    };
    return { decoder: bare, encode };
  });
  const error = assertThrows(() => open(codec, { deadlines: { headMs: 1000 } }), TypeError);
  assertEquals(error.message, "Cannot bound the time of heads: the codec's decoder has no inHead");
});
