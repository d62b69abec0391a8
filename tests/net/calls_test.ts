import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { jsonLines } from "../../codec/json.ts";
import { Calls } from "../../net/calls.ts";
import type { CallsOptions } from "../../net/calls_options.ts";
import { Connection } from "../../net/connection.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { memoryPair, type MemoryTransport } from "../../testing/memory_transport.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

interface Message {
  readonly id?: number;
  readonly text: string;
}

type Options = Partial<CallsOptions<string, string, Message, Message, number>>;

const WIRING = {
  toMessage: (text: string, id: number): Message => ({ id, text }),
  idOf: ({ id }: Message) => id,
  toReply: ({ text }: Message) => text,
};

const CODEC = jsonLines<Message>({ maxBytes: 1024 * 1024 });

/** The peer of one connection: the test answers for it. */
class Peer {
  readonly transport: MemoryTransport;
  readonly ours: MemoryTransport;
  readonly connection: Connection<Message>;
  readonly requests: Message[] = [];
  ended = false;

  constructor() {
    [this.ours, this.transport] = memoryPair();
    // Its clock is its own, so that the tests see the timers of our side.
    this.connection = new Connection(this.transport, CODEC, { clock: new FakeClock() });
    void this.#listen();
  }

  async #listen(): Promise<void> {
    try {
      for await (const request of this.connection) this.requests.push(request);
    } catch {
      // The test has broken it.
    }
    this.ended = true;
  }

  async reply(...messages: Message[]): Promise<void> {
    for (const message of messages) void this.connection.send(message);
    await turns();
  }
}

/** Calls over one connection. */
function overOne(options: Options = {}, clock = new FakeClock()) {
  const peer = new Peer();
  const connection = new Connection(peer.ours, CODEC, { clock });
  return { calls: Calls.over(connection, { ...WIRING, clock, ...options }), peer, clock };
}

/** Calls over connections that come when the test lets them. */
function overDialled(options: Options = {}, error?: Error) {
  const clock = new FakeClock();
  const peers: Peer[] = [];
  const down = { error, blocksWrites: false };
  const dial = (signal: AbortSignal) => {
    if (down.error) throw down.error;
    const peer = new Peer();
    if (down.blocksWrites) peer.ours.blockWrites();
    peers.push(peer);
    const limits = { maxQueuedBytes: 1024 * 1024 };
    return Promise.resolve(new Connection(peer.ours, CODEC, { clock, signal, limits }));
  };
  const calls = Calls.over(dial, { ...WIRING, clock, random: () => 1, ...options });
  return { calls, peers, clock, down };
}

const REFUSED = new Deno.errors.ConnectionRefused("refused");

Deno.test("calls find their replies by ids, in whatever order they come", async () => {
  const { calls, peer } = overOne();
  const replies = Promise.all(["a", "b", "c"].map((text) => calls.call(text)));
  await turns();
  assertEquals(peer.requests, [{ id: 1, text: "a" }, { id: 2, text: "b" }, { id: 3, text: "c" }]);
  assertEquals(calls.pending, 3);
  await peer.reply({ id: 3, text: "C" }, { id: 1, text: "A" }, { id: 2, text: "B" });
  assertEquals(await replies, ["A", "B", "C"]);
  assertEquals([calls.pending, calls.dropped], [0, 0]);
  calls.abort();
});

Deno.test("calls take ids of any kind, and give the message where there is no toReply", async () => {
  const clock = new FakeClock();
  const [ours, theirs] = memoryPair();
  type Wire = { id: string; n: number };
  const ids = ["x", "y"];
  using calls = Calls.over(new Connection(ours, jsonLines<Wire>(), { clock }), {
    toMessage: (n: number, id) => ({ id, n }),
    idOf: ({ id }) => id,
    nextId: () => ids.shift() ?? "z",
    clock,
  });
  using peer = new Connection(theirs, jsonLines<Wire>(), { clock });
  const [first, second] = [calls.call(1), calls.call(2)];
  assertEquals(await peer.receive(), { id: "x", n: 1 });
  void peer.send({ id: "y", n: 20 });
  void peer.send({ id: "x", n: 10 });
  assertEquals(await Promise.all([first, second]), [{ id: "x", n: 10 }, { id: "y", n: 20 }]);
});

