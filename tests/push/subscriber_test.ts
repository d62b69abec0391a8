import { assertEquals } from "@std/assert";
import type { Hub } from "../../push/hub.ts";
import { SLOW_POLICIES, type SlowPolicy } from "../../push/subscriber.ts";
import { turns } from "../../testing/turns.ts";
import { follow, type Follower, numbered, openHub } from "./fakes.ts";

/** Publishes one text after the other, each in a turn of its own. */
async function publishEach(hub: Hub, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    hub.publish("news", text);
    await turns(1);
  }
  await turns(1);
}

/** Follows with a peer that reads nothing for now. */
function stuck(hub: Hub, slow: SlowPolicy): Follower {
  const follower = follow(hub, { slow });
  follower.sink.isBlocked = true;
  return follower;
}

/** Lets the peer read all there is, as often as there is something. */
function readOn({ sink }: Follower): string[] {
  sink.isBlocked = false;
  sink.drain();
  return sink.text.split(";").slice(0, -1);
}

for (const [maxQueuedBytes, kept] of [[9, 4], [10, 5], [11, 5], [12, 6]] as const) {
  Deno.test(`Subscriber is closed when more waits than maxQueuedBytes ${maxQueuedBytes}`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes } });
    const [slow, quick] = [stuck(hub, "close"), follow(hub)];
    // Two bytes each.
    await publishEach(hub, numbered(1, kept));
    assertEquals([slow.sink.slowEnds, slow.sink.queuedBytes], [0, 2 * kept]);
    await publishEach(hub, ["x", "y"]);
    assertEquals([slow.sink.slowEnds, slow.sink.queuedBytes], [1, 2 * kept]);
    assertEquals(hub.counters.drops["too-slow"], 1);
    assertEquals(readOn(slow), numbered(1, kept));
    assertEquals(quick.sink.text, [...numbered(1, kept), "x", "y", ""].join(";"));
  });
}

const KIB = "x".repeat(995);
/** A text of which a frame has 1,000 bytes. */
const thousand = (number: number) => String(number).padStart(4, "0") + KIB;
const shown = (texts: readonly string[]) => texts.map((text) => Number(text.slice(0, 4)));

// 64 KiB, which are 65 messages, are with the connection already.
for (const [maxQueuedBytes, kept] of [[67_999, 67], [68_000, 68], [68_001, 68]] as const) {
  Deno.test(`Subscriber loses its oldest when more waits than maxQueuedBytes ${maxQueuedBytes} and it drops those`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes } });
    const slow = stuck(hub, "drop-oldest");
    await publishEach(hub, numbered(1, 70).map(Number).map(thousand));
    assertEquals([slow.sink.queuedBytes, hub.counters.drops.oldest], [65_000, 70 - kept]);
    assertEquals(
      shown(readOn(slow)),
      [
        ...numbered(1, 65),
        ...numbered(71 - (kept - 65), 70),
      ].map(Number),
    );
    assertEquals(hub.counters.deliveries, kept);
  });

  Deno.test(`Subscriber loses its newest when more waits than maxQueuedBytes ${maxQueuedBytes} and it drops those`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes } });
    const slow = stuck(hub, "drop-newest");
    await publishEach(hub, numbered(1, 70).map(Number).map(thousand));
    assertEquals([slow.sink.queuedBytes, hub.counters.drops.newest], [65_000, 70 - kept]);
    assertEquals(shown(readOn(slow)), numbered(1, kept).map(Number));
    await publishEach(hub, [thousand(71)]);
    assertEquals(shown(readOn(slow)).at(-1), 71);
  });
}

Deno.test("Subscriber is sent a small message behind a large one that was dropped when it drops the newest", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 10 } });
  const slow = stuck(hub, "drop-newest");
  await publishEach(hub, ["12345", "6", "789", "a"]);
  // "789;" would be too much, behind "6;" which waits in the queue of the sink.
  assertEquals(hub.counters.drops.newest, 1);
  assertEquals(readOn(slow).join(), "12345,6,789");
});

Deno.test("Subscriber is sent the latest alone when it wants only that", async () => {
  const { hub } = openHub();
  const slow = stuck(hub, "latest-only");
  await publishEach(hub, ["1", "2", "3", "4"]);
  assertEquals([slow.sink.text, hub.counters.drops.replaced], ["1;", 2]);
  slow.sink.drain();
  assertEquals(slow.sink.text, "1;4;");
  await publishEach(hub, ["5", "6"]);
  assertEquals(readOn(slow).join(), "1,4,6");
  await publishEach(hub, ["7", "8"]);
  assertEquals(slow.sink.text, "1;4;6;7;8;");
  assertEquals([hub.counters.drops.replaced, hub.counters.deliveries], [3, 5]);
});

