import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { connectFiles } from "../../clients/files.ts";
import {
  type ExistsPolicy,
  type FileSendResult,
  type FileSource,
  findFiles,
  type InboxEvent,
  type OpenFileSource,
  sendFiles,
  type SendFilesOptions,
} from "../../transfer/mod.ts";
import { ClosedError, type Server } from "../../mod.ts";
import { type FilesServerOptions, serveFiles } from "../../servers/files.ts";
import { rejectionOf, turns } from "../../testing/turns.ts";
import { filesIn, HELLO, memorySource, namesIn, openBytes, someBytes } from "./dialogue.ts";

const MIB = 1 << 20;

interface Served extends AsyncDisposable {
  readonly server: Server<Uint8Array>;
  readonly port: number;
  readonly folder: string;
  readonly events: InboxEvent[];
}

async function startServing(options: FilesServerOptions = {}): Promise<Served> {
  const folder = options.dir ?? await Deno.makeTempDir();
  const events: InboxEvent[] = [];
  const server = await serveFiles({
    port: 0,
    dir: folder,
    minFreeBytes: 0,
    onEvent: () => {},
    ...options,
    onFile: (event) => void events.push(event),
  });
  return {
    server,
    port: "port" in server.addr ? server.addr.port : 0,
    folder,
    events,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      if (options.dir === undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Sends files over connections of their own; returns what became of each. */
async function send(
  port: number,
  sources: readonly FileSource[],
  options: Partial<SendFilesOptions> = {},
): Promise<FileSendResult[]> {
  const results: FileSendResult[] = [];
  async function* list(): AsyncGenerator<FileSource, void, void> {
    for (const source of sources) yield await Promise.resolve(source);
  }
  await sendFiles(list(), {
    connect: () => connectFiles({ port }),
    retries: 0,
    ...options,
    onDone: (_, result) => void results.push(result),
  });
  return results;
}

/** Files that are read only once all of them have begun. */
function startTogether(
  files: readonly (readonly [path: string, bytes: Uint8Array])[],
): FileSource[] {
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  return files.map(([path, bytes], mtimeMs) => {
    const file = openBytes(bytes);
    const gated: OpenFileSource = {
      ...file,
      async read(into) {
        if (waiting < files.length && ++waiting === files.length) gate.resolve();
        await gate.promise;
        return await file.read(into);
      },
    };
    // With one time they could be one sender, who comes again.
    return memorySource(path, bytes, { mtimeMs, open: () => Promise.resolve(gated) });
  });
}

/** What becomes of two files of one name and size that come at once. */
const AT_ONCE: readonly (readonly [
  policy: ExistsPolicy,
  content: "the same" | "other",
  outcomes: readonly string[],
  names: readonly string[],
])[] = [
  ["skip-same", "the same", ["same", "stored"], ["a"]],
  ["skip-same", "other", ["exists", "stored"], ["a"]],
  ["fail", "the same", ["same", "stored"], ["a"]],
  ["fail", "other", ["exists", "stored"], ["a"]],
  ["rename", "the same", ["same", "stored"], ["a"]],
  ["rename", "other", ["stored", "stored"], ["a", "a (1)"]],
  ["overwrite", "the same", ["same", "stored"], ["a"]],
  ["overwrite", "other", ["stored", "stored"], ["a"]],
];

for (const [exists, content, outcomes, names] of AT_ONCE) {
  Deno.test(`two senders of one name end as "${exists}" says when both have ${content} content`, async () => {
    await using served = await startServing({ exists });
    const { port, folder } = served;
    const contents = [someBytes(3 * MIB, 1), someBytes(3 * MIB, content === "other" ? 2 : 1)];
    const sources = startTogether(contents.map((bytes) => ["a", bytes] as const));
    const results = await Promise.all(sources.map((source) => send(port, [source])));
    const told = results.flat().map((result) => "code" in result ? result.code : result.outcome);
    assertEquals(told.toSorted(), outcomes);
    const found = await filesIn(folder);
    assertEquals([...found.keys()], names);
    for (const bytes of found.values()) {
      assert(contents.some((one) => one.every((byte, at) => byte === bytes[at])), "It is mixed");
    }
    if (names.length === 2) {
      const [one, other] = [...found.values()];
      assertEquals(one?.[5] === other?.[5], false);
    }
  });
}

Deno.test("sendFiles() and serveFiles() move 300 tiny files with their offers ahead", async () => {
  await using served = await startServing();
  const sources = Array.from({ length: 300 }, (_, at) => {
    const bytes = someBytes(at % 50, at + 1);
    return memorySource(`folder ${at % 10}/${at}.txt`, bytes);
  });
  const results = await send(served.port, sources);
  assertEquals(results.length, 300);
  assert(results.every(({ outcome }) => outcome === "stored"));
  const found = await filesIn(served.folder);
  assertEquals(found.size, 300);
  assertEquals(found.get("folder 7/277.txt"), someBytes(27, 278));
});

Deno.test("sendFiles() sends every block as it was when it compresses what becomes smaller", async () => {
  await using served = await startServing();
  const mixed = new Uint8Array(6 * MIB);
  mixed.set(someBytes(2.5 * MIB), MIB);
  const text = new TextEncoder().encode("all work and no play ".repeat(100_000));
  const before = new Map([["mixed", mixed], ["text", text], ["zero", new Uint8Array(0)]]);
  const sources = [...before].map(([path, bytes]) => memorySource(path, bytes));
  let sent = 0;
  await send(served.port, sources, {
    compress: true,
    async connect() {
      const connection = await connectFiles({ port: served.port });
      connection.signal.addEventListener("abort", () => sent = connection.bytesSent);
      return connection;
    },
  });
  assertEquals(await filesIn(served.folder), before);
  // Text may go as it is, where the network is faster than that.
  assert(sent < 5.1 * MIB, `${sent} bytes were sent`);
});

Deno.test("sendFiles() keeps paths, times and modes of a folder on the disk", async () => {
  await using served = await startServing();
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/tree/deep/empty`, { recursive: true });
  await Deno.writeFile(`${root}/tree/deep/a.sh`, HELLO);
  await Deno.chmod(`${root}/tree/deep/a.sh`, 0o750);
  const time = new Date("2020-01-02T03:04:05Z");
  await Deno.utime(`${root}/tree/deep/a.sh`, time, time);
  await sendFiles(findFiles([`${root}/tree`], { keepMode: true }), {
    connect: () => connectFiles({ port: served.port }),
  });
  assert((await Deno.stat(`${served.folder}/tree/deep/empty`)).isDirectory);
  const { mtime, mode } = await Deno.stat(`${served.folder}/tree/deep/a.sh`);
  assertEquals(mtime, time);
  if (Deno.build.os !== "windows") assertEquals((mode ?? 0) & 0o777, 0o750);
  await Deno.remove(root, { recursive: true });
});

/** A file whose blocks come when the test lets them. */
function steppedSource(path: string, bytes: Uint8Array): {
  source: FileSource;
  /** Lets one more block be read, and waits until somebody wants the next one. */
  step: () => Promise<void>;
  finish: () => void;
} {
  let wanted = Promise.withResolvers<void>();
  let allowed = Promise.withResolvers<void>();
  let isFree = false;
  const file = openBytes(bytes);
  const stepped: OpenFileSource = {
    ...file,
    async read(into) {
      wanted.resolve();
      if (!isFree) await allowed.promise;
      return await file.read(into);
    },
  };
  return {
    source: memorySource(path, bytes, { open: () => Promise.resolve(stepped) }),
    async step() {
      await wanted.promise;
      wanted = Promise.withResolvers();
      const { resolve } = allowed;
      allowed = Promise.withResolvers();
      resolve();
      await wanted.promise;
    },
    finish() {
      isFree = true;
      allowed.resolve();
    },
  };
}

/** Waits until the only connection has brought so many bytes. */
async function untilReceived({ server }: Served, bytes: number): Promise<void> {
  while (true) {
    const [connection] = server.connections;
    if ((connection?.bytesReceived ?? 0) >= bytes) return;
    await turns(1);
  }
}

Deno.test("sendFiles() hears that the server shuts down within a file, and a new server goes on there", async () => {
  const dir = await Deno.makeTempDir();
  const bytes = someBytes(4 * MIB);
  {
    await using served = await startServing({ dir });
    const { source, step, finish } = steppedSource("big", bytes);
    const sending = rejectionOf(send(served.port, [source]));
    await step();
    await step();
    await untilReceived(served, 2 * MIB);
    const stopping = served.server.shutdown();
    finish();
    const error = await sending;
    assertInstanceOf(error, ClosedError);
    assertStringIncludes(error.message, "shutting down");
    assertEquals(await stopping, { drained: 1, cut: 0 });
    const [event] = served.events;
    assert(event?.type === "kept" && event.bytes >= MIB);
  }
  await using served = await startServing({ dir });
  const starts: number[] = [];
  const [result] = await send(served.port, [memorySource("big", bytes)], {
    onStart: (_, offset) => void starts.push(offset),
  });
  assertEquals(result?.outcome, "stored");
  assert((starts[0] ?? 0) >= MIB);
  assertEquals(await filesIn(dir), new Map([["big", bytes]]));
  await Deno.remove(dir, { recursive: true });
});

Deno.test("sendFiles() hears that the server shuts down between files when the next one is not there yet", async () => {
  await using served = await startServing();
  const more = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<FileSource, void, void> {
    yield memorySource("a", HELLO);
    await more.promise;
    yield memorySource("b", HELLO);
  }
  const sending = rejectionOf(sendFiles(slow(), {
    connect: () => connectFiles({ port: served.port }),
    retries: 0,
  }));
  await untilReceived(served, 100);
  const stopping = served.server.shutdown();
  more.resolve();
  const error = await sending;
  await stopping;
  assertInstanceOf(error, ClosedError);
  assertStringIncludes(error.message, "shutting down");
  assertEquals((await namesIn(served.folder)).parts, []);
});

Deno.test("serveFiles() takes files from many senders at once", async () => {
  await using served = await startServing();
  const senders = Array.from({ length: 20 }, (_, sender) =>
    send(
      served.port,
      Array.from({ length: 5 }, (_, at) => memorySource(`${sender}/${at}`, someBytes(50_000, at))),
      { jobs: 2 },
    ));
  const results = (await Promise.all(senders)).flat();
  assertEquals(results.length, 100);
  assert(results.every(({ outcome }) => outcome === "stored"));
  assertEquals((await filesIn(served.folder)).size, 100);
});
