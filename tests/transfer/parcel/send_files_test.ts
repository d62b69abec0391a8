import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type FileSendResult,
  type FileSource,
  Inbox,
  type InboxOptions,
  sendFiles,
  type SendFilesOptions,
  type SkippedSource,
} from "../../../transfer/mod.ts";
import { ClosedError } from "../../../mod.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { rejectionOf, turns } from "../../../testing/turns.ts";
import { BreakingLinks, type Fate } from "../breaking_links.ts";
import { filesIn, HELLO, memorySource, openBytes, someBytes } from "../dialogue.ts";
import { noSync } from "../no_sync.ts";

const MIB = 1 << 20;

interface Sent extends AsyncDisposable {
  readonly links: BreakingLinks;
  readonly folder: string;
  /** What became of the files: each is told once. */
  readonly results: [path: string, result: FileSendResult][];
  /** The waits before each retry. */
  readonly delays: number[];
  readonly clock: FakeClock;
  readonly sending: Promise<void>;
}

/** Sends files to a receiver over links that break; each wait is over as soon as it is told. */
async function send(
  sources: Iterable<FileSource | SkippedSource> | AsyncIterator<FileSource | SkippedSource>,
  { fates = [], inbox: inboxOptions, ...options }:
    & Partial<SendFilesOptions>
    & { fates?: readonly Fate[]; inbox?: InboxOptions },
): Promise<Sent> {
  const folder = await Deno.makeTempDir();
  const inbox = await Inbox.open(folder, { minFreeBytes: 0, sync: noSync, ...inboxOptions });
  const links = new BreakingLinks(inbox, fates);
  const clock = new FakeClock();
  const results: Sent["results"] = [];
  const delays: number[] = [];
  const sending = sendFiles(Symbol.iterator in sources ? iterate(sources) : sources, {
    connect: links.connect,
    clock,
    random: () => 0.5,
    ...options,
    onDone: ({ path }, result) => void results.push([path, result]),
    onRetry(error, delayMs) {
      delays.push(delayMs);
      if (options.onRetry) return options.onRetry(error, delayMs);
      setImmediate(() => void clock.advance(delayMs));
    },
  });
  sending.catch(() => {});
  return {
    links,
    folder,
    results,
    delays,
    clock,
    sending,
    async [Symbol.asyncDispose]() {
      await sending.catch(() => {});
      await links[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function* iterate<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, void> {
  for (const item of items) yield await Promise.resolve(item);
}

/** Returns a file, and how often it was opened. */
function countedSource(path: string, bytes: Uint8Array): { source: FileSource; opened: number } {
  const counted = {
    opened: 0,
    source: memorySource(path, bytes, {
      open() {
        counted.opened++;
        return Promise.resolve(openBytes(bytes));
      },
    }),
  };
  return counted;
}

Deno.test("sendFiles() stores everything when its connection breaks again and again, and goes on each time", async () => {
  const big = someBytes(5 * MIB);
  const starts: number[] = [];
  await using sent = await send([memorySource("a", HELLO), memorySource("big", big)], {
    // Each link carries two blocks at most, and less than two files.
    fates: Array.from({ length: 6 }, () => 1.5 * MIB),
    retries: 1,
    onStart: ({ path }, offset) => path === "big" && starts.push(offset / MIB),
  });
  const { sending, folder, results, delays, links } = sent;
  await sending;
  assertEquals(await filesIn(folder), new Map([["a", HELLO], ["big", big]]));
  assertEquals(results.map(([path]) => path), ["a", "big"]);
  // What is stored while its connection breaks is there at the next try.
  for (const [, { outcome }] of results) {
    assert(outcome === "stored" || outcome === "same", outcome);
  }
  assertEquals(starts, [0, 1, 2, 3, 4]);
  // The count begins anew with each block that has arrived.
  assertEquals(delays, [250, 250, 250, 250]);
  assertEquals(links.connects, 5);
});

Deno.test("sendFiles() waits twice as long each time and gives up when no connection brings anything further", async () => {
  await using sent = await send([memorySource("big", someBytes(2 * MIB))], {
    fates: [MIB / 2, MIB / 2, "refused", 500, MIB / 2, "holds"],
    retries: 3,
  });
  const { sending, results, delays, links } = sent;
  assertInstanceOf(await rejectionOf(sending), ClosedError);
  assertEquals(delays, [250, 500, 1000]);
  assertEquals(links.connects, 4);
  // The system took the block that then was lost.
  assertEquals(results, [["big", { outcome: "interrupted", sent: MIB }]]);
});

Deno.test("sendFiles() never waits longer than 30 seconds", async () => {
  await using sent = await send([memorySource("a", someBytes(MIB))], {
    fates: [MIB / 2, ...Array.from({ length: 9 }, () => "refused" as const)],
    retries: 9,
    random: () => 0.999,
  });
  await rejectionOf(sent.sending);
  assertEquals(sent.delays.map((ms) => Math.round(ms / 99.9) / 10), [
    0.5,
    1,
    2,
    4,
    8,
    16,
    30,
    30,
    30,
  ]);
});

Deno.test("sendFiles() goes on when the receiver is started again meanwhile", async () => {
  await using sent = await send([memorySource("big", someBytes(2 * MIB))], {
    fates: [1.5 * MIB, "refused", "refused"],
  });
  await sent.sending;
  assertEquals(sent.delays, [250, 500, 1000]);
  assertEquals(sent.results[0]?.[1].outcome, "stored");
});

Deno.test("sendFiles() tries no second time when the first connection is refused", async () => {
  await using sent = await send([memorySource("a", HELLO)], { fates: ["refused"] });
  const { sending, results, delays, links } = sent;
  assertInstanceOf(await rejectionOf(sending), Deno.errors.ConnectionRefused);
  assertEquals([links.connects, delays, results], [1, [], []]);
});

Deno.test("sendFiles() tries no second time when the receiver wants another token", async () => {
  await using sent = await send([memorySource("a", HELLO)], { token: "open sesame" });
  assertInstanceOf(await rejectionOf(sent.sending), ClosedError);
  assertEquals([sent.links.connects, sent.delays], [1, []]);
});

Deno.test("sendFiles() sends stdin no second time when its connection breaks", async () => {
  const stdin = countedSource("stdin", someBytes(2 * MIB));
  const source = { ...stdin.source, size: null, once: true };
  await using alone = await send([source], { fates: [1.5 * MIB] });
  assertInstanceOf(await rejectionOf(alone.sending), ClosedError);
  assertEquals(alone.results, [["stdin", { outcome: "interrupted", sent: 2 * MIB }]]);
  assertEquals([alone.links.connects, alone.delays, stdin.opened], [1, [], 1]);

  await using sent = await send([source, memorySource("a", HELLO)], { fates: [1.5 * MIB] });
  await sent.sending;
  const told = sent.results.map(([path, { outcome }]) => `${path} ${outcome}`);
  assertEquals(told, ["a stored", "stdin interrupted"]);
  assertEquals([...(await filesIn(sent.folder)).keys()], ["a"]);
});

Deno.test("sendFiles() ends with the reason and tells what was under way when it is aborted during a wait", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  await using sent = await send(
    [memorySource("a", HELLO), memorySource("big", someBytes(4 * MIB))],
    {
      fates: [2.5 * MIB],
      signal: controller.signal,
      onRetry: () => void setImmediate(() => controller.abort(reason)),
    },
  );
  assertEquals(await rejectionOf(sent.sending), reason);
  assertEquals([sent.clock.pending, sent.links.connects], [0, 1]);
  const [first, second, ...more] = sent.results;
  assertEquals([first?.[0], more.length], ["a", 0]);
  assertEquals(second, ["big", { outcome: "interrupted", sent: 3 * MIB }]);
});

Deno.test("sendFiles() ends with the reason when it is aborted in the middle of a file, and keeps what came", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  await using sent = await send([memorySource("big", someBytes(4 * MIB))], {
    signal: controller.signal,
    onBytes: (_, bytes) => bytes === 2 * MIB && controller.abort(reason),
  });
  assertEquals(await rejectionOf(sent.sending), reason);
  await sent.links[Symbol.asyncDispose]();
  assertEquals(sent.results, [["big", { outcome: "interrupted", sent: 2 * MIB }]]);
  assertEquals(sent.delays, []);
  const [kept] = sent.links.events;
  assert(kept?.type === "kept" && kept.bytes >= MIB);
});

Deno.test("sendFiles() connects to nobody when it is aborted before, or has nothing to send", async () => {
  const reason = new Error("enough");
  await using sent = await send([memorySource("a", HELLO)], { signal: AbortSignal.abort(reason) });
  assertEquals(await rejectionOf(sent.sending), reason);
  await using nothing = await send([], {});
  await nothing.sending;
  assertEquals([sent.links.connects, nothing.links.connects], [0, 0]);
});

Deno.test("sendFiles() tells what is skipped and sends the rest", async () => {
  const skipped = { kind: "skipped", local: "x", reason: "it is no file", isFine: true } as const;
  const told: SkippedSource[] = [];
  await using sent = await send([skipped, memorySource("a", HELLO), skipped], {
    onSkipped: (source) => void told.push(source),
  });
  await sent.sending;
  assertEquals([told, sent.results.length], [[skipped, skipped], 1]);
});

Deno.test("sendFiles() opens each file once when several jobs share the list", async () => {
  const files = Array.from(
    { length: 60 },
    (_, at) => countedSource(`${at % 7}/${at}`, someBytes(at * 1000, at + 1)),
  );
  await using sent = await send(files.map(({ source }) => source), { jobs: 4 });
  await sent.sending;
  assertEquals(files.map(({ opened }) => opened), files.map(() => 1));
  assertEquals([sent.links.connects, sent.links.mostAtOnce], [4, 4]);
  assertEquals((await filesIn(sent.folder)).size, 60);
  assertEquals(new Set(sent.results.map(([path]) => path)).size, 60);
  const senders = new Set(sent.links.events.map(({ id }) => id));
  assert(senders.size > 1, "Only one connection was of use");
});

Deno.test("sendFiles() sends what a broken job had under way over the others when it cannot go on itself", async () => {
  const sources = Array.from({ length: 20 }, (_, at) => memorySource(`${at}`, someBytes(MIB)));
  await using sent = await send(sources, {
    jobs: 2,
    fates: ["holds late", 3.5 * MIB, "refused", "refused"],
    retries: 2,
  });
  await sent.sending;
  assertEquals((await filesIn(sent.folder)).size, 20);
  assertEquals(new Set(sent.results.map(([path]) => path)).size, 20);
  for (const [, { outcome }] of sent.results) assert(outcome === "stored" || outcome === "same");
});

Deno.test("sendFiles() is content when one job finds no room and the other sends everything", async () => {
  await using sent = await send([memorySource("a", HELLO), memorySource("b", HELLO)], {
    jobs: 2,
    fates: ["holds", "refused"],
  });
  await sent.sending;
  assertEquals(sent.results.length, 2);
});

Deno.test("sendFiles() ends with the list's own error when that fails, and ends the list when it is over", async () => {
  let ended = 0;
  async function* failing(): AsyncGenerator<FileSource, void, void> {
    try {
      yield memorySource("a", HELLO);
      yield await Promise.reject(new TypeError("Cannot read the list"));
    } finally {
      ended++;
    }
  }
  await using sent = await send(failing(), {});
  await assertRejects(() => sent.sending, TypeError, "Cannot read the list");

  async function* long(): AsyncGenerator<FileSource, void, void> {
    try {
      while (true) yield await Promise.resolve(memorySource("a", HELLO));
    } finally {
      ended++;
    }
  }
  await using refused = await send(long(), { fates: ["refused"] });
  await rejectionOf(refused.sending);
  assertEquals(ended, 2);
  await turns();
});

Deno.test("sendFiles() goes on behind a refused and an unreadable file", async () => {
  const unreadable = memorySource("u", HELLO, {
    open: () => Promise.reject(new Deno.errors.PermissionDenied("Permission denied")),
  });
  const sources = [memorySource("../x", HELLO), unreadable, memorySource("a", HELLO)];
  await using sent = await send(sources, {});
  await sent.sending;
  const told = sent.results.map(([path, result]) =>
    `${path} ${"code" in result ? result.code : result.outcome}`
  );
  assertEquals(told.toSorted(), ["../x bad-name", "a stored", "u unreadable"]);
});

for (
  const [options, message] of [
    [{ jobs: 0 }, "Cannot set jobs: 0 "],
    [{ jobs: 1.5 }, "Cannot set jobs: 1.5 "],
    [{ retries: -1 }, "Cannot set retries: -1 "],
    [{ retries: NaN }, "Cannot set retries: NaN "],
    [{ handshakeMs: 0 }, "Cannot set handshakeMs: 0 "],
    [{ handshakeMs: NaN }, "Cannot set handshakeMs: NaN "],
  ] as const
) {
  Deno.test(`sendFiles() connects to nobody and takes no source when ${message.slice(11)}is set`, async () => {
    let asked = 0;
    const connect = () => Promise.reject(new Error("Not to be called"));
    const next = () => Promise.resolve({ done: true, value: ++asked } as const);
    await assertRejects(() => sendFiles({ next }, { connect, ...options }), RangeError, message);
    assertEquals(asked, 0);
  });
}
