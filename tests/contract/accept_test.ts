import { assertEquals, assertInstanceOf } from "@std/assert";
import { readAll, readExactly, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, assertThrown } from "./failing.ts";
import { LOCALHOST } from "./pairs.ts";
import { connectAndReset } from "./rude_peer.ts";
import { turns } from "./waiting.ts";

function listen(): Deno.TcpListener {
  return Deno.listen({ hostname: LOCALHOST, port: 0 });
}

function connectTo(listener: Deno.TcpListener): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
}

Deno.test("accept() gives connections in the order in which they came", async () => {
  using listener = listen();
  for (let round = 0; round < 5; round++) {
    using first = await connectTo(listener);
    using second = await connectTo(listener);
    using one = await listener.accept();
    using two = await listener.accept();
    assertEquals(
      [one.remoteAddr.port, two.remoteAddr.port],
      [first.localAddr.port, second.localAddr.port],
    );
  }
});

Deno.test("accept() gives every one of 500 connections that came before it, with its data", async () => {
  using listener = listen();
  const names = Array.from({ length: 500 }, (_, id) => String(id).padStart(3, "0"));
  const clients = await Promise.all(names.map(async (name) => {
    const client = await connectTo(listener);
    await writeAll(client, utf8(name));
    return client;
  }));
  const heard: string[] = [];
  for (const _ of names) {
    using conn = await listener.accept();
    heard.push(text(await readExactly(conn, 3)));
    await writeAll(conn, utf8("ok"));
  }
  assertEquals(heard.sort(), names);
  for (const client of clients) {
    assertEquals(text(await readAll(client)), "ok");
    client.close();
  }
});

Deno.test("accept() gives a connection whose peer has said all and gone", async () => {
  using listener = listen();
  const client = await connectTo(listener);
  await writeAll(client, utf8("was here"));
  client.close();
  await turns(5);
  using conn = await listener.accept();
  assertEquals(text(await readAll(conn)), "was here");
});

Deno.test("accept() gives the next connection when the one before it was reset", async () => {
  using listener = listen();
  await connectAndReset(listener.addr.port);
  await turns(5);
  using client = await connectTo(listener);
  // Whether the dead one is told by accept() or by its first read() is the system's affair.
  const gone = await listener.accept().catch((error: unknown) => error);
  if (gone instanceof Error) {
    assertInstanceOf(gone, Deno.errors.NotConnected);
  } else {
    using conn = gone as Deno.TcpConn;
    await assertFails(conn.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  }
  using conn = await listener.accept();
  assertEquals(conn.remoteAddr.port, client.localAddr.port);
});

Deno.test("accept() rejects with BadResource when the listener is closed while it waits", async () => {
  using listener = listen();
  const accepting = listener.accept();
  listener.close();
  await assertFails(accepting, Deno.errors.BadResource);
});

Deno.test("accept() rejects with BadResource when the listener was closed long ago", async () => {
  using listener = listen();
  const accepting = listener.accept();
  await turns(2);
  listener.close();
  await assertFails(accepting, Deno.errors.BadResource);
  await assertFails(listener.accept(), Deno.errors.BadResource);
});

Deno.test("accept() rejects with Busy when another one waits, which is still served", async () => {
  using listener = listen();
  const first = listener.accept();
  await assertFails(listener.accept(), Deno.errors.Busy);
  using client = await connectTo(listener);
  using conn = await first;
  assertEquals(conn.remoteAddr.port, client.localAddr.port);
});

Deno.test("accept() goes on being served when the connections before it are never closed", async () => {
  using listener = listen();
  const kept: Deno.Conn[] = [];
  for (let count = 0; count < 50; count++) {
    kept.push(await connectTo(listener), await listener.accept());
  }
  for (const conn of kept) conn.close();
});

Deno.test("Listener.close() leaves the connections open that were accepted", async () => {
  using listener = listen();
  using near = await connectTo(listener);
  using far = await listener.accept();
  listener.close();
  await writeAll(far, utf8("still"));
  assertEquals(text(await readExactly(near, 5)), "still");
  await writeAll(near, utf8("here"));
  assertEquals(text(await readExactly(far, 4)), "here");
});

Deno.test("Listener.close() resets a connection that nobody accepted", async () => {
  using listener = listen();
  using client = await connectTo(listener);
  await turns(5);
  listener.close();
  await assertFails(client.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
});

Deno.test("for await over a listener ends without an error when it is closed while it waits", async () => {
  using listener = listen();
  using client = await connectTo(listener);
  const ports: number[] = [];
  for await (const conn of listener) {
    ports.push(conn.remoteAddr.port);
    conn.close();
    setTimeout(() => listener.close(), 1);
  }
  assertEquals(ports, [client.localAddr.port]);
});

Deno.test("for await over a listener ends at once when it is closed", async () => {
  using listener = listen();
  listener.close();
  for await (const _ of listener) throw new Error("It accepted");
});

Deno.test("for await over a listener closes it when the loop is left", async () => {
  using listener = listen();
  using client = await connectTo(listener);
  for await (const conn of listener) {
    assertEquals(conn.remoteAddr.port, client.localAddr.port);
    conn.close();
    break;
  }
  assertThrown(() => listener.close(), Deno.errors.BadResource);
});

Deno.test("for await over a listener goes on where accept() left off", async () => {
  using listener = listen();
  using first = await connectTo(listener);
  using second = await connectTo(listener);
  using one = await listener.accept();
  assertEquals(one.remoteAddr.port, first.localAddr.port);
  for await (const two of listener) {
    assertEquals(two.remoteAddr.port, second.localAddr.port);
    two.close();
    break;
  }
});
