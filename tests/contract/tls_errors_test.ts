import { assertEquals, assertMatch } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { readExactly, readUntilOver, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, assertThrown } from "./failing.ts";
import { LOCALHOST } from "./pairs.ts";
import { onBun } from "./runtime.ts";
import { caCerts, expired, listenTls, otherName, server, tlsPair } from "./tls.ts";
import { turns } from "./waiting.ts";

Deno.test("Deno.listenTls() throws InvalidData when there is no certificate in cert", () => {
  for (const cert of ["", "no certificate"]) {
    assertThrown(() => listenTls({ cert }), Deno.errors.InvalidData);
  }
});

Deno.test("Deno.listenTls() throws InvalidData when there is no key in key", () => {
  assertThrown(() => listenTls({ key: "no key" }), Deno.errors.InvalidData);
});

Deno.test("Deno.listenTls() throws an Error when the key is another certificate's", () => {
  assertThrown(() => listenTls({ key: otherName.key }), Error);
});

Deno.test("Deno.listenTls() throws AddrInUse at once when the port is taken", () => {
  using listener = listenTls();
  const { port } = listener.addr;
  assertThrown(() => listenTls({ port }), Deno.errors.AddrInUse);
});

Deno.test("a TLS listener rejects accept() as a TCP listener does", async () => {
  using listener = listenTls();
  const accepting = listener.accept();
  await assertFails(listener.accept(), Deno.errors.Busy);
  listener.close();
  await assertFails(accepting, Deno.errors.BadResource);
  await assertFails(listener.accept(), Deno.errors.BadResource);
  assertThrown(() => listener.close(), Deno.errors.BadResource);
  for await (const _ of listener) throw new Error("It accepted");
});

Deno.test("Deno.connectTls() rejects with ConnectionRefused when nobody listens", async () => {
  const listener = listenTls();
  const { port } = listener.addr;
  listener.close();
  await assertFails(
    Deno.connectTls({ hostname: LOCALHOST, port, caCerts }),
    Deno.errors.ConnectionRefused,
  );
});

const REFUSED = [
  { name: "nobody vouches for the certificate", pair: { connect: { caCerts: [] } } },
  {
    name: "another authority vouches for the certificate",
    pair: { connect: { caCerts: [otherName.cert] } },
  },
  {
    name: "the certificate is for another name",
    pair: { listen: otherName, connect: { caCerts: [otherName.cert] } },
  },
  {
    name: "the certificate has expired",
    pair: { listen: expired, connect: { caCerts: [expired.cert] } },
  },
];

for (const { name, pair: options } of REFUSED) {
  Deno.test(`handshake() of a client rejects with InvalidData when ${name}`, async () => {
    using pair = await tlsPair(options);
    const serving = pair.far.handshake().catch(() => {});
    await assertFails(pair.near.handshake(), Deno.errors.InvalidData);
    await serving;
  });
}

Deno.test("read() and write() of a client reject with InvalidData when its handshake failed", async () => {
  using pair = await tlsPair({ connect: { caCerts: [] } });
  const serving = pair.far.handshake().catch(() => {});
  await assertFails(pair.near.write(utf8("x")), Deno.errors.InvalidData);
  await assertFails(pair.near.read(new Uint8Array(1)), Deno.errors.InvalidData);
  await assertFails(pair.near.handshake(), Deno.errors.InvalidData);
  await serving;
});

Deno.test("handshake() rejects with InvalidData on both sides when no application protocol is common", async () => {
  using pair = await tlsPair({
    listen: { alpnProtocols: ["a"] },
    connect: { alpnProtocols: ["b"] },
  });
  const serving = assertFails(pair.far.handshake(), Deno.errors.InvalidData);
  await assertFails(pair.near.handshake(), Deno.errors.InvalidData);
  await serving;
});

Deno.test("handshake() and read() of a server reject with InvalidData when the client speaks plainly", async () => {
  using listener = listenTls();
  using near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
  using far = await listener.accept();
  await writeAll(near, utf8("GET / HTTP/1.1\r\n\r\n"));
  await assertFails(far.handshake(), Deno.errors.InvalidData);
  await assertFails(far.read(new Uint8Array(1)), Deno.errors.InvalidData);
  await assertFails(far.write(utf8("x")), Deno.errors.InvalidData);
});