Deno.test("calls refuse an id that another call under way has", async () => {
  const { calls, peer } = overOne({ nextId: () => 7 });
  const first = calls.call("first");
  const error = await rejectionOf(calls.call("second"));
  assertEquals(String(error), "TypeError: Cannot call: another call under way has the id 7");
  await peer.reply({ id: 7, text: "one" });
  assertEquals(await first, "one");
  const third = calls.call("third");
  await peer.reply({ id: 7, text: "three" });
  assertEquals(await third, "three");
  calls.abort();
});

Deno.test("calls give what replies to none to the listener, or count it", async () => {
  const heard: string[] = [];
  const { calls, peer } = overOne({ onNotification: ({ text }) => heard.push(text) });
  const reply = calls.call("a");
  await peer.reply({ text: "news" }, { id: 1, text: "A" }, { text: "more" });
  assertEquals([await reply, heard, calls.dropped], ["A", ["news", "more"], 0]);
  calls.abort();

  const deaf = overOne();
  await deaf.peer.reply({ text: "news" }, { id: 9, text: "nobody asked" });
  assertEquals(deaf.calls.dropped, 2);
  deaf.calls.abort();
});

for (
  const [how, onNotification] of [
    ["throws", () => {
      throw new Error("the listener's\x1b[2J");
    }],
    ["rejects", () => Promise.reject(new Error("the listener's\x1b[2J"))],
  ] as const
) {
  Deno.test(`calls go on when the listener ${how}, and say so on stderr`, async () => {
    const { calls, peer } = overOne({ onNotification });
    const told = await stderrOf(async () => {
      const reply = calls.call("a");
      await peer.reply({ text: "news" }, { id: 1, text: "A" });
      assertEquals(await reply, "A");
    });
    assertEquals(told.length, 1);
    assertMatch(told[0]!, /^Cannot run onNotification .*: Error: the listener's\\x1b\[2J\n/);
    calls.abort();
  });
}

Deno.test("a call's deadline says whose it is, and its late reply is dropped", async () => {
  const { calls, peer, clock } = overOne({ waitMs: 9_000 });
  const named = rejectionOf(calls.call("a", { waitMs: 5_000, name: "price\n" }));
  const nameless = rejectionOf(calls.call("b"));
  await clock.advance(4_999);
  assertEquals(calls.pending, 2);
  await clock.advance(1);
  const error = await named;
  assertInstanceOf(error, DeadlineError);
  assertEquals(
    error.message,
    "Cannot receive a reply for price\\n from 127.0.0.1:2: none came within 5000 ms (reply deadline)",
  );
  assertEquals([error.phase, error.ms, error.call], ["reply", 5_000, "price\n"]);
  assertEquals(error.peer, peer.ours.remoteAddr);
  assertEquals(calls.pending, 1);
  await peer.reply({ id: 1, text: "late" });
  assertEquals(calls.dropped, 1);
  await clock.advance(4_000);
  assertEquals(
    String(await nameless),
    "DeadlineError: Cannot receive a reply for call 2 from 127.0.0.1:2: none came within 9000 ms (reply deadline)",
  );
  calls.abort();
});

Deno.test("a call has 30 seconds where nobody says otherwise", async () => {
  const { calls, clock } = overOne();
  const call = calls.call("a");
  await clock.advance(29_999);
  assertEquals(await stateOf(call), "pending");
  await clock.advance(1);
  assertEquals(await stateOf(call), "rejected");
  calls.abort();
});

Deno.test("a call ends with the reason of its signal, and its late reply is dropped", async () => {
  const { calls, peer, clock } = overOne();
  const stop = new AbortController();
  const rejection = rejectionOf(calls.call("a", { signal: stop.signal }));
  await turns();
  const reason = new Error("no longer wanted");
  stop.abort(reason);
  assertEquals(await rejection, reason);
  assertEquals(await rejectionOf(calls.call("b", { signal: stop.signal })), reason);
  await peer.reply({ id: 1, text: "late" });
  assertEquals([calls.dropped, calls.pending, peer.requests.length], [1, 0, 1]);
  calls.abort();
  await turns();
  assertEquals(clock.pending, 0);
});

Deno.test("calls refuse one past maxPendingCalls, sent or not", async () => {
  const { calls, peers, down, clock } = overDialled({ limits: { maxPendingCalls: 2 } }, REFUSED);
  const first = calls.call("a");
  await turns();
  const second = calls.call("b");
  const error = await rejectionOf(calls.call("c"));
  assertInstanceOf(error, LimitError);
  assertEquals(error.message, "Cannot call: 3 calls exceed maxPendingCalls 2");
  assertEquals([error.limit, error.side], ["maxPendingCalls", "local"]);
  down.error = undefined;
  await clock.advance(500);
  assertEquals(await rejectionOf(calls.call("c")) instanceof LimitError, true);
  await peers[0]!.reply({ id: 1, text: "A" });
  assertEquals(await first, "A");
  const third = calls.call("c");
  await peers[0]!.reply({ id: 2, text: "B" }, { id: 3, text: "C" });
  assertEquals(await Promise.all([second, third]), ["B", "C"]);
  calls.abort();
});

Deno.test("a call that was sent rejects when the connection breaks, and says why", async () => {
  const { calls, peers } = overDialled();
  await turns();
  const rejection = rejectionOf(calls.call("a", { name: "order" }));
  await turns();
  peers[0]!.ours.reset();
  const error = await rejection;
  assertInstanceOf(error, ClosedError);
  assertEquals(
    error.message,
    "Cannot receive a reply for order from 127.0.0.1:2: the connection is over " +
      "(the peer reset the connection); whether it was done is not known",
  );
  assertInstanceOf(error.cause, ClosedError);
  assertEquals([error.code, error.by, error.cause.code], [
    "connection-reset",
    "peer",
    "connection-reset",
  ]);
  calls.abort();
});

Deno.test("a call that was sent rejects when the peer just finishes", async () => {
  const { calls, peer, clock } = overOne();
  const rejection = rejectionOf(calls.call("a"));
  await turns();
  await peer.connection.closeWrite();
  const error = await rejection;
  assertInstanceOf(error, ClosedError);
  assertInstanceOf(error.cause, ClosedError);
  assertEquals([error.code, error.by, error.cause.message], [
    "connection-closed",
    "peer",
    "Cannot receive a message: the peer finished",
  ]);
  await calls.finished;
  const late = await rejectionOf(calls.call("b"));
  assertInstanceOf(late, ClosedError);
  assertEquals(late.message, "Cannot call: the connection is over (the peer finished)");
  assert(peer.ours.closed);
  assertEquals(clock.pending, 0);
});

Deno.test("an idempotent call is sent again over the next connection, under its id", async () => {
  const { calls, peers, clock } = overDialled();
  const [once, again] = [
    rejectionOf(calls.call("once")),
    calls.call("again", { idempotent: true }),
  ];
  await turns();
  peers[0]!.ours.reset();
  assertInstanceOf(await once, ClosedError);
  await clock.advance(500);
  assertEquals(peers[1]?.requests, [{ id: 2, text: "again" }]);
  await peers[1]!.reply({ id: 2, text: "AGAIN" });
  assertEquals(await again, "AGAIN");
  calls.abort();
});

Deno.test("an idempotent call has no next connection where only one was given", async () => {
  const { calls, peer } = overOne();
  const rejection = rejectionOf(calls.call("a", { idempotent: true }));
  await turns();
  peer.ours.reset();
  assertMatch(String(await rejection), /^ClosedError: Cannot receive a reply for call 1 from /);
});

Deno.test("calls wait for a connection, and go with the first", async () => {
  const { calls, peers, clock, down } = overDialled({ backoff: { firstMs: 100 } }, REFUSED);
  await turns();
  const replies = Promise.all([calls.call("a"), calls.call("b")]);
  await clock.advance(250);
  down.error = undefined;
  await clock.advance(100);
  assertEquals(peers.length, 1);
  assertEquals(peers[0]!.requests.map(({ text }) => text), ["a", "b"]);
  await peers[0]!.reply({ id: 2, text: "B" }, { id: 1, text: "A" });
  assertEquals(await replies, ["A", "B"]);
  calls.abort();
});

Deno.test("a call that was never sent says so, and why there was no connection", async () => {
  const { calls, clock, down, peers } = overDialled({}, REFUSED);
  const rejection = rejectionOf(calls.call("a", { waitMs: 800 }));
  await clock.advance(800);
  const error = await rejection;
  assertInstanceOf(error, DeadlineError);
  assertEquals(
    error.message,
    "Cannot connect for call 1: no answer came within 800 ms (connect deadline)",
  );
  assertEquals([error.phase, error.peer, error.cause], ["connect", undefined, REFUSED]);
  down.error = undefined;
  await clock.advance(10_000);
  assertEquals([peers.length, peers[0]!.requests], [1, []]);
  calls.abort();
});

Deno.test("what waits longer than the peer takes is sent one after the other", async () => {
  const { calls, peers, clock, down } = overDialled({}, REFUSED);
  await turns();
  const text = "x".repeat(20_000);
  // Together they would be more than a connection may queue.
  const sent = Array.from({ length: 100 }, () => calls.call(text));
  down.error = undefined;
  await clock.advance(500);
  for (let turn = 0; peers[0]!.requests.length < 100; turn++) {
    assert(turn < 1_000 && calls.pending === 100);
    await turns();
  }
  await peers[0]!.reply(...peers[0]!.requests.map(({ id }) => ({ id: id!, text: "ok" })));
  assertEquals([...new Set(await Promise.all(sent))], ["ok"]);
  calls.abort();
});

Deno.test("a request that cannot be said rejects alone", async () => {
  const { calls, peer } = overOne({
    toMessage(text, id) {
      if (text === "throw") throw new RangeError("no such thing");
      // As JavaScript may pass it.
      return text === "bigint" ? { id, text: 1n as unknown as string } : { id, text };
    },
  });
  const fine = calls.call("fine");
  assertEquals(String(await rejectionOf(calls.call("throw"))), "RangeError: no such thing");
  assertInstanceOf(await rejectionOf(calls.call("bigint")), ProtocolError);
  await peer.reply({ id: 1, text: "FINE" });
  assertEquals([await fine, calls.pending], ["FINE", 0]);
  calls.abort();
});

Deno.test("a reply that toReply refuses rejects its call alone", async () => {
  const { calls, peer } = overOne({
    toReply({ text }) {
      if (text === "error") throw new Error("the peer says no");
      return text;
    },
  });
  const [bad, good] = [rejectionOf(calls.call("a")), calls.call("b")];
  await turns();
  await peer.reply({ id: 1, text: "error" }, { id: 2, text: "B" });
  assertEquals([String(await bad), await good], ["Error: the peer says no", "B"]);
  calls.abort();
});

Deno.test("a message that idOf cannot look at ends its connection", async () => {
  const { calls, peers, clock } = overDialled();
  const rejection = rejectionOf(calls.call("a"));
  await turns();
  peers[0]!.transport.write(new TextEncoder().encode("null\n"));
  const error = await rejection;
  assertInstanceOf(error, ClosedError);
  assertInstanceOf(error.cause, TypeError);
  assertEquals(error.by, "local");
  // The peer does not finish, so that it takes drainMs.
  await clock.advance(1_000 + 500);
  assertEquals(peers.length, 2);
  calls.abort();
});

Deno.test("a reply before its request is none", async () => {
  const { calls, peers, down, clock } = overDialled({}, REFUSED);
  await turns();
  // The first one stops the second one from being sent.
  const first = calls.call("x".repeat(100_000));
  const second = calls.call("b");
  down.error = undefined;
  down.blocksWrites = true;
  await clock.advance(500);
  await peers[0]!.reply({ id: 2, text: "not asked yet" });
  assertEquals([calls.dropped, calls.pending], [1, 2]);
  peers[0]!.ours.unblockWrites();
  await turns();
  await peers[0]!.reply({ id: 2, text: "B" }, { id: 1, text: "A" });
  assertEquals(await Promise.all([first, second]), ["A", "B"]);
  calls.abort();
});

Deno.test("a call over a connection that is over waits for the next one", async () => {
  const { calls, peers, clock } = overDialled();
  await turns();
  peers[0]!.ours.reset();
  // The read has failed, and nobody has heard of it but the connection.
  for (let turn = 0; !peers[0]!.ours.closed; turn++) {
    assert(turn < 100);
    await Promise.resolve();
  }
  const call = calls.call("a");
  await clock.advance(500);
  assertEquals(peers[1]?.requests, [{ id: 1, text: "a" }]);
  await peers[1]!.reply({ id: 1, text: "A" });
  assertEquals(await call, "A");
  calls.abort();
});

Deno.test("a connection that cannot be written to gives out the replies that have come", async () => {
  const { calls, peers, clock } = overDialled();
  const first = calls.call("a");
  await turns();
  peers[0]!.ours.failWrites(new Deno.errors.BrokenPipe("broken"));
  const second = rejectionOf(calls.call("b"));
  await turns();
  void peers[0]!.connection.send({ id: 1, text: "A" });
  // It hears from the connection that nothing can be sent, and waits for no reply of it any more.
  const third = rejectionOf(calls.call("c"));
  assertEquals(await first, "A");
  const fourth = calls.call("d");
  await turns(200);
  for (const rejection of [second, third]) {
    const error = await rejection;
    assertInstanceOf(error, ClosedError);
    assertInstanceOf(error.cause, ClosedError);
    assertEquals(error.cause.message, "Cannot send: the peer reset the connection");
  }
  await peers[0]!.connection.close();
  await clock.advance(500);
  assertEquals(await stateOf(fourth), "pending");
  calls.abort();
});

Deno.test("what waits is not sent over a connection that cannot be written to", async () => {
  const { calls, peers, down, clock } = overDialled({}, REFUSED);
  await turns();
  const first = rejectionOf(calls.call("x".repeat(100_000)));
  const second = calls.call("b");
  down.error = undefined;
  down.blocksWrites = true;
  await clock.advance(500);
  down.blocksWrites = false;
  peers[0]!.ours.failWrites(new Deno.errors.BrokenPipe("broken"));
  await turns(200);
  assertInstanceOf(await first, ClosedError);
  await peers[0]!.connection.close();
  await clock.advance(1_000);
  assertEquals(peers[1]!.requests, [{ id: 2, text: "b" }]);
  await peers[1]!.reply({ id: 2, text: "B" });
  assertEquals(await second, "B");
  calls.abort();
});

Deno.test("a request past maxQueuedBytes ends the connection, and says so", async () => {
  const clock = new FakeClock();
  const [ours] = memoryPair();
  ours.blockWrites();
  const connection = new Connection(ours, CODEC, { clock, limits: { maxQueuedBytes: 100 } });
  using calls = Calls.over(connection, { ...WIRING, clock });
  const lost = [rejectionOf(calls.call("a")), rejectionOf(calls.call("b".repeat(100)))];
  for (const rejection of lost) {
    const error = await rejection;
    assertInstanceOf(error, ClosedError);
    assertInstanceOf(error.cause, LimitError);
    assertEquals(error.cause.limit, "maxQueuedBytes");
  }
});

Deno.test("a call that is given up while its reply is looked at touches no other", async () => {
  const stop = new AbortController();
  let second: Promise<string> | undefined;
  const { calls, peer } = overOne({
    nextId: () => 7,
    toReply({ text }) {
      if (text === "first") {
        stop.abort(new Error("given up"));
        second = calls.call("b");
      }
      return text;
    },
  });
  const first = rejectionOf(calls.call("a", { signal: stop.signal }));
  await peer.reply({ id: 7, text: "first" });
  assertEquals([String(await first), calls.pending], ["Error: given up", 1]);
  await peer.reply({ id: 7, text: "second" });
  assertEquals(await second, "second");
  calls.abort();
});

Deno.test("a call ends when its signal is aborted while it begins", async () => {
  const stop = new AbortController();
  const reason = new Error("stop");
  let lastId = 0;
  const { calls, clock } = overOne({
    nextId() {
      stop.abort(reason);
      return ++lastId;
    },
  });
  const waiting = clock.pending;
  assertEquals(await rejectionOf(calls.call("a", { signal: stop.signal })), reason);
  assertEquals([calls.pending, clock.pending], [0, waiting]);
  calls.abort();
});

Deno.test("calls leave no listener on a signal", async () => {
  const watched = () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, given);
    };
    signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, given);
    };
    return { signal, count: () => listeners };
  };
  const [whole, one] = [watched(), watched()];
  const { calls, peer } = overOne({ signal: whole.signal });
  const reply = calls.call("a", { signal: one.signal });
  assertEquals([whole.count(), one.count()], [1, 1]);
  await peer.reply({ id: 1, text: "A" });
  assertEquals([await reply, whole.count(), one.count()], ["A", 1, 0]);
  calls.abort();
  await calls.finished;
  assertEquals(whole.count(), 0);
});