Deno.test("Subscriber that wants the latest is sent that of a turn when it is not with what it reads", async () => {
  const { hub } = openHub();
  const slow = stuck(hub, "latest-only");
  await publishEach(hub, ["1"]);
  for (const text of ["2", "3", "4"]) hub.publish("news", text);
  await turns();
  assertEquals(readOn(slow).join(), "1,4");
});

for (const slow of SLOW_POLICIES) {
  Deno.test(`Subscriber is sent a message larger than its queue when nothing else waits (${slow})`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes: 10 } });
    const follower = stuck(hub, slow);
    for (const text of ["x".repeat(100), "y".repeat(100_000)]) {
      await publishEach(hub, [text]);
      assertEquals(follower.sink.taken.at(-1), `${text};`);
      follower.sink.drain();
    }
    assertEquals(follower.sink.slowEnds, 0);
    assertEquals(Object.values(hub.counters.drops), [0, 0, 0, 0]);
  });

  Deno.test(`Subscriber that is stuck holds up nobody (${slow})`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes: 20 } });
    const [before, , after] = [follow(hub), stuck(hub, slow), follow(hub)];
    await publishEach(hub, numbered(1, 200));
    const all = numbered(1, 200).map((text) => `${text};`).join("");
    assertEquals([before.sink.text, after.sink.text], [all, all]);
  });

  Deno.test(`Subscriber is given nothing when its connection is over (${slow})`, async () => {
    const { hub } = openHub();
    const { sink } = follow(hub, { slow });
    sink.closed = true;
    await publishEach(hub, ["a", "b", "c"]);
    assertEquals([sink.text, sink.slowEnds, sink.onLowWater], ["", 0, undefined]);
    assertEquals(Object.values(hub.counters.drops), [0, 0, 0, 0]);
  });

  Deno.test(`Subscriber gets nothing twice and nothing in another order, however its peer reads (${slow})`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes: 30 } });
    const follower = stuck(hub, slow);
    for (let count = 1; count <= 300; count++) {
      hub.publish("news", String(count));
      if (count % 3 === 0) await turns(1);
      if (count % 17 === 0 && slow !== "close") follower.sink.drain();
      else if (count % 2 === 0) follower.sink.drain();
    }
    await turns();
    const got = readOn(follower).map(Number);
    assertEquals(got, [...new Set(got)].sort((one, other) => one - other));
    const { deliveries, drops } = hub.counters;
    assertEquals(deliveries, got.length);
    const dropped = Object.values(drops).reduce((sum, count) => sum + count);
    if (slow !== "close") assertEquals(deliveries + dropped, 300);
    if (slow === "drop-oldest" || slow === "latest-only") assertEquals(got.at(-1), 300);
  });
}

Deno.test("Subscriber that is too slow is closed once, and counts once for its messages", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 4 } });
  const { sink } = stuck(hub, "close");
  await publishEach(hub, ["1"]);
  for (const text of ["2", "3", "4"]) hub.publish("news", text);
  await turns();
  await publishEach(hub, ["5", "6"]);
  assertEquals([sink.slowEnds, hub.counters.drops["too-slow"]], [1, 3]);
});

Deno.test("Subscriber forgets what waits when it leaves", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 4 } });
  const { sink, subscription } = stuck(hub, "drop-oldest");
  await publishEach(hub, ["1", "2", "3", "4"]);
  subscription[Symbol.dispose]();
  assertEquals(sink.onLowWater, undefined);
  sink.isBlocked = false;
  sink.drain();
  assertEquals(sink.text, "1;2;");
});

Deno.test("HubCounters counts what was published, and each delivery with its bytes", async () => {
  const { hub } = openHub();
  const [one] = [follow(hub), follow(hub), follow(hub, { topic: "sport" })];
  hub.publish("news", "aé");
  hub.publish("news", new Uint8Array(3));
  hub.publish("weather", "unheard");
  await turns();
  const { published, publishedBytes, deliveries, deliveredBytes } = hub.counters;
  assertEquals([published, publishedBytes], [3, 3 + 3 + 7]);
  assertEquals([deliveries, deliveredBytes], [
    4,
    2 * new TextEncoder().encode(one!.sink.text).length,
  ]);
  // What was replayed was handed on as well.
  follow(hub, { from: "history" });
  assertEquals([hub.counters.published, hub.counters.deliveries], [3, 6]);
});
