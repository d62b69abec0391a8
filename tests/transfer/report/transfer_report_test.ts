import { assertEquals } from "@std/assert";
import type { FileSendResult, FileSource } from "../../../transfer/mod.ts";
import { Progress } from "../../../transfer/report/progress.ts";
import { Report } from "../../../cli/report.ts";
import { TransferReport } from "../../../transfer/report/transfer_report.ts";
import { memorySource } from "../dialogue.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { type KeptIo, keptIo } from "../../cli/kept_io.ts";

const MIB = 1024 ** 2;
const SHA256 = "00".repeat(32);

interface Told {
  readonly transfer: TransferReport;
  readonly io: KeptIo;
  readonly clock: FakeClock;
}

async function open(
  { json = false, isKept = true }: { json?: boolean; isKept?: boolean } = {},
): Promise<Told> {
  const io = keptIo();
  const clock = new FakeClock();
  const progress = await Progress.start({ total: 0, files: 0, io, clock });
  const report = new Report(io, json);
  return { transfer: new TransferReport({ report, progress, isKept, clock }), io, clock };
}

/** A file of this size that nobody opens. */
function fileOf(path: string, size = 0, kind: FileSource["kind"] = "file"): FileSource {
  return memorySource(path, new Uint8Array(0), { local: `here/${path}`, size, kind });
}

function stored(path: string, size: number, changes: Partial<FileSendResult> = {}): FileSendResult {
  // The changes are those of a file that is there.
  return {
    outcome: "stored",
    path,
    size,
    sha256: SHA256,
    ...changes,
  } as FileSendResult;
}

/** Returns what was printed for machines. */
function recordsOf({ out }: KeptIo): unknown[] {
  return out.map((line) => JSON.parse(line));
}

Deno.test("TransferReport prints one line when everything is stored", async () => {
  const { transfer, io, clock } = await open();
  const file = fileOf("a", 3 * MIB);
  transfer.onStart(file, 0);
  transfer.onBytes(file, MIB);
  await clock.advance(1500);
  transfer.onBytes(file, 3 * MIB);
  transfer.onDone(file, stored("a", 3 * MIB));
  transfer.finish();
  assertEquals(io.about, []);
  assertEquals(io.out, ["Sent 1 file, 3.00 MiB in 1 s (2.00 MiB/s)\n"]);
});

Deno.test("TransferReport counts for the rate what went over the wire alone", async () => {
  const { transfer, io, clock } = await open();
  const [resumed, same] = [fileOf("a", 4 * MIB), fileOf("b", 9 * MIB)];
  transfer.onStart(resumed, 3 * MIB);
  transfer.onStart(same, 9 * MIB);
  await clock.advance(2000);
  transfer.onDone(resumed, stored("a", 4 * MIB));
  transfer.onDone(same, stored("b", 9 * MIB, { outcome: "same" }));
  transfer.finish();
  assertEquals(io.out, ["Sent 1 file, 4.00 MiB in 2 s (512 KiB/s); 1 was there already\n"]);
  assertEquals(transfer.tally, { stored: 1, same: 1, folders: 0, failed: 0, bytes: 13 * MIB });
});

Deno.test("TransferReport counts empty folders apart when they are stored", async () => {
  const { transfer, io } = await open();
  transfer.onDone(fileOf("a"), stored("a", 0));
  transfer.onDone(fileOf("b"), stored("b", 0));
  for (const name of ["c", "d"]) {
    transfer.onDone(fileOf(name, 0, "folder"), stored(name, 0, { sha256: undefined }));
  }
  transfer.finish();
  assertEquals(io.out, ["Sent 2 files, 0 B in 0 ms; 2 empty folders\n"]);
  assertEquals(transfer.entries.map(({ path }) => path), ["a", "b"]);
});

Deno.test("TransferReport keeps what a receipt says of each file that has a digest", async () => {
  const { transfer } = await open();
  transfer.onDone(fileOf("a", 5), stored("a (1)", 5));
  transfer.onDone(fileOf("b", 5), stored("b", 5, { outcome: "same" }));
  transfer.onDone(fileOf("c", 5), stored("c", 5, { sha256: undefined }));
  transfer.onDone(fileOf("d", 5), { outcome: "refused", code: "exists", reason: "no" });
  assertEquals(transfer.entries, [
    { source: "here/a", path: "a (1)", size: 5, sha256: SHA256 },
    { source: "here/b", path: "b", size: 5, sha256: SHA256 },
  ]);
});

Deno.test("TransferReport keeps for a receipt what came from stdin and which folders were made", async () => {
  const { transfer } = await open();
  transfer.onDone({ ...fileOf("n", 5), once: true }, stored("n", 5));
  transfer.onDone(fileOf("d", 0, "folder"), stored("d", 0, { sha256: undefined }));
  const entry = { source: "here/n", path: "n", size: 5, sha256: SHA256, stdin: true } as const;
  assertEquals(transfer.entries, [entry]);
  assertEquals(transfer.folders, [{ source: "here/d", path: "d" }]);
});