for (const said of ["h", "Ho\n", "5::txt::hello", "GET / HTTP/1.1\r\n\r\n"]) {
  Deno.test(
    `a TLS server answers ${
      JSON.stringify(said)
    } with an alert (needs a TLS that shows what is none)`,
    {
      ignore: onBun,
    },
    async () => {
      using listener = listenTls();
      using near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
      using far = await listener.accept();
      await writeAll(near, utf8(said));
      await near.closeWrite();
      await assertFails(far.handshake(), Deno.errors.InvalidData);
      assertEquals(Array.from(await readExactly(near, 2)), [21, 3]);
    },
  );
}

/** What is said of a handshake that failed, beside the class: programs tell people by it what to do. */
const SAID = [
  { name: "nobody vouches for it", pair: { connect: { caCerts: [] } }, said: /UnknownIssuer/ },
  {
    name: "it is for another name",
    pair: { listen: otherName, connect: { caCerts: [otherName.cert] } },
    said:
      /certificate not valid for name "localhost"; certificate is only valid for DnsName\("other\.invalid"\)$/,
  },
  {
    name: "it has expired",
    pair: { listen: expired, connect: { caCerts: [expired.cert] } },
    said: /certificate expired/,
  },
];

for (const { name, pair: options, said } of SAID) {
  Deno.test(`handshake() of a client says what is wrong with a certificate when ${name}`, async () => {
    using pair = await tlsPair(options);
    const serving = pair.far.handshake().catch(() => {});
    const message = await pair.near.handshake().then(() => "", (error: Error) => error.message);
    assertMatch(message, /^invalid peer certificate: /);
    assertMatch(message, said);
    await serving;
  });
}

Deno.test(
  "Deno.listenTls() throws an Error when the key is of another kind than the certificate's (needs a TLS that compares them)",
  { ignore: onBun },
  () => {
    const { publicKey: _, privateKey: key } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    assertThrown(() => listenTls({ key }), Error);
  },
);

Deno.test("a TLS listener outlives a client that speaks plainly", async () => {
  using listener = listenTls();
  const { port } = listener.addr;
  using plain = await Deno.connect({ hostname: LOCALHOST, port });
  using refused = await listener.accept();
  await writeAll(plain, utf8("HELO\r\n"));
  await assertFails(refused.handshake(), Deno.errors.InvalidData);
  using near = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  using far = await listener.accept();
  await writeAll(near, utf8("secret"));
  assertEquals(text(await readExactly(far, 6)), "secret");
});

Deno.test("handshake() and read() of a server reject with UnexpectedEof when the client closes before", async () => {
  using listener = listenTls();
  const near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
  using far = await listener.accept();
  const serving = assertFails(far.handshake(), Deno.errors.UnexpectedEof);
  await turns(3);
  near.close();
  await serving;
  await assertFails(far.read(new Uint8Array(1)), Deno.errors.UnexpectedEof);
});

Deno.test("handshake() of a client rejects with InvalidData when the server speaks plainly", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  using near = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  using far = await listener.accept();
  await writeAll(far, utf8("220 mail.example at your service\r\n"));
  await assertFails(near.handshake(), Deno.errors.InvalidData);
});

Deno.test("handshake() of a client rejects with UnexpectedEof when the server hangs up", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  using near = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  const handshake = assertFails(near.handshake(), Deno.errors.UnexpectedEof);
  using far = await listener.accept();
  // Its hello is read, so that the end is an end and no reset.
  await far.read(new Uint8Array(4096));
  await far.closeWrite();
  await handshake;
});

Deno.test("write() on a TLS connection fails in the end when the peer has closed", async () => {
  using pair = await tlsPair();
  await Promise.all([pair.near.handshake(), pair.far.handshake()]);
  pair.far.close();
  assertEquals((await readUntilOver(pair.near)).error, undefined);
  const writing = (async () => {
    for (;;) {
      await pair.near.write(utf8("anybody?"));
      await turns(1);
    }
  })();
  await assertFails(writing, Deno.errors.BrokenPipe);
});

Deno.test("Deno.listenTls() throws TypeError when the key is missing", () => {
  const { cert } = server;
  const options = { hostname: LOCALHOST, port: 0, cert };
  assertThrown(
    () => Deno.listenTls(options as Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem),
    TypeError,
  );
});
