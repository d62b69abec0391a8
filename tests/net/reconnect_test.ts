import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Connection, lines, reconnect } from "../../mod.ts";
import type { ReconnectOptions, Retry } from "../../net/reconnect.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";
import { stateOf, turns } from "../../testing/turns.ts";

/** A connection that says when it is released. */
class Dialed implements AsyncDisposable {
  released = false;

  [Symbol.asyncDispose](): Promise<void> {
    this.released = true;
    return Promise.resolve();
  }
}

const REFUSED = new Deno.errors.ConnectionRefused();
const refuse = () => Promise.reject(REFUSED);

Deno.test("reconnect() waits a random part of a bound that doubles up to maxMs", async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  const retries: Retry[] = [];
  const dials: number[] = [];
  const randoms = [0.5, 0, 0.999, 0.25, 1, 1];
  const loop = drain(reconnect(() => {
    dials.push(clock.now());
    return refuse();
  }, {
    clock,
    signal: end.signal,
    random: () => randoms.shift() ?? 1,
    onRetry: (retry) => retries.push(retry),
    backoff: { firstMs: 100, maxMs: 1000 },
  }));
  await clock.advance(50 + 0 + 399.6 + 200 + 1000);
  assertEquals(retries.map(({ delayMs }) => delayMs), [50, 0, 399.6, 200, 1000, 1000]);
  assertEquals(retries.map(({ attempt }) => attempt), [1, 2, 3, 4, 5, 6]);
  assert(retries.every(({ error }) => error === REFUSED));
  assertEquals(dials.map(Math.round), [0, 50, 50, 450, 650, 1650]);
  end.abort();
  await loop;
  assertEquals(clock.pending, 0);
});

Deno.test("reconnect() never passes maxMs when firstMs is higher", async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  const delays: number[] = [];
  const loop = drain(reconnect(refuse, {
    clock,
    signal: end.signal,
    random: () => 1,
    onRetry: ({ delayMs }) => delays.push(delayMs),
    backoff: { firstMs: 5000, maxMs: 100 },
  }));
  await clock.advance(250);
  end.abort();
  await loop;
  assertEquals(delays, [100, 100, 100]);
});

for (const name of ["firstMs", "maxMs", "stableMs"]) {
  Deno.test(`reconnect() dials nobody when ${name} is no time`, async () => {
    const dial = () => Promise.reject(new Error("Not to be called"));
    for (const ms of [-1, NaN]) {
      const connections = reconnect(dial, { backoff: { [name]: ms } });
      await assertRejects(() => connections.next(), RangeError, `Cannot set ${name}: ${ms} `);
    }
  });
}

Deno.test("reconnect() hands out a connection, releases it, and dials again", async () => {
  const clock = new FakeClock();
  const dialed: Dialed[] = [];
  const retries: Retry[] = [];
  const loop = (async () => {
    const options = { clock, random: () => 1, onRetry: (retry: Retry) => retries.push(retry) };
    for await (const connection of reconnect(() => Promise.resolve(new Dialed()), options)) {
      if (dialed.length === 0) assertEquals(retries, []);
      else assert(dialed.at(-1)!.released);
      dialed.push(connection);
      assertEquals(connection.released, false);
      if (dialed.length === 3) break;
    }
  })();
  await clock.advance(500 + 1000);
  await loop;
  assertEquals(dialed.map(({ released }) => released), [true, true, true]);
  assertEquals(retries, [
    { error: undefined, delayMs: 500, attempt: 1 },
    { error: undefined, delayMs: 1000, attempt: 2 },
  ]);
});

Deno.test("reconnect() begins again with the first bound when a connection lasted stableMs", async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  const retries: [delayMs: number, attempt: number][] = [];
  const lasts = [0, 0, 9_999, 10_000, 0];
  const loop = (async () => {
    const options: ReconnectOptions = {
      clock,
      signal: end.signal,
      random: () => 1,
      onRetry: ({ delayMs, attempt }) => retries.push([delayMs, attempt]),
    };
    for await (const _ of reconnect(() => Promise.resolve(new Dialed()), options)) {
      const ms = lasts.shift();
      if (ms === undefined) end.abort();
      else await new Promise<void>((resolve) => void clock.wait(ms, resolve));
    }
  })();
  await clock.advance(100_000);
  await loop;
  assertEquals(retries, [[500, 1], [1000, 2], [2000, 3], [500, 1], [1000, 2]]);
});

Deno.test("reconnect() ends when its signal is aborted before it begins", async () => {
  let dials = 0;
  const dial = () => {
    dials++;
    return refuse();
  };
  await drain(reconnect(dial, { signal: AbortSignal.abort() }));
  assertEquals(dials, 0);
});

Deno.test("reconnect() ends when its signal is aborted while it dials", async () => {
  const end = new AbortController();
  const dial = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  let retries = 0;
  const loop = drain(reconnect(dial, { signal: end.signal, onRetry: () => retries++ }));
  assertEquals(await stateOf(loop), "pending");
  end.abort();
  await loop;
  assertEquals(retries, 0);
});

