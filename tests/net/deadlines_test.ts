import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
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
    receive: "Cannot receive a message: none came within 5 ms (receive deadline)",
    idle: "Cannot keep the connection: no byte passed within 5 ms (idle deadline)",
    write: "Cannot send: the peer took no byte within 5 ms (write deadline)",
    drain: "Cannot close politely: the peer did not finish within 5 ms (drain deadline)",
  };
  for (const [phase, text] of Object.entries(texts)) {
    // Object.entries forgets which keys the record has.
    assertEquals(new DeadlineError(phase as DeadlinePhase, 5).message, text);
  }
});
