import { assertEquals } from "@std/assert";
import { measureRoundTrips } from "../../cli/measure_round_trips.ts";
import { Report } from "../../cli/report.ts";
import { connectDatagrams, rawDatagrams } from "../../net/datagrams/mod.ts";
import { FakeClock, turns } from "../../testing/mod.ts";
import { FakeSocket, peer } from "../net/datagrams/fake_socket.ts";
import { keptIo } from "./kept_io.ts";

interface Measuring {
  count: number;
  interval: number;
  waitMs?: number;
  message?: string;
  sizeBytes?: number;
  json?: boolean;
}

/** Measures over a socket in memory, on a clock that the test moves. */
async function measuring(
  { message, sizeBytes, json = false, waitMs = 1_000, ...pace }: Measuring,
) {
  const socket = new FakeSocket();
  const clock = new FakeClock();
  const io = keptIo();
  const connection = await connectDatagrams(socket, {
    codec: rawDatagrams(),
    peer: peer(7),
    clock,
  });
  const stop = new AbortController();
  const ended = measureRoundTrips(connection, {
    ...pace,
    waitMs,
    message: message === undefined ? undefined : new TextEncoder().encode(message),
    sizeBytes,
    report: new Report(io, json),
    signal: stop.signal,
    clock,
  }).finally(() => connection.close());
  await turns();
  return {
    socket,
    clock,
    ended,
    answer: (text: string) => socket.arrive(text, peer(7)),
    sent: () => socket.sent.map(([text]) => text),
    lines: () => io.out.join("").trimEnd().split("\n"),
  };
}

Deno.test("measureRoundTrips() waits for the answer to a message of one's own before it sends the next", async () => {
  const { clock, ended, answer, sent, lines } = await measuring({
    count: 4,
    interval: 200,
    message: "time?",
  });
  await clock.advance(1);
  await answer("12:00");
  await clock.advance(199);
  assertEquals(sent().length, 2);
  // The second one is lost: nobody else's answer is given to it.
  await clock.advance(999);
  assertEquals(sent().length, 2);
  await clock.advance(2);
  assertEquals(sent().length, 3);
  await clock.advance(3);
  await answer("12:02");
  await clock.advance(197);
  await clock.advance(5);
  await answer("12:03");
  await clock.advance(5);
  assertEquals(await ended, 3);
  assertEquals(lines(), [
    "5 bytes from 10.0.0.1:7: #1 in 1.00 ms",
    "5 bytes from 10.0.0.1:7: #3 in 3.00 ms",
    "5 bytes from 10.0.0.1:7: #4 in 5.00 ms",
    "10.0.0.1:7: 4 sent, 3 answered, 25 % lost",
    "Round trip: 1.00 ms at least, 3.00 ms on average, 5.00 ms at most, 1.63 ms deviation",
    "The times are uncertain: answers without a number may be those of other datagrams",
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("measureRoundTrips() sends by the interval alone what holds its number", async () => {
  const { clock, ended, answer, sent, lines } = await measuring({ count: 3, interval: 200 });
  await clock.advance(400);
  assertEquals(sent(), ["parley 1", "parley 2", "parley 3"]);
  for (const number of [3, 1, 2]) await answer(`parley ${number}`);
  assertEquals(await ended, 3);
  assertEquals(lines().slice(3), [
    "10.0.0.1:7: 3 sent, 3 answered, 0 % lost",
    "Round trip: 0.00 ms at least, 200 ms on average, 400 ms at most, 163 ms deviation",
  ]);
});

Deno.test("measureRoundTrips() loses nothing when its size holds no more than the first nine numbers", async () => {
  const { clock, ended, answer, sent, lines } = await measuring({
    count: 15,
    interval: 1,
    sizeBytes: 8,
  });
  for (let at = 0; at < 15; at++) {
    assertEquals(sent().length, at + 1);
    await answer(sent()[at]!);
    await clock.advance(1);
  }
  assertEquals(await ended, 15);
  assertEquals(lines()[15], "10.0.0.1:7: 15 sent, 15 answered, 0 % lost");
  assertEquals(lines().length, 17);
});

Deno.test("measureRoundTrips() rounds no loss to none, and no answer to none", async () => {
  const lossOf = async (answered: (at: number) => boolean) => {
    const percents: unknown[] = [];
    for (const json of [false, true]) {
      const { clock, ended, answer, sent, lines } = await measuring({
        count: 3_000,
        interval: 1,
        waitMs: 5_000,
        json,
      });
      await clock.advance(2_999);
      for (const [at, text] of sent().entries()) if (answered(at)) await answer(text);
      await clock.advance(6_000);
      await ended;
      const summary = json ? lines().at(-1)! : lines().find((line) => line.includes(" sent, "))!;
      percents.push(json ? JSON.parse(summary).lostPercent : /[^ ]+ % lost/.exec(summary)![0]);
    }
    return percents;
  };
  assertEquals(await lossOf((at) => at === 2_999), [">99.9 % lost", 99.967]);
  assertEquals(await lossOf((at) => at !== 5), ["<0.1 % lost", 0.033]);
});

Deno.test("measureRoundTrips() says that times are uncertain when each answer came again and was taken for the next", async () => {
  const { clock, ended, answer, lines } = await measuring({
    count: 2,
    interval: 1,
    message: "hey",
  });
  await clock.advance(30);
  await answer("hey");
  await clock.advance(1);
  await clock.advance(19);
  await answer("hey");
  // What was sent last has its own answer still.
  await clock.advance(11);
  await answer("hey");
  await clock.advance(30);
  assertEquals(await ended, 2);
  assertEquals(lines().at(-1)?.startsWith("The times are uncertain"), true);
  assertEquals(clock.pending, 0);
});
