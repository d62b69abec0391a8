import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { DeadlineError } from "../../mod.ts";
import { withDeadline } from "../../net/deadlines.ts";
import type { DeadlinePhase } from "../../net/errors.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

/** Hangs until its signal is aborted. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("the task's own words")));
  });
}

/** A task that lets its time run out, and comes a millisecond later. */
function comesLate<Late>(clock: FakeClock, late: Late): () => Promise<Late> {
  return () =>
    new Promise((resolve) => {
      clock.wait(2, () => resolve(late));
      void clock.advance(1);
    });
}

Deno.test("withDeadline() returns what the task returns, and leaves no timer", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  assertEquals(
    await withDeadline(() => Promise.resolve(7), { phase: "connect", ms: 5, clock, signal }),
    7,
  );
  assertEquals(clock.pending, 0);
});

Deno.test("withDeadline() rejects at its millisecond, and aborts the task", async () => {
  const clock = new FakeClock();
  let seen: AbortSignal | undefined;
  const task = (signal: AbortSignal) => hang(seen = signal);
  const running = withDeadline(task, { phase: "connect", ms: 2000, clock });
  const rejection = rejectionOf(running);
  await clock.advance(1999);
  assertEquals(await stateOf(running), "pending");
  await clock.advance(1);
  const error = await rejection;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms, error.code], ["connect", 2000, "deadline-passed"]);
  assertEquals(
    error.message,
    "Cannot connect: no answer came within 2000 ms (connect deadline)",
  );
  assertEquals([seen?.aborted, seen?.reason], [true, error]);
});

Deno.test("withDeadline() rejects also when the task does not hear its signal", async () => {
  const clock = new FakeClock();
  const running = withDeadline(() => new Promise(() => {}), { phase: "handshake", ms: 1, clock });
  const rejection = rejectionOf(running);
  await clock.advance(1);
  assertEquals(
    String(await rejection),
    "DeadlineError: Cannot finish the handshake: the peer did not do its part within 1 ms (handshake deadline)",
  );
});

Deno.test("withDeadline() releases what comes too late", async () => {
  const clock = new FakeClock();
  const late = Promise.withResolvers<Disposable>();
  const rejection = rejectionOf(
    withDeadline(() => late.promise, { phase: "connect", ms: 1, clock }),
  );
  await clock.advance(1);
  await rejection;
  let released = false;
  late.resolve({ [Symbol.dispose]: () => void (released = true) });
  await turns();
  assert(released);
});

Deno.test("withDeadline() releases politely what comes too late and knows no other way", async () => {
  const clock = new FakeClock();
  let released = 0;
  const late = { [Symbol.asyncDispose]: () => Promise.resolve(released++) };
  await rejectionOf(withDeadline(comesLate(clock, late), { phase: "connect", ms: 1, clock }));
  await clock.advance(1);
  assertEquals(released, 1);
});

for (
  const [how, late] of [
    ["throws", {
      [Symbol.dispose]() {
        throw new Error("the release's own");
      },
    }],
    ["rejects", { [Symbol.asyncDispose]: () => Promise.reject(new Error("the release's own")) }],
  ] as const
) {
  Deno.test(`withDeadline() is no unhandled rejection when a late release ${how}`, async () => {
    const clock = new FakeClock();
    const running = withDeadline(comesLate(clock, late), { phase: "connect", ms: 1, clock });
    assertInstanceOf(await rejectionOf(running), DeadlineError);
    await clock.advance(1);
  });
}

Deno.test("withDeadline() is no unhandled rejection when the task stops its caller and throws", async () => {
  const stop = new AbortController();
  const task = () => {
    stop.abort(new Error("the caller stops"));
    throw new Error("the task's own");
  };
  const options = { phase: "connect", ms: 1, clock: new FakeClock(), signal: stop.signal } as const;
  assertEquals(String(await rejectionOf(withDeadline(task, options))), "Error: the caller stops");
  await turns();
});

Deno.test("withDeadline() lets go of what comes too late and cannot be released", async () => {
  for (const value of [null, 7, {}, { [Symbol.dispose]: 7 }]) {
    const clock = new FakeClock();
    const late = Promise.withResolvers<unknown>();
    const rejection = rejectionOf(
      withDeadline(() => late.promise, { phase: "connect", ms: 1, clock }),
    );
    await clock.advance(1);
    await rejection;
    late.resolve(value);
    await turns();
  }
});