Deno.test("close() waits for the replies, then closes politely, and takes no more calls", async () => {
  const { calls, peers, clock } = overDialled();
  await turns();
  const reply = calls.call("a");
  await turns();
  const closing = calls.close();
  const error = await rejectionOf(calls.call("b"));
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-closed", "local"]);
  assertEquals([await stateOf(closing), peers[0]!.ended], ["pending", false]);
  await peers[0]!.reply({ id: 1, text: "A" });
  assertEquals(await reply, "A");
  assertEquals([peers[0]!.ended, peers[0]!.ours.writeClosed], [true, true]);
  await peers[0]!.connection.close();
  await closing;
  await calls.close();
  assertEquals([peers.length, clock.pending], [1, 0]);
});

Deno.test("close() of one connection closes it politely", async () => {
  const { calls, peer, clock } = overOne();
  const closing = calls.close();
  await turns();
  assert(peer.ended);
  await peer.connection.close();
  await closing;
  assert(peer.ours.closed);
  assertEquals(clock.pending, 0);
});

Deno.test("close() waits for a reply no longer than its call does", async () => {
  const { calls, clock, peers } = overDialled();
  await turns();
  const rejection = rejectionOf(calls.call("a", { waitMs: 70 }));
  await turns();
  const closing = calls.close();
  await clock.advance(70);
  assertInstanceOf(await rejection, DeadlineError);
  await peers[0]!.connection.close();
  await closing;
  assertEquals(clock.pending, 0);
});