Deno.test("TransferReport tells a new name harmlessly when a file is stored under one", async () => {
  const { transfer, io } = await open();
  transfer.onDone(fileOf("a", 5), stored("a (1)\x1b", 5));
  assertEquals(io.about, ['here/a was stored as "a (1)\\x1b"\n']);
});

Deno.test("TransferReport prints a line for each file that is not stored", async () => {
  const { transfer, io } = await open();
  transfer.onDone(fileOf("\x1b[2J"), { outcome: "refused", code: "exists", reason: "no\x07" });
  transfer.onDone(fileOf("b"), { outcome: "failed", code: "unreadable", reason: "gone" });
  transfer.onSkipped({
    kind: "skipped",
    local: "c",
    reason: "it is a symbolic link",
    isFine: true,
  });
  transfer.onSkipped({ kind: "skipped", local: "d", reason: "there is none", isFine: false });
  transfer.onRetry(new Error("it broke"), 1499.6);
  transfer.finish();
  assertEquals(io.about, [
    "here/\\x1b[2J was not stored: no\\x07\n",
    "here/b was not stored: gone\n",
    "c is left out: it is a symbolic link\n",
    "d is left out: there is none\n",
    "it broke; next try in 1 s\n",
  ]);
  assertEquals(io.out, ["Sent 0 files, 0 B in 0 ms; 3 not stored\n"]);
  assertEquals(transfer.tally.failed, 3);
});

Deno.test("TransferReport says where a file stopped when the receiver keeps what came", async () => {
  const { transfer, io } = await open();
  transfer.onDone(fileOf("a", 2 * MIB), { outcome: "interrupted", sent: MIB });
  transfer.onDone(fileOf("b", 2 * MIB), { outcome: "interrupted", sent: 0 });
  assertEquals(io.about, ["here/a stopped at 1.00 MiB\n"]);
  assertEquals(transfer.tally.failed, 2);
});

Deno.test("TransferReport says nothing of a file that stopped when the receiver keeps nothing", async () => {
  const { transfer, io } = await open({ isKept: false });
  transfer.onDone(fileOf("a", 2 * MIB), { outcome: "interrupted", sent: MIB });
  assertEquals(io.about, []);
});

Deno.test("TransferReport tells a machine each event, and the progress ten times a second", async () => {
  const { transfer, io, clock } = await open({ json: true, isKept: false });
  const file = fileOf("a", 300);
  transfer.onStart(file, 0);
  for (let sent = 10; sent <= 300; sent += 10) {
    transfer.onBytes(file, sent);
    await clock.advance(10);
  }
  transfer.onDone(file, stored("a", 300));
  transfer.onDone(fileOf("b", 9), { outcome: "interrupted", sent: 0 });
  transfer.finish();
  const base = { file: "here/a", size: 300 };
  assertEquals(recordsOf(io), [
    { event: "started", ...base, offset: 0 },
    { event: "progress", ...base, sent: 10 },
    { event: "progress", ...base, sent: 110 },
    { event: "progress", ...base, sent: 210 },
    { event: "stored", ...base, path: "a", sha256: SHA256 },
    { event: "interrupted", file: "here/b", sent: 0 },
    { event: "done", stored: 1, same: 0, folders: 0, failed: 1, bytes: 300, ms: 300 },
  ]);
  assertEquals(io.about, []);
});

Deno.test("TransferReport tells a machine of what is not stored", async () => {
  const { transfer, io } = await open({ json: true });
  transfer.onDone(fileOf("a"), { outcome: "refused", code: "exists", reason: "no" });
  transfer.onSkipped({ kind: "skipped", local: "b", reason: "none", isFine: false });
  transfer.onRetry(new Error("it broke"), 20.4);
  assertEquals(recordsOf(io), [
    { event: "refused", file: "here/a", code: "exists", reason: "no" },
    { event: "skipped", file: "b", reason: "none" },
    { event: "retry", reason: "it broke", delayMs: 20 },
  ]);
});

Deno.test("TransferReport moves the bar by what is done when files run side by side", async () => {
  const io = keptIo({ stderrIsTerminal: true });
  const clock = new FakeClock();
  const progress = await Progress.start({ total: 4000, files: 2, io, clock, columns: () => 40 });
  const report = new Report(io, false);
  const transfer = new TransferReport({ report, progress, clock });
  const [one, two] = [fileOf("a", 1000), fileOf("b", 3000)];
  transfer.onStart(one, 0);
  transfer.onStart(two, 2000);
  transfer.onBytes(one, 1000);
  await clock.advance(100);
  transfer.onDone(one, stored("a", 1000));
  transfer.onBytes(two, 2500);
  await clock.advance(100);
  transfer.onDone(two, stored("b", 3000));
  transfer.finish();
  const shown = io.about.join("").match(/\d+%/g) ?? [];
  assertEquals(shown, ["0%", "75%", "87%"]);
  assertEquals(clock.pending, 0);
});