Deno.test("withDeadline() ends with the caller's reason when the caller's signal is aborted", async () => {
  const clock = new FakeClock();
  const reason = new Error("the caller stops");
  const signal = AbortSignal.abort(reason);
  let began = false;
  const begin = () => {
    began = true;
    return Promise.resolve();
  };
  assertEquals(
    await rejectionOf(withDeadline(begin, { phase: "connect", ms: 1, clock, signal })),
    reason,
  );
  assertEquals(began, false);

  const controller = new AbortController();
  const rejection = rejectionOf(
    withDeadline(hang, { phase: "connect", ms: 1, clock, signal: controller.signal }),
  );
  controller.abort(reason);
  assertEquals(await rejection, reason);
  assertEquals(clock.pending, 0);
});

Deno.test("withDeadline() rejects with the task's own error, and leaves no timer", async () => {
  const clock = new FakeClock();
  const refused = new Deno.errors.ConnectionRefused();
  const options = { phase: "connect", ms: 1, clock } as const;
  assertEquals(await rejectionOf(withDeadline(() => Promise.reject(refused), options)), refused);
  await assertRejects(
    () =>
      withDeadline(() => {
        throw new TypeError("before it began");
      }, options),
    TypeError,
    "before it began",
  );
  assertEquals(clock.pending, 0);
});

Deno.test("DeadlineError names each phase and its time", () => {
  const texts: Record<DeadlinePhase, string> = {
    connect: "Cannot connect: no answer came within 5 ms (connect deadline)",
    handshake:
      "Cannot finish the handshake: the peer did not do its part within 5 ms (handshake deadline)",
    head: "Cannot receive the head of a message: it was not whole within 5 ms (head deadline)",
    receive: "Cannot receive a message: none came within 5 ms (receive deadline)",
    pong: "Cannot keep the connection: no pong came within 5 ms (pong deadline)",
    reply: "Cannot receive a reply: none came within 5 ms (reply deadline)",
    idle: "Cannot keep the connection: no byte passed within 5 ms (idle deadline)",
    write: "Cannot send: the peer took no byte within 5 ms (write deadline)",
    drain: "Cannot close politely: the peer did not finish within 5 ms (drain deadline)",
  };
  for (const [phase, text] of Object.entries(texts)) {
    // Object.entries forgets which keys the record has.
    assertEquals(new DeadlineError(phase as DeadlinePhase, 5).message, text);
  }
});

Deno.test("DeadlineError says whom it waited for, and whose time it was", () => {
  const peer = { transport: "tcp", hostname: "::1", port: 8001 } as const;
  const texts: Record<DeadlinePhase, string> = {
    connect: "Cannot connect for call 7 to [::1]:8001: ",
    handshake: "Cannot finish the handshake for call 7 with [::1]:8001: ",
    head: "Cannot receive the head of a message for call 7 from [::1]:8001: ",
    receive: "Cannot receive a message for call 7 from [::1]:8001: ",
    pong: "Cannot keep the connection for call 7 to [::1]:8001: ",
    reply: "Cannot receive a reply for call 7 from [::1]:8001: ",
    idle: "Cannot keep the connection for call 7 to [::1]:8001: ",
    write: "Cannot send for call 7 to [::1]:8001: ",
    drain: "Cannot close politely for call 7 towards [::1]:8001: ",
  };
  for (const [phase, text] of Object.entries(texts)) {
    // Object.entries forgets which keys the record has.
    const error = new DeadlineError(phase as DeadlinePhase, 5, { peer, call: "call 7" });
    assertStringIncludes(error.message, text);
    assertEquals([error.peer, error.call, "cause" in error], [peer, "call 7", false]);
  }
  const { message } = new DeadlineError("receive", 5_000, {
    peer: { transport: "tcp", hostname: "127.0.0.1", port: 8001 },
  });
  assertEquals(
    message,
    "Cannot receive a message from 127.0.0.1:8001: none came within 5000 ms (receive deadline)",
  );
});

Deno.test("DeadlineError shows a peer's text harmlessly, and keeps its cause", () => {
  const cause = new Error("why");
  const peer = { transport: "unix", path: "/run/\x1b[2J" } as const;
  const error = new DeadlineError("reply", 5, { peer, call: "a\nb", cause });
  assertEquals(
    error.message,
    "Cannot receive a reply for a\\nb from /run/\\x1b[2J: none came within 5 ms (reply deadline)",
  );
  assertEquals([error.cause, error.peer, error.call], [cause, peer, "a\nb"]);
});