Deno.test("close() rejects what waits for a connection, and dials no more", async () => {
  for (const waits of ["between tries", "for the dial"]) {
    const clock = new FakeClock();
    let dials = 0;
    const dial = (signal: AbortSignal) => {
      dials++;
      if (waits === "between tries") return Promise.reject(REFUSED);
      return new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    };
    await using calls = Calls.over(dial, { ...WIRING, clock });
    const rejection = rejectionOf(calls.call("a"));
    await turns();
    await calls.close();
    assertInstanceOf(await rejection, ClosedError);
    assertEquals([dials, clock.pending], [1, 0]);
  }
});

Deno.test("close() does not come back when the connection breaks meanwhile", async () => {
  const { calls, peers, clock } = overDialled();
  await turns();
  const rejection = rejectionOf(calls.call("a", { idempotent: true }));
  await turns();
  const closing = calls.close();
  peers[0]!.ours.reset();
  assertMatch(String(await rejection), /^ClosedError: Cannot receive a reply for call 1 from /);
  await closing;
  assertEquals([peers.length, clock.pending], [1, 0]);
});

Deno.test("abort() and an aborted signal end all of it at once", async () => {
  const reason = new Error("enough");
  for (const how of ["abort", "signal"]) {
    const stop = new AbortController();
    const { calls, peers, clock } = overDialled({ signal: stop.signal });
    await turns();
    const rejection = rejectionOf(calls.call("a"));
    await turns();
    if (how === "abort") calls.abort(reason);
    else stop.abort(reason);
    assertEquals(await rejection, reason);
    assertEquals(await rejectionOf(calls.call("b")), reason);
    await calls.finished;
    assert(peers[0]!.ours.closed);
    assertEquals([peers.length, calls.pending, clock.pending], [1, 0, 0]);
  }
});

