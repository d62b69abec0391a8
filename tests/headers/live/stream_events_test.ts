import { assertEquals } from "@std/assert";
import { LiveLog } from "../../../headers/live/live_log.ts";
import { type EventWriter, streamEvents } from "../../../headers/live/stream_events.ts";
import { FakeClock } from "../../../testing/mod.ts";

/** A reader that takes what it gets, unless it is told to be slow. */
class Reader implements EventWriter {
  readonly peerLeft: Promise<void>;
  /** What it got. */
  text = "";
  leave!: () => void;
  /** Until then it takes no more. */
  slow: Promise<void> | undefined;
  readonly #decoder = new TextDecoder();

  constructor() {
    this.peerLeft = new Promise((resolve) => this.leave = resolve);
  }

  async write(data: string | Uint8Array): Promise<void> {
    this.text += typeof data === "string" ? data : this.#decoder.decode(data);
    await this.slow;
  }

  /** Returns the data of all events of a type. */
  dataOf(type: string): string[] {
    return Array.from(
      this.text.matchAll(new RegExp(`^event: ${type}\ndata: (.*)$`, "gm")),
      ([, data = ""]) => data,
    );
  }
}

function start(
  { lastEventId, idleMs = 60_000 }: { lastEventId?: string; idleMs?: number } = {},
) {
  const log = new LiveLog({ run: "r", limits: { maxEntries: 3 } });
  const [clock, reader, stop] = [new FakeClock(), new Reader(), new AbortController()];
  const stream = () =>
    streamEvents(reader, { log, lastEventId, idleMs, clock, signal: stop.signal });
  return { log, clock, reader, stop, stream };
}

Deno.test("streamEvents() gives what is kept, then each entry as it comes, until the reader leaves", async () => {
  const { log, clock, reader, stream } = start();
  log.add("1");
  log.add("2");
  const ended = stream();
  await clock.advance(0);
  assertEquals([reader.dataOf("server"), reader.dataOf("request")], [['{"run":"r"}'], ["1", "2"]]);
  log.add("3");
  log.add("4");
  await clock.advance(0);
  assertEquals(reader.dataOf("request"), ["1", "2", "3", "4"]);
  reader.leave();
  assertEquals(await ended, "left");
  assertEquals(clock.pending, 0);
});

Deno.test("streamEvents() goes on behind the last event that a reader has seen", async () => {
  const { log, clock, reader, stop, stream } = start({ lastEventId: "r.2" });
  for (const json of ["1", "2", "3"]) log.add(json);
  const ended = stream();
  await clock.advance(0);
  assertEquals([reader.dataOf("request"), reader.dataOf("missed")], [["3"], []]);
  stop.abort();
  assertEquals(await ended, "stopped");
});

Deno.test("streamEvents() says how many were missed when they are gone", async () => {
  const { log, clock, reader, stop, stream } = start({ lastEventId: "r.1" });
  for (const json of ["1", "2", "3", "4", "5"]) log.add(json);
  const ended = stream();
  await clock.advance(0);
  assertEquals([reader.dataOf("missed"), reader.dataOf("request")], [['{"count":1}'], [
    "3",
    "4",
    "5",
  ]]);
  stop.abort();
  await ended;
});

Deno.test("streamEvents() queues nothing and says what was missed when the reader is slow", async () => {
  const { log, clock, reader, stop, stream } = start();
  const ended = stream();
  await clock.advance(0);
  let goOn!: () => void;
  reader.slow = new Promise((resolve) => goOn = resolve);
  log.add("1");
  await clock.advance(0);
  for (const json of ["2", "3", "4", "5", "6"]) log.add(json);
  await clock.advance(0);
  assertEquals(reader.dataOf("request"), ["1"]);
  reader.slow = undefined;
  goOn();
  await clock.advance(0);
  assertEquals(reader.dataOf("missed"), ['{"count":2}']);
  assertEquals(reader.dataOf("request"), ["1", "4", "5", "6"]);
  stop.abort();
  await ended;
});

Deno.test("streamEvents() says every 15 s that it is there when nothing comes", async () => {
  const { log, clock, reader, stop, stream } = start();
  const ended = stream();
  await clock.advance(14_999);
  assertEquals(reader.text.includes(": still here\n\n"), false);
  await clock.advance(1);
  assertEquals(reader.text.split(": still here\n\n").length, 2);
  await clock.advance(14_000);
  log.add("1");
  await clock.advance(14_000);
  assertEquals(reader.text.split(": still here\n\n").length, 2);
  await clock.advance(1_000);
  assertEquals(reader.text.split(": still here\n\n").length, 3);
  stop.abort();
  await ended;
});

Deno.test("streamEvents() says so more often when a connection may be silent for less", async () => {
  const { clock, reader, stop, stream } = start({ idleMs: 10_000 });
  const ended = stream();
  await clock.advance(5_000);
  assertEquals(reader.text.split(": still here\n\n").length, 2);
  stop.abort();
  await ended;
});

Deno.test("streamEvents() ends at once when it is stopped before", async () => {
  const { reader, stop, stream } = start();
  stop.abort();
  assertEquals(await stream(), "stopped");
  assertEquals(reader.dataOf("request"), []);
});
