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

Deno.test("RoundTrips gives what is no echo to what has waited for longest", () => {
  const trips = new RoundTrips({ message: bytes("time?"), waitMs: 100 });
  assertEquals(textOf(trips.next(0).bytes), "time?");
  trips.next(90);
  // What was lost waits no more.
  assertEquals(trips.heard(bytes("12:00"), 120), { number: 2, ms: 30, kind: "first" });
  assertEquals(trips.heard(bytes("12:01"), 121), undefined);
  assertEquals([trips.isOver(121), trips.summary().extra], [true, 1]);
  const other = new RoundTrips({ waitMs: 100 });
  other.next(0);
  assertEquals(other.heard(bytes("parley 7"), 1)?.number, 1);
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

Deno.test("RoundTrips keeps no more than the last thousand of what it sent", () => {
  const trips = new RoundTrips({ waitMs: Infinity });
  for (let count = 0; count < 1_001; count++) trips.next(0);
  assertEquals(trips.heard(bytes("parley 1"), 1)?.number, 2);
  assertEquals(trips.summary().sent, 1_001);
});
