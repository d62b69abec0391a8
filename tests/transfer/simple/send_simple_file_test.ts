import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { simpleFileReplies } from "../../../codec/simple_file/simple_file.ts";
import { FileRefusedError, type FileSource, type ReadContent } from "../../../transfer/mod.ts";
import { sendSimpleFile } from "../../../transfer/simple/send_simple_file.ts";
import { ClosedError, Connection, DeadlineError } from "../../../mod.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { MemoryTransport } from "../../../testing/memory_transport.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
import { digestOf, HELLO, memorySource, openBytes, someBytes } from "../dialogue.ts";

const MIB = 1024 ** 2;

interface Sending {
  readonly transport: MemoryTransport;
  readonly clock: FakeClock;
  readonly connection: Connection<unknown, never>;
  readonly sending: Promise<void>;
}

/** Begins to send a file to the test. */
function send(
  bytes: Uint8Array,
  { path = "a.txt", ...changes }: Partial<FileSource> = {},
): Sending {
  const transport = new MemoryTransport();
  const clock = new FakeClock();
  const connection = new Connection(transport, simpleFileReplies(), { clock });
  const source = { ...memorySource(path, bytes, changes), size: changes.size ?? bytes.length };
  const sending = sendSimpleFile(connection, { source, clock });
  sending.catch(() => {});
  return { transport, clock, connection, sending };
}

Deno.test("sendSimpleFile sends the header, and the file 50 ms later", async () => {
  const { transport, clock, connection, sending } = send(HELLO);
  await clock.advance(49);
  assertEquals(transport.written, "5::txt::");
  await clock.advance(1);
  assertEquals(transport.written, "5::txt::hello");
  assertEquals(await stateOf(sending), "pending");
  transport.deliver("Received:5\n", "-e", "nd-");
  await sending;
  assertEquals(connection.closed, false);
  connection.abort();
});

for (
  const [path, header] of [
    ["photo.JPG", "5::JPG::"],
    ["archive.tar.gz", "5::gz::"],
    ["folder.d/name", "5::::"],
    ["name.", "5::::"],
    ["name.with space", "5::::"],
    ["name.é", "5::::"],
    ["name.abcdefghijklmnop", "5::abcdefghijklmnop::"],
    ["name.abcdefghijklmnopq", "5::::"],
  ] as const
) {
  Deno.test(`sendSimpleFile says ${header} when the file is ${path}`, async () => {
    const { transport, connection, sending } = send(HELLO, { path });
    await turns();
    assertEquals(transport.written, header);
    connection.abort();
    await rejectionOf(sending);
  });
}

Deno.test("sendSimpleFile waits for nothing but the end when the file is empty", async () => {
  const { transport, connection, sending } = send(new Uint8Array(0));
  await turns();
  assertEquals(transport.written, "0::txt::");
  transport.deliver("-end-");
  await sending;
  connection.abort();
});

for (const isFresh of [false, true]) {
  const what = isFresh ? "fresh " : "";
  Deno.test(`sendSimpleFile keeps the end of a ${what}file back, and hangs up, when it was changed`, async () => {
    const asked: ReadContent[] = [];
    const isStill = (read: ReadContent) => {
      asked.push(read);
      return Promise.resolve(false);
    };
    const bytes = someBytes(MIB + 5);
    const { transport, connection, sending } = send(bytes, {
      open: () => Promise.resolve({ ...openBytes(bytes), isFresh, isStill }),
    });
    const error = await rejectionOf(sending);
    assertInstanceOf(error, FileRefusedError);
    assertEquals([error.code, error.message], ["changed", "it was changed while it was sent"]);
    assertEquals(asked, [{ bytes: MIB + 5, sha256: isFresh ? digestOf(bytes) : undefined }]);
    const sentBytes = transport.writes.reduce((sum, { length }) => sum + length, 0);
    assertEquals(sentBytes, `${MIB + 5}::txt::`.length + MIB);
    assertEquals(connection.closed, true);
  });
}

