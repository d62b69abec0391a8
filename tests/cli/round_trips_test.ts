import { assertEquals } from "@std/assert";
import { RoundTrips } from "../../cli/round_trips.ts";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const textOf = (data: Uint8Array) => new TextDecoder().decode(data);

Deno.test("RoundTrips tells answers apart by what was sent, whatever their order", () => {
  const trips = new RoundTrips({ waitMs: 100 });
  const sent = [0, 10, 20].map((ms) => textOf(trips.next(ms).bytes));
  assertEquals(sent, ["parley 1", "parley 2", "parley 3"]);
  assertEquals(trips.heard(bytes("parley 2"), 14), { number: 2, ms: 4, kind: "first" });
  assertEquals(trips.heard(bytes("parley 1"), 16), { number: 1, ms: 16, kind: "first" });
  assertEquals(trips.heard(bytes("parley 2"), 17), { number: 2, ms: 7, kind: "again" });
  assertEquals(trips.isOver(21), false);
  assertEquals(trips.heard(bytes("parley 3"), 130), { number: 3, ms: 110, kind: "late" });
  const { sent: all, answered, lostPercent, extra } = trips.summary();
  assertEquals([all, answered, extra], [3, 2, 2]);
  assertEquals(lostPercent.toFixed(6), "33.333333");
});

Deno.test("RoundTrips gives an answer without a number to what has waited for longest", () => {
  const trips = new RoundTrips({ message: bytes("time?"), waitMs: 100 });
  assertEquals(textOf(trips.next(0).bytes), "time?");
  trips.next(90);
  // What was lost waits no more.
  assertEquals(trips.heard(bytes("12:00"), 120), { number: 2, ms: 30, kind: "first" });
  assertEquals(trips.heard(bytes("12:01"), 121), undefined);
  assertEquals([trips.isOver(121), trips.summary().extra], [true, 1]);
  const other = new RoundTrips({ waitMs: 100 });
  other.next(0);
  assertEquals(other.heard(bytes("12:00"), 1)?.number, 1);
});

Deno.test("RoundTrips gives an answer with a number to nothing else than what has it", () => {
  const trips = new RoundTrips({ waitMs: 100 });
  trips.next(0);
  for (const unknown of ["parley 7", "parley 0", "parley 01", `parley ${"9".repeat(40)}`]) {
    assertEquals(trips.heard(bytes(unknown), 1), undefined, unknown);
  }
  // Who adds something to what came says whose answer it is all the same.
  assertEquals(trips.heard(bytes("parley 1\n"), 2)?.kind, "first");
  assertEquals([trips.isInStep, trips.summary().extra], [false, 4]);
});

Deno.test("RoundTrips knows what was cut behind its number, and nothing that was cut in it", () => {
  const trips = new RoundTrips({ bytes: 100, waitMs: 100 });
  for (let count = 0; count < 12; count++) trips.next(0);
  assertEquals(trips.heard(bytes("parley 12..."), 1)?.number, 12);
  assertEquals(trips.heard(bytes("parley 1"), 1), undefined);
});

Deno.test("RoundTrips puts a number only where all of it fits, and is in step elsewhere", () => {
  for (let size = 0; size <= 10; size++) {
    const trips = new RoundTrips({ bytes: size, waitMs: 1_000 });
    const largest = size < 8 ? 0 : 10 ** (size - 7) - 1;
    for (let at = 0; at < 120; at++) {
      assertEquals(trips.isInStep, at >= largest, `${size}: ${at}`);
      const { number, bytes } = trips.next(at);
      const isNumbered = number <= largest;
      const expected = isNumbered ? `parley ${number}` : "parley ";
      assertEquals(textOf(bytes), expected.slice(0, size).padEnd(size, "."));
      assertEquals(trips.heard(bytes, at + 0.5), { number, ms: 0.5, kind: "first" });
    }
    const { answered, extra, isUncertain } = trips.summary();
    assertEquals([answered, extra, isUncertain], [120, 0, false]);
  }
});

Deno.test("RoundTrips stays in step once an answer came that holds no number", () => {
  const trips = new RoundTrips({ waitMs: 100 });
  trips.next(0);
  assertEquals(trips.isInStep, false);
  trips.heard(bytes("12:00"), 1);
  assertEquals([trips.isInStep, trips.summary().isUncertain], [true, false]);
});

