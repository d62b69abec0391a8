import { assert, assertEquals } from "@std/assert";
import {
  assertBytes,
  pattern,
  readAll,
  readExactly,
  readUntilOver,
  text,
  utf8,
  writeAll,
} from "./bytes.ts";
import { assertFails, assertThrown, codeOf } from "./failing.ts";
import { unixPair } from "./pairs.ts";
import { turns } from "./waiting.ts";

/** A folder for a test's sockets. */
interface Folder extends AsyncDisposable {
  readonly path: string;
}

async function folder(): Promise<Folder> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

function listen(path: string): Deno.UnixListener {
  return Deno.listen({ transport: "unix", path });
}

function connectTo(path: string): Promise<Deno.UnixConn> {
  return Deno.connect({ transport: "unix", path });
}

Deno.test("a Unix listener is a socket file as long as it listens", async () => {
  await using dir = await folder();
  const path = `${dir.path}/socket`;
  const listener = listen(path);
  assertEquals(listener.addr, { transport: "unix", path });
  assertEquals((await Deno.stat(path)).isSocket, true);
  listener.close();
  await assertFails(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("a Unix connection knows the path at both ends, where there is one", async () => {
  await using dir = await folder();
  const path = `${dir.path}/socket`;
  using listener = listen(path);
  using near = await connectTo(path);
  using far = await listener.accept();
  assertEquals(near.remoteAddr, { transport: "unix", path });
  assertEquals(far.localAddr, { transport: "unix", path });
  const nowhere: unknown = { transport: "unix", path: null };
  assertEquals<unknown>([near.localAddr, far.remoteAddr], [nowhere, nowhere]);
});

Deno.test("a Unix connection carries 8 MiB each way at once", async () => {
  using pair = await unixPair();
  const sent = pattern(8 * 1024 * 1024);
  const talk = async (conn: Deno.Conn) => {
    const [received] = await Promise.all([
      readAll(conn),
      writeAll(conn, sent).then(() => conn.closeWrite()),
    ]);
    assertBytes(received, sent);
  };
  await Promise.all([talk(pair.near), talk(pair.far)]);
});

Deno.test("a Unix listener can be used again at its path when it was closed", async () => {
  await using dir = await folder();
  const path = `${dir.path}/socket`;
  listen(path).close();
  using listener = listen(path);
  using near = await connectTo(path);
  using far = await listener.accept();
  await writeAll(near, utf8("again"));
  assertEquals(text(await readExactly(far, 5)), "again");
});

Deno.test("Deno.listen() throws AddrInUse when a listener has the path", async () => {
  await using dir = await folder();
  const path = `${dir.path}/socket`;
  using _listener = listen(path);
  assertEquals(codeOf(assertThrown(() => listen(path), Deno.errors.AddrInUse)), "EADDRINUSE");
});

Deno.test("Deno.listen() throws AddrInUse and leaves the file when a file has the path", async () => {
  await using dir = await folder();
  const path = `${dir.path}/file`;
  await Deno.writeTextFile(path, "kept");
  assertThrown(() => listen(path), Deno.errors.AddrInUse);
  assertEquals(await Deno.readTextFile(path), "kept");
});

Deno.test("Deno.listen() throws NotFound when the path's folder is missing", async () => {
  await using dir = await folder();
  assertThrown(() => listen(`${dir.path}/missing/socket`), Deno.errors.NotFound);
});

Deno.test("Deno.listen() throws TypeError when the path is longer than a socket's may be", async () => {
  await using dir = await folder();
  assertThrown(() => listen(`${dir.path}/${"x".repeat(120)}`), TypeError);
});

Deno.test("Deno.connect() rejects with NotFound when nothing has the path", async () => {
  await using dir = await folder();
  const error = await assertFails(connectTo(`${dir.path}/socket`), Deno.errors.NotFound);
  assertEquals(codeOf(error), "ENOENT");
});

Deno.test("Deno.connect() rejects with ConnectionRefused when a file has the path", async () => {
  await using dir = await folder();
  const path = `${dir.path}/file`;
  await Deno.writeTextFile(path, "no socket");
  await assertFails(connectTo(path), Deno.errors.ConnectionRefused);
});

Deno.test("a Unix listener gives 100 connections that came before accept()", async () => {
  await using dir = await folder();
  const path = `${dir.path}/socket`;
  using listener = listen(path);
  const names = Array.from({ length: 100 }, (_, id) => String(id).padStart(3, "0"));
  const clients = await Promise.all(names.map(async (name) => {
    const client = await connectTo(path);
    await writeAll(client, utf8(name));
    return client;
  }));
  const heard: string[] = [];
  for (const _ of names) {
    using conn = await listener.accept();
    heard.push(text(await readExactly(conn, 3)));
  }
  assertEquals(heard.sort(), names);
  for (const client of clients) client.close();
});

Deno.test("a Unix listener rejects a pending accept() with BadResource when it is closed", async () => {
  await using dir = await folder();
  using listener = listen(`${dir.path}/socket`);
  const accepting = listener.accept();
  await assertFails(listener.accept(), Deno.errors.Busy);
  await turns(2);
  listener.close();
  await assertFails(accepting, Deno.errors.BadResource);
  await assertFails(listener.accept(), Deno.errors.BadResource);
  assertThrown(() => listener.close(), Deno.errors.BadResource);
});

Deno.test("for await over a Unix listener ends without an error when it is closed", async () => {
  await using dir = await folder();
  const path = `${dir.path}/socket`;
  using listener = listen(path);
  using near = await connectTo(path);
  let count = 0;
  for await (const conn of listener) {
    count++;
    conn.close();
    listener.close();
  }
  assertEquals(count, 1);
  assertEquals(await near.read(new Uint8Array(1)), null);
});

Deno.test("write() on a Unix connection rejects with BrokenPipe when the peer has closed", async () => {
  using pair = await unixPair();
  pair.far.close();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  await assertFails(pair.near.write(utf8("x")), Deno.errors.BrokenPipe);
  await assertFails(pair.near.write(utf8("x")), Deno.errors.BrokenPipe);
  await pair.near.closeWrite();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
});

Deno.test("read() on a Unix connection has every byte when the peer writes and closes", async () => {
  using pair = await unixPair();
  await writeAll(pair.near, utf8("never read"));
  const sent = pattern(30_000);
  await writeAll(pair.far, sent);
  pair.far.close();
  const { bytes, error } = await readUntilOver(pair.near);
  assertBytes(bytes, sent);
  // A Unix socket tells a writer that its bytes were never read.
  assert(error === undefined || error instanceof Deno.errors.ConnectionReset, String(error));
});