Deno.test("sendSimpleFile gives up when the file became shorter", async () => {
  const { transport, clock, connection, sending } = send(HELLO, { size: 6 });
  await clock.advance(50);
  const error = await rejectionOf(sending);
  assertInstanceOf(error, FileRefusedError);
  assertEquals([error.code, error.message], ["changed", "it became shorter while it was sent"]);
  assertEquals(transport.written, "6::txt::hello");
  assertEquals(connection.closed, true);
});

Deno.test("sendSimpleFile sends no more than the size when the file became longer", async () => {
  const { transport, clock, connection, sending } = send(HELLO, { size: 4 });
  await clock.advance(50);
  transport.deliver("-end-");
  await sending;
  assertEquals(transport.written, "4::txt::hell");
  connection.abort();
});

Deno.test("sendSimpleFile does not wait behind the header when the file is too long to come with it", async () => {
  const bytes = someBytes(MIB + 1);
  const { transport, clock, connection, sending } = send(bytes);
  const sentBytes = () => transport.writes.reduce((sum, { length }) => sum + length, 0);
  while (sentBytes() < bytes.length) await turns();
  assertEquals(clock.now(), 0);
  transport.deliver("-end-");
  await sending;
  connection.abort();
});

Deno.test("sendSimpleFile takes a file for not stored when the end comes before all of it was sent", async () => {
  const { transport, clock, connection, sending } = send(someBytes(MIB));
  await clock.advance(0);
  transport.deliver("-end-");
  await clock.advance(50);
  const error = await rejectionOf(sending);
  assertInstanceOf(error, FileRefusedError);
  assertEquals(error.code, "size-mismatch");
  assertEquals(connection.closed, true);
});

Deno.test("sendSimpleFile says what the receiver says when that refuses the file and reads no more", async () => {
  const { transport, clock, connection, sending } = send(someBytes(3 * MIB));
  await turns();
  transport.blockWrites();
  await clock.advance(50);
  assertEquals(await stateOf(sending), "pending");
  transport.deliver("Received:1\nerror: the disk is full\n");
  const error = await rejectionOf(sending);
  assertInstanceOf(error, FileRefusedError);
  assertEquals(error.message, "the disk is full");
  assertEquals(connection.closed, true);
});

Deno.test("sendSimpleFile says what the receiver said when its writes fail before that is read", async () => {
  const { transport, clock, sending } = send(someBytes(3 * MIB));
  await turns();
  transport.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
  await clock.advance(50);
  transport.deliver("error: the disk is full\n");
  const error = await rejectionOf(sending);
  assertInstanceOf(error, FileRefusedError);
  assertEquals(error.message, "the disk is full");
});

Deno.test("sendSimpleFile fails when the receiver hangs up before it has stored the file", async () => {
  const { transport, clock, sending } = send(HELLO);
  await clock.advance(50);
  transport.deliver("Received:5\n");
  transport.finish();
  const error = await rejectionOf(sending);
  assertInstanceOf(error, ClosedError);
  assertMatch(error.message, /the receiver hung up before it had stored the file$/);
});

Deno.test("sendSimpleFile fails when the receiver says nothing within the idle deadline", async () => {
  const { clock, sending } = send(HELLO);
  await clock.advance(50);
  await clock.advance(299_999);
  assertEquals(await stateOf(sending), "pending");
  await clock.advance(1);
  const error = await rejectionOf(sending);
  assertInstanceOf(error, DeadlineError);
  assertEquals(error.phase, "idle");
});

Deno.test("sendSimpleFile fails with what went wrong, and ends the connection, when the file cannot be read", async () => {
  const problem = new Error("disk trouble");
  const { clock, connection, sending } = send(HELLO, {
    open: () => Promise.resolve({ ...openBytes(HELLO), read: () => Promise.reject(problem) }),
  });
  await clock.advance(50);
  assertEquals(await rejectionOf(sending), problem);
  assertEquals(connection.closed, true);
});
