import { assertEquals } from "@std/assert";
import { readAll, readExactly, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, assertThrown } from "./failing.ts";
import { both, LOCALHOST, tcpPair } from "./pairs.ts";
import { caCerts, listenTls, otherName } from "./tls.ts";

/** A server that speaks plainly until it is told to start TLS. */
interface Upgradable extends AsyncDisposable {
  /** The client's connection, on which the server has said that TLS may start. */
  readonly plain: Deno.TcpConn;
  /** The server's end of TLS. */
  readonly far: Deno.TlsConn;
}

/** Talks plainly first, then leaves the rest to a TLS listener. */
async function upgradable(): Promise<Upgradable> {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  const [plain, middle] = await both(
    Deno.connect({ hostname: LOCALHOST, port }),
    listener.accept(),
  );
  await writeAll(plain, utf8("STARTTLS\r\n"));
  assertEquals(text(await readExactly(middle, 10)), "STARTTLS\r\n");
  await writeAll(middle, utf8("220 go ahead\r\n"));
  assertEquals(text(await readExactly(plain, 14)), "220 go ahead\r\n");
  // Deno cannot start TLS as a server, so its TLS listener stands behind the plain one.
  using tls = listenTls();
  const [relay, far] = await both<Deno.Conn>(
    Deno.connect({ hostname: LOCALHOST, port: tls.addr.port }),
    tls.accept(),
  );
  const relaying = Promise.all([pump(middle, relay), pump(relay, middle)]);
  return {
    plain,
    far: far as Deno.TlsConn,
    async [Symbol.asyncDispose]() {
      plain[Symbol.dispose]();
      far[Symbol.dispose]();
      await relaying;
      relay.close();
      middle.close();
    },
  };
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const into = new Uint8Array(16_384);
  try {
    for (let count; (count = await from.read(into)) !== null;) {
      await writeAll(to, into.subarray(0, count));
    }
  } catch {
    // One side has gone: the other one is told.
  }
  await to.closeWrite();
}

Deno.test("Deno.startTls() goes on with TLS where plain text left off", async () => {
  await using up = await upgradable();
  const { localAddr, remoteAddr } = up.plain;
  using near = await Deno.startTls(up.plain, { hostname: "localhost", caCerts });
  await Promise.all([near.handshake(), up.far.handshake()]);
  assertEquals(
    [near.localAddr.port, near.remoteAddr.port],
    [localAddr.port, remoteAddr.port],
  );
  await writeAll(near, utf8("secret"));
  assertEquals(text(await readExactly(up.far, 6)), "secret");
  await writeAll(up.far, utf8("kept"));
  await up.far.closeWrite();
  assertEquals(text(await readAll(near)), "kept");
});

Deno.test("Deno.startTls() takes the plain connection over", async () => {
  await using up = await upgradable();
  using near = await Deno.startTls(up.plain, { hostname: "localhost", caCerts });
  await assertFails(up.plain.read(new Uint8Array(1)), Deno.errors.BadResource);
  await assertFails(up.plain.write(utf8("x")), Deno.errors.BadResource);
  assertThrown(() => up.plain.close(), Deno.errors.BadResource);
  up.plain[Symbol.dispose]();
  await Promise.all([near.handshake(), up.far.handshake()]);
});

Deno.test("Deno.startTls() agrees on an application protocol with none when the server names none", async () => {
  await using up = await upgradable();
  using near = await Deno.startTls(up.plain, {
    hostname: "localhost",
    caCerts,
    alpnProtocols: ["smtp"],
  });
  const [{ alpnProtocol }] = await Promise.all([near.handshake(), up.far.handshake()]);
  assertEquals(alpnProtocol, null);
});

Deno.test("Deno.startTls() leads to InvalidData when nobody vouches for the certificate", async () => {
  await using up = await upgradable();
  using near = await Deno.startTls(up.plain, {
    hostname: "localhost",
    caCerts: [otherName.cert],
  });
  const serving = up.far.handshake().catch(() => {});
  await assertFails(near.handshake(), Deno.errors.InvalidData);
  near.close();
  await serving;
});

Deno.test("Deno.startTls() leads to InvalidData when the certificate is for another name", async () => {
  await using up = await upgradable();
  using near = await Deno.startTls(up.plain, { hostname: "other.invalid", caCerts });
  const serving = up.far.handshake().catch(() => {});
  await assertFails(near.read(new Uint8Array(1)), Deno.errors.InvalidData);
  near.close();
  await serving;
});

Deno.test("Deno.startTls() rejects with BadResource when the connection is closed", async () => {
  using pair = await tcpPair();
  pair.near.close();
  await assertFails(
    Deno.startTls(pair.near, { hostname: "localhost", caCerts }),
    Deno.errors.BadResource,
  );
});