Deno.test("calls whose signal is aborted already dial nobody, and close what they were given", async () => {
  const signal = AbortSignal.abort(new Error("before"));
  const dialled = overDialled({ signal });
  await dialled.calls.finished;
  assertEquals(dialled.peers.length, 0);
  const one = overOne({ signal });
  await one.calls.finished;
  assert(one.peer.ours.closed);
  assertEquals(String(await rejectionOf(one.calls.call("a"))), "Error: before");
});

Deno.test("no rejection of a call is unhandled when nobody listens", async () => {
  const { calls, peers, clock, down } = overDialled({ limits: { maxPendingCalls: 2 } });
  await turns();
  void calls.call("lost");
  void calls.call("late", { waitMs: 5, idempotent: true });
  void calls.call("too many");
  void calls.call("no time", { waitMs: NaN });
  await turns();
  down.error = REFUSED;
  peers[0]!.ours.reset();
  await clock.advance(100);
  void calls.call("aborted");
  calls.abort();
  void calls.call("over");
  await calls.finished;
  await turns();
  assertEquals(calls.pending, 0);
});

Deno.test("calls tell onRetry, and it may fail", async () => {
  const heard: unknown[] = [];
  const { calls, peers, clock, down } = overDialled({
    onRetry({ error, attempt }) {
      heard.push([error, attempt]);
      throw new Error("the listener's");
    },
  });
  await turns();
  const told = await stderrOf(async () => {
    down.error = REFUSED;
    peers[0]!.ours.reset();
    await clock.advance(500);
  });
  assertEquals(heard, [[undefined, 1], [REFUSED, 2]]);
  // Its first failure alone is worth a line.
  assertEquals(told.length, 1);
  calls.abort();
});

