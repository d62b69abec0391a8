import { bytes } from "../../../codec/raw_bytes.ts";
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { type FileSendResult, type FileSource, sendSimpleFiles } from "../../../transfer/mod.ts";
import { ClosedError, Connection } from "../../../mod.ts";
import { MemoryTransport } from "../../../testing/memory_transport.ts";
import { rejectionOf, turns } from "../../../testing/turns.ts";
import { measuredSource } from "../../../transfer/simple/measured_source.ts";
import { stdinSource } from "../../../transfer/sources/stdin_source.ts";
import { HELLO, memorySource } from "../dialogue.ts";

interface Sending {
  /** The connections that were made. */
  readonly transports: readonly MemoryTransport[];
  readonly results: readonly [path: string, result: FileSendResult["outcome"]][];
  readonly sending: Promise<void>;
  readonly controller: AbortController;
}

/** Begins to send to receivers that are the test. */
function send(...sources: readonly FileSource[]): Sending {
  const transports: MemoryTransport[] = [];
  const results: [string, FileSendResult["outcome"]][] = [];
  const controller = new AbortController();
  const sending = sendSimpleFiles(iterate(sources), {
    connect() {
      const transport = new MemoryTransport();
      transports.push(transport);
      return Promise.resolve(new Connection(transport, bytes()));
    },
    headerPauseMs: 0,
    signal: controller.signal,
    onDone: ({ path }, { outcome }) => void results.push([path, outcome]),
  });
  sending.catch(() => {});
  return { transports, results, sending, controller };
}

async function* iterate(sources: readonly FileSource[]): AsyncGenerator<FileSource, void, void> {
  yield* sources;
}

/** Waits until so many connections were made, and the last of them was told this. */
async function said(
  { transports }: Sending,
  { connections, text }: { connections: number; text: string },
): Promise<MemoryTransport> {
  while (transports.length < connections || transports.at(-1)?.written !== text) await turns(1);
  return transports.at(-1)!;
}

Deno.test("sendSimpleFiles() sends one file after the other over one connection when that stays", async () => {
  const it = send(
    memorySource("a.txt", HELLO),
    memorySource("folder", new Uint8Array(0), { kind: "folder" }),
    memorySource("b", HELLO),
  );
  (await said(it, { connections: 1, text: "5::txt::hello" })).deliver("-end-");
  (await said(it, { connections: 1, text: "5::txt::hello5::::hello" })).deliver("-end-");
  await it.sending;
  assertEquals(it.results, [["a.txt", "stored"], ["b", "stored"]]);
  assertEquals(it.transports[0]?.closed, true);
});

Deno.test("sendSimpleFiles() sends a file once more when the connection of the one before broke in it", async () => {
  const it = send(memorySource("a", HELLO), memorySource("b", HELLO));
  const first = await said(it, { connections: 1, text: "5::::hello" });
  first.deliver("-end-");
  await said(it, { connections: 1, text: "5::::hello5::::hello" });
  first.reset();
  (await said(it, { connections: 2, text: "5::::hello" })).deliver("-end-");
  await it.sending;
  assertEquals(it.results, [["a", "stored"], ["b", "stored"]]);
});

Deno.test("sendSimpleFiles() gives up when a new connection breaks, and sends no more", async () => {
  const it = send(memorySource("a", HELLO), memorySource("b", HELLO));
  (await said(it, { connections: 1, text: "5::::hello" })).finish();
  assertInstanceOf(await rejectionOf(it.sending), ClosedError);
  assertEquals(it.results, [["a", "interrupted"]]);
  assertEquals(it.transports.length, 1);
});

Deno.test("sendSimpleFiles() goes on over a new connection when the receiver refuses a file", async () => {
  const it = send(memorySource("a", HELLO), memorySource("b", HELLO));
  (await said(it, { connections: 1, text: "5::::hello" })).deliver("error: no\n");
  (await said(it, { connections: 2, text: "5::::hello" })).deliver("-end-");
  await it.sending;
  assertEquals(it.results, [["a", "refused"], ["b", "stored"]]);
});

Deno.test("sendSimpleFiles() ends with the signal's reason when that is aborted", async () => {
  const it = send(memorySource("a", HELLO), memorySource("b", HELLO));
  (await said(it, { connections: 1, text: "5::::hello" })).deliver("-end-");
  await said(it, { connections: 1, text: "5::::hello5::::hello" });
  const reason = new Error("enough");
  it.controller.abort(reason);
  assertEquals(await rejectionOf(it.sending), reason);
  assertEquals(it.results, [["a", "stored"], ["b", "interrupted"]]);
  assertEquals(it.transports.length, 1);
  assertEquals(it.transports[0]?.closed, true);
});

Deno.test("sendSimpleFiles() reads a file of unknown length into memory, and says then how long it is", async () => {
  const it = send(memorySource("stdin", HELLO, { size: null }));
  (await said(it, { connections: 1, text: "5::::hello" })).deliver("-end-");
  await it.sending;
  assertEquals(it.results, [["stdin", "stored"]]);
});

for (const extraBytes of [0, 1]) {
  const what = extraBytes === 0 ? "reads" : "refuses";
  Deno.test(`sendSimpleFiles() ${what} a file of unknown length when it has 16 MiB and ${extraBytes} bytes`, async () => {
    const bytes = new Uint8Array(16 * 1024 * 1024 + extraBytes);
    const measured = await measuredSource(memorySource("stdin", bytes, { size: null }), undefined);
    assertEquals(measured?.size, extraBytes === 0 ? bytes.length : undefined);
    if (extraBytes === 0) return;
    const it = send(memorySource("stdin", bytes, { size: null }));
    await it.sending;
    assertEquals(it.results, [["stdin", "failed"]]);
    assertEquals(it.transports, []);
  });
}

Deno.test("sendSimpleFiles() ends with the reason when it is aborted while stdin gives nothing", async () => {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>();
  const it = send(stdinSource({ stream, name: "typed" }));
  await turns();
  const reason = new Error("enough");
  it.controller.abort(reason);
  assertEquals(await rejectionOf(it.sending), reason);
  assertEquals(it.transports, []);
});

for (const headerPauseMs of [-1, NaN]) {
  Deno.test(`sendSimpleFiles() connects to nobody and takes no source when headerPauseMs: ${headerPauseMs} is set`, async () => {
    let asked = 0;
    const connect = () => Promise.reject(new Error("Not to be called"));
    const next = () => Promise.resolve({ done: true, value: ++asked } as const);
    await assertRejects(
      () => sendSimpleFiles({ next }, { connect, headerPauseMs }),
      RangeError,
      `Cannot set headerPauseMs: ${headerPauseMs} `,
    );
    assertEquals(asked, 0);
  });
}
