import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { simpleFileRequests } from "../../../codec/simple_file/simple_file.ts";
import {
  BandwidthLimiter,
  Inbox,
  type InboxEvent,
  type InboxLimits,
  type ReceiveProgress,
  receiveSimpleFiles,
} from "../../../transfer/mod.ts";
import { ClosedError, Connection } from "../../../mod.ts";
import { inFolder } from "../../contract/folder.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { MemoryTransport } from "../../../testing/memory_transport.ts";
import { rejectionOf, turns } from "../../../testing/turns.ts";
import { digestOf, filesIn, HELLO, namesIn } from "../dialogue.ts";
import { noSync } from "../no_sync.ts";

interface Receiving {
  readonly transport: MemoryTransport;
  readonly clock: FakeClock;
  readonly events: readonly InboxEvent[];
  readonly progress: readonly ReceiveProgress[];
  readonly receiving: Promise<void>;
  readonly folder: string;
}

/** Runs a test with a receiver whose peer is the test. */
async function withReceiver(
  test: (it: Receiving) => Promise<void>,
  { bytesPerSecond, limits = {} }: {
    bytesPerSecond?: number;
    limits?: Partial<InboxLimits>;
  } = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const transport = new MemoryTransport();
    const clock = new FakeClock();
    using connection = new Connection(transport, simpleFileRequests(), { clock });
    const inbox = await Inbox.open(folder, { minFreeBytes: 0, sync: noSync, limits });
    const events: InboxEvent[] = [];
    const progress: ReceiveProgress[] = [];
    const receiving = receiveSimpleFiles(connection, {
      inbox,
      clock,
      bandwidth: bytesPerSecond === undefined
        ? undefined
        : new BandwidthLimiter(bytesPerSecond, { clock }),
      onEvent: (event) => void events.push(event),
      onProgress: (said) => void progress.push(said),
    });
    receiving.catch(() => {});
    await test({ transport, clock, events, progress, receiving, folder });
  });
}

Deno.test("receiveSimpleFiles tells that a file is stored when its sender cannot hear it any more", async () => {
  await withReceiver(async ({ transport, events, receiving, folder }) => {
    transport.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
    transport.deliver("5::txt::hello");
    const error = await rejectionOf(receiving);
    assertInstanceOf(error, ClosedError);
    assertEquals(error.code, "connection-reset");
    const [name = ""] = (await filesIn(folder)).keys();
    assertEquals(events.length, 1);
    const [event] = events;
    assert(event?.type === "stored");
    assertEquals([event.path, event.size, event.sha256], [name, 5, digestOf(HELLO)]);
  });
});

Deno.test("receiveSimpleFiles takes files to the last one when the sender ends behind it", async () => {
  await withReceiver(async ({ transport, events, receiving, folder }) => {
    transport.deliver("5::txt::hel", "lo0::", "::", "1::a::x");
    transport.finish();
    await receiving;
    assertEquals(transport.written, "-end--end--end-");
    assertEquals(events.map(({ type }) => type), ["stored", "stored", "stored"]);
    assertEquals((await filesIn(folder)).size, 3);
  });
});

Deno.test("receiveSimpleFiles stores a file when its sender takes no answer before the end", async () => {
  await withReceiver(async ({ transport, receiving, folder }) => {
    transport.blockWrites();
    transport.deliver("5::txt::hello");
    while (transport.writeCalls === 0) await turns();
    assertEquals((await filesIn(folder)).size, 1);
    transport.unblockWrites();
    transport.finish();
    await receiving;
    assertEquals(transport.written, "-end-");
  });
});

Deno.test("receiveSimpleFiles reads no faster than the rate when there is one", async () => {
  await withReceiver(async ({ transport, clock, receiving, folder }) => {
    const size = 1_000_000;
    transport.deliver(`${size}::bin::`);
    transport.deliver(new Uint8Array(size));
    transport.finish();
    while ((await namesIn(folder)).parts.length === 0) await turns();
    // The first piece has come, and the next one waits for its time.
    while (transport.unread >= size) await turns(1);
    await turns();
    await clock.advance(9_500);
    assert(transport.unread > 0 && transport.unread < size / 10, String(transport.unread));
    await clock.advance(1_000);
    assertEquals(transport.unread, 0);
    await receiving;
    assertMatch(transport.written, /^(Received:\d+\n){90,101}-end-$/);
  }, { bytesPerSecond: 100_000 });
});

Deno.test("receiveSimpleFiles tells how far a file is, and that it is over when its sender is gone", async () => {
  await withReceiver(async ({ transport, progress, receiving }) => {
    transport.deliver("5::txt::hello5::txt::he");
    transport.finish();
    assertInstanceOf(await rejectionOf(receiving), Error);
    assertEquals(progress.map(({ state, bytes, size }) => [state, bytes, size]), [
      ["begun", 0, 5],
      ["going", 5, 5],
      ["over", 5, 5],
      ["begun", 0, 5],
      ["going", 2, 5],
      ["over", 0, 5],
    ]);
  });
});

Deno.test("receiveSimpleFiles takes maxSimpleFiles files on a connection, however small, and says so then", async () => {
  await withReceiver(async ({ transport, events, receiving, folder }) => {
    transport.deliver("0::a::".repeat(5));
    await receiving;
    await turns();
    const error = "error: Cannot accept file: 4 files exceed maxSimpleFiles 3\n";
    assertEquals(transport.written, `-end--end--end-${error}`);
    assertEquals((await filesIn(folder)).size, 3);
    const last = events.at(-1);
    assert(last?.type === "not-stored");
    assertEquals([events.length, last.code], [4, "session-full"]);
  }, { limits: { maxSimpleFiles: 3 } });
});
