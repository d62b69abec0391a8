import { assertEquals, assertThrows } from "@std/assert";
import { LiveLog } from "../../../headers/live/live_log.ts";

const decoder = new TextDecoder();

/** Returns the numbers of all entries that a reader gets. */
function numbersIn(log: LiveLog, from = 0): number[] {
  const numbers: number[] = [];
  for (let entry = log.next(from); entry; entry = log.next(entry.number)) {
    numbers.push(entry.number);
  }
  return numbers;
}

for (const count of [0, 1, 2, 3, 4, 9]) {
  Deno.test(`LiveLog keeps the last 3 entries when ${count} came and it may have 3`, () => {
    const log = new LiveLog({ run: "r", limits: { maxEntries: 3 } });
    for (let number = 1; number <= count; number++) log.add(String(number));
    const kept = Array.from({ length: count }, (_, at) => at + 1).slice(-3);
    assertEquals(numbersIn(log), kept);
    assertEquals(numbersIn(log, count - 1), kept.slice(-1));
    assertEquals(log.next(count), undefined);
    assertEquals(log.positionOf(undefined), Math.max(0, count - 3));
  });
}

Deno.test("LiveLog forgets the oldest when all have more bytes than they may have, but not the last", () => {
  const event = "id: r.1\nevent: request\ndata: x\n\n".length;
  const log = new LiveLog({ run: "r", limits: { maxBytes: 2 * event } });
  log.add("x");
  log.add("x");
  assertEquals([numbersIn(log), log.bytes], [[1, 2], 2 * event]);
  log.add("xx");
  assertEquals([numbersIn(log), log.bytes], [[3], event + 1]);
  log.add("x".repeat(100));
  assertEquals(numbersIn(log), [4]);
  log.add("x");
  assertEquals(numbersIn(log), [5]);
});

Deno.test("LiveLog makes events of Server-Sent Events", () => {
  const log = new LiveLog({ run: "r" });
  log.add('{"a":1}');
  assertEquals(decoder.decode(log.next(0)?.event), 'id: r.1\nevent: request\ndata: {"a":1}\n\n');
});

for (
  const [id, position] of [
    [undefined, 2],
    ["", 2],
    ["r.4", 4],
    ["r.5", 5],
    ["r.1", 1],
    // Of another server, or of none.
    ["r.6", 2],
    ["s.4", 2],
    ["r.x", 2],
    ["4", 2],
    [`r.${"9".repeat(99)}`, 2],
  ] as const
) {
  Deno.test(`LiveLog positionOf() is ${position} when a reader has seen ${id}`, () => {
    const log = new LiveLog({ run: "r", limits: { maxEntries: 3 } });
    for (let number = 1; number <= 5; number++) log.add(String(number));
    assertEquals(log.positionOf(id), position);
  });
}

Deno.test("LiveLog calls its listeners until they have enough", () => {
  const log = new LiveLog({ run: "r" });
  let heard = 0;
  const end = log.onEntry(() => heard++);
  log.add("1");
  end();
  log.add("2");
  assertEquals(heard, 1);
});

Deno.test("LiveLog refuses a limit when it is none", () => {
  assertThrows(() => new LiveLog({ run: "r", limits: { maxEntries: 0 } }), RangeError);
  assertThrows(() => new LiveLog({ run: "r", limits: { maxBytes: -1 } }), RangeError);
});