Deno.test("calls refuse wrong options by name", () => {
  const connection = new Connection(memoryPair()[0], jsonLines<Message>());
  const wrong: [options: object, type: new () => Error, text: string][] = [
    [{ timeout: 5 }, TypeError, "Cannot set timeout: the options of calls are "],
    [{ limits: { maxCalls: 5 } }, TypeError, "Cannot set maxCalls: the limits of calls are "],
    [{ backoff: { first: 5 } }, TypeError, "Cannot set first: the times of backoff are "],
    [{ idOf: 7 }, TypeError, "Cannot use idOf: 7 is no function"],
    [{ toMessage: undefined }, TypeError, "Cannot use toMessage: undefined is no function"],
    [{ limits: { maxPendingCalls: 0 } }, RangeError, "Cannot set maxPendingCalls: 0 is"],
    [{ waitMs: -1 }, RangeError, "Cannot set waitMs: -1 is"],
    [{ backoff: { maxMs: -1 } }, RangeError, "Cannot set maxMs: -1 is"],
  ];
  for (const [options, type, text] of wrong) {
    // As JavaScript may call it.
    assertThrows(() => Calls.over(connection, { ...WIRING, ...options } as never), type, text);
  }
});

Deno.test("calls refuse what they cannot go over, and a call refuses wrong options", async () => {
  for (const source of [undefined, {}, 7]) {
    // As JavaScript may call it.
    assertThrows(() => Calls.over(source as never, WIRING), TypeError, "is no connection");
  }
  const { calls } = overOne();
  const wrong = { timeout: 5 } as object;
  const refused = await rejectionOf(calls.call("a", wrong));
  assertMatch(
    String(refused),
    /^TypeError: Cannot set timeout: the options of a call are waitMs, /,
  );
  const never = await rejectionOf(calls.call("a", { waitMs: -1 }));
  assertMatch(String(never), /^RangeError: Cannot set waitMs: -1 is/);
  assertEquals(calls.pending, 0);
  calls.abort();
});

/** Returns what is written to stderr meanwhile. */
async function stderrOf(work: () => Promise<void>): Promise<string[]> {
  const told: string[] = [];
  const { error } = console;
  console.error = (text: string) => told.push(text);
  try {
    await work();
  } finally {
    console.error = error;
  }
  return told;
}