Deno.test("RoundTrips is uncertain when an answer without a number may be another one's", () => {
  const made = (message?: string) =>
    new RoundTrips({ message: message && bytes(message) || undefined, waitMs: 100 });
  const lost = made("x");
  lost.next(0);
  lost.next(200);
  lost.heard(bytes("x"), 201);
  const doubled = made("x");
  doubled.next(0);
  for (const ms of [1, 2]) doubled.heard(bytes("x"), ms);
  const crossing = made();
  for (const ms of [0, 1]) crossing.next(ms);
  for (const ms of [2, 3]) crossing.heard(bytes("x"), ms);
  assertEquals([lost, doubled, crossing].map((one) => one.summary().isUncertain), [
    true,
    true,
    true,
  ]);
  // With numbers nothing is.
  const numbered = made();
  numbered.next(0);
  const { bytes: sent } = numbered.next(200);
  for (const ms of [201, 202]) numbered.heard(sent, ms);
  assertEquals([numbered.summary().isUncertain, numbered.summary().extra], [false, 1]);
});

Deno.test("RoundTrips knows all that is younger than the wait, however much is under way", () => {
  const trips = new RoundTrips({ waitMs: 10_000 });
  const under: [at: number, bytes: Uint8Array][] = [];
  for (let ms = 0; ms < 8_000; ms++) {
    if (ms < 3_000) under.push([ms + 2_000, trips.next(ms).bytes]);
    while (under[0] && under[0][0] <= ms) {
      const { ms: took, kind } = trips.heard(under.shift()![1], ms)!;
      assertEquals([took, kind], [2_000, "first"]);
    }
  }
  const { answered, lostPercent, extra, times } = trips.summary();
  assertEquals([answered, lostPercent, extra], [3_000, 0, 0]);
  assertEquals([times!.minMs, times!.maxMs], [2_000, 2_000]);
});

Deno.test("RoundTrips says when what has waited for longest is given up", () => {
  const trips = new RoundTrips({ waitMs: 100 });
  assertEquals(trips.restMs(0), 0);
  trips.next(0);
  const { bytes: second } = trips.next(30);
  assertEquals(trips.restMs(40), 60);
  trips.heard(second, 50);
  trips.heard(bytes("parley 1"), 60);
  assertEquals(trips.restMs(60), 0);
});

Deno.test("RoundTrips is over when all is answered or given up, and not before", () => {
  const trips = new RoundTrips({ waitMs: 100 });
  trips.next(0);
  assertEquals([trips.isOver(100), trips.isOver(100.5)], [false, true]);
});

Deno.test("RoundTrips fills and cuts what is sent to its size", () => {
  const sized = (size: number, message?: string) =>
    textOf(
      new RoundTrips({ bytes: size, waitMs: 1, message: message && bytes(message) || undefined })
        .next(0).bytes,
    );
  assertEquals([sized(12), sized(3), sized(4, "ping"), sized(0)], [
    "parley 1....",
    "par",
    "ping",
    "",
  ]);
  const filled = new RoundTrips({ bytes: 12, waitMs: 100 });
  filled.next(0);
  assertEquals(filled.heard(bytes("parley 1...."), 1)?.kind, "first");
});

Deno.test("RoundTrips says least, average, most and deviation, and none where nothing was answered", () => {
  const trips = new RoundTrips({ message: bytes("x"), waitMs: 100 });
  assertEquals(trips.summary().times, undefined);
  for (const [at, ms] of [[0, 2], [10, 4], [20, 6]] as const) {
    trips.next(at);
    trips.heard(bytes("x"), at + ms);
  }
  const { minMs, averageMs, maxMs, deviationMs } = trips.summary().times!;
  assertEquals([minMs, averageMs, maxMs], [2, 4, 6]);
  assertEquals(deviationMs.toFixed(9), Math.sqrt(8 / 3).toFixed(9));
});

Deno.test("RoundTrips keeps the last thousand that are over, and no more than 100,000 that are not", () => {
  const over = new RoundTrips({ waitMs: 1 });
  for (let ms = 0; ms < 1_010; ms++) over.heard(over.next(ms * 10).bytes, ms * 10);
  assertEquals(over.heard(bytes("parley 10"), 20_000), undefined);
  assertEquals(over.heard(bytes("parley 11"), 20_000)?.kind, "again");
  const waiting = new RoundTrips({ waitMs: Infinity });
  for (let count = 0; count < 100_001; count++) waiting.next(0);
  assertEquals(waiting.heard(bytes("parley 1"), 1), undefined);
  assertEquals(waiting.heard(bytes("parley 2"), 1)?.kind, "first");
  assertEquals(waiting.heard(bytes("12:00"), 1)?.number, 3);
  assertEquals([waiting.isOver(1), waiting.summary().sent], [false, 100_001]);
});