Deno.test("reconnect() releases a connection that came when its signal was aborted already", async () => {
  const end = new AbortController();
  const dialed = Promise.withResolvers<Dialed>();
  const loop = drain(reconnect(() => dialed.promise, { signal: end.signal }));
  await turns();
  end.abort();
  const late = new Dialed();
  dialed.resolve(late);
  assertEquals(await loop, 0);
  assert(late.released);
});

Deno.test("reconnect() ends when its signal is aborted while it waits", async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  const loop = drain(reconnect(refuse, { clock, signal: end.signal, random: () => 1 }));
  await clock.advance(100);
  assertEquals([await stateOf(loop), clock.pending], ["pending", 1]);
  end.abort();
  await loop;
  assertEquals(clock.pending, 0);
});

Deno.test("reconnect() ends after the body when its signal is aborted in it", async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  const transport = new MemoryTransport();
  const dial = (signal: AbortSignal) =>
    Promise.resolve(new Connection(transport, lines(), { signal, clock }));
  const loop = (async () => {
    for await (const connection of reconnect(dial, { clock, signal: end.signal })) {
      await assertRejects(() => connection.next(), Error, "aborted");
    }
  })();
  assertEquals(await stateOf(loop), "pending");
  end.abort();
  await loop;
  assert(transport.closed);
  assertEquals(clock.pending, 0);
});

Deno.test("reconnect() releases the connection and ends when the body throws", async () => {
  const dialed = new Dialed();
  const body = async () => {
    for await (const _ of reconnect(() => Promise.resolve(dialed))) throw new Error("the body's");
  };
  await assertRejects(body, Error, "the body's");
  assert(dialed.released);
});

Deno.test("reconnect() counts a dial that throws at once as a failed try", async () => {
  const clock = new FakeClock();
  const dialed = new Dialed();
  const retries: Retry[] = [];
  const dials = [
    () => {
      throw REFUSED;
    },
    // As JavaScript may do it.
    () => undefined as unknown as Promise<Dialed>,
    () => Promise.resolve(dialed),
  ];
  const options = { clock, random: () => 1, onRetry: (retry: Retry) => retries.push(retry) };
  const loop = (async () => {
    for await (const connection of reconnect(() => dials.shift()!(), options)) return connection;
  })();
  await clock.advance(500 + 1000);
  assertEquals(await loop, dialed);
  assertEquals(retries, [
    { error: REFUSED, delayMs: 500, attempt: 1 },
    { error: undefined, delayMs: 1000, attempt: 2 },
  ]);
});

Deno.test("reconnect() goes on when a release fails, and tells it", async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  const failed = new Error("the release's own");
  const dial = () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.reject(failed) });
  const retries: unknown[] = [];
  let count = 0;
  const loop = (async () => {
    const options: ReconnectOptions = {
      clock,
      signal: end.signal,
      random: () => 1,
      onRetry: ({ error }) => retries.push(error),
    };
    for await (const _ of reconnect(dial, options)) if (++count === 2) end.abort();
  })();
  await clock.advance(500);
  await loop;
  assertEquals([count, retries], [2, [failed]]);
  for await (const _ of reconnect(dial)) break;
  const body = async () => {
    for await (const _ of reconnect(dial)) throw new Error("the body's");
  };
  await assertRejects(body, Error, "the body's");
});

for (
  const [how, onRetry] of [
    ["throws", () => {
      throw new Error("the listener's\n");
    }],
    ["rejects", () => Promise.reject(new Error("the listener's\n"))],
  ] as const
) {
  Deno.test(`reconnect() goes on when onRetry ${how}, and says so on stderr`, async () => {
    const clock = new FakeClock();
    const dialed = new Dialed();
    const dials = [refuse, () => Promise.resolve(dialed)];
    const told: unknown[] = [];
    const { error } = console;
    console.error = (text: unknown) => told.push(text);
    try {
      const loop = (async () => {
        for await (const connection of reconnect(() => dials.shift()!(), { clock, onRetry })) {
          return connection;
        }
      })();
      await clock.advance(500);
      assertEquals(await loop, dialed);
      await turns();
    } finally {
      console.error = error;
    }
    assertEquals(told.length, 1);
    assertMatch(String(told[0]), /^Cannot run onRetry .*: Error: the listener's\\n\n/);
  });
}

Deno.test("reconnect() refuses what is no dial, and options that nobody looks at", async () => {
  const wrong: [dial: unknown, options: object, text: string][] = [
    [undefined, {}, "Cannot use dial: undefined is no function"],
    [refuse, { retries: 5 }, "Cannot set retries: the options of reconnect() are signal, backoff"],
    [refuse, { backoff: { first: 5 } }, "Cannot set first: the times of backoff are firstMs,"],
  ];
  for (const [dial, options, text] of wrong) {
    // As JavaScript may call it.
    await assertRejects(() => reconnect(dial as typeof refuse, options).next(), TypeError, text);
  }
});

/** Runs a loop to its end and says how many connections it gave. */
async function drain(loop: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of loop) count++;
  return count;
}
