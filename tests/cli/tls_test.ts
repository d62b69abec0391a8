import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readClientTls, readServerTls } from "../../cli/tls.ts";
import { runClient as spawnClient, startServer as spawnServer } from "./child.ts";
import { runClient, runServer, startServer } from "./in_process.ts";
import { connectPeer } from "./peer.ts";
import { onNode } from "../runtime.ts";

const CERT = "tests/net/testdata/cert.pem";
const KEY = "tests/net/testdata/key.pem";

/** A server with the tests' certificate. */
const SERVER = { args: ["--cert", CERT, "--key", KEY] };
/** A client that trusts it. */
const CLIENT = { args: ["--tls", "--ca", CERT] };

for (
  const [name, stdin, answer] of [
    ["greeting", "Ho\n", /^Hello! .*\nI heard you\.\nGoodbye!\n$/],
    ["reverse", "Hello Server\n", /^revreS olleH\n$/],
    ["talkback", "hello\nquit\n", /\nYou said 'hello'\.\nGoodbye!\n$/],
  ] as const
) {
  Deno.test(`${name} server and client talk when they speak TLS`, async () => {
    await using server = await startServer(name, SERVER);
    const { code, stdout, stderr } = await runClient(name, { ...CLIENT, port: server.port, stdin });
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, answer);
  });

  Deno.test(`${name} client says what to do when a certificate is not trusted`, async () => {
    await using server = await startServer(name, SERVER);
    const { port } = server;
    const { code, stdout, stderr } = await runClient(name, { port, args: ["--tls"], stdin });
    assertEquals([code, stdout], [1, ""]);
    assertEquals(
      stderr,
      `${name}: Cannot connect to 127.0.0.1:${port}: the server's certificate is not trusted: no trusted ` +
        "authority has signed it; give its authority with --ca, or give the certificate's SHA-256 with --fingerprint\n",
    );
  });
}

Deno.test("a server and a client that speak TLS need to read the files of their options and no more", async () => {
  await using server = await spawnServer("talkback", {
    ...SERVER,
    permissions: [`--allow-read=${CERT},${KEY}`],
  });
  const { code, stderr } = await spawnClient("talkback", {
    ...CLIENT,
    port: server.port,
    stdin: "quit\n",
    permissions: [`--allow-read=${CERT}`],
  });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("a TLS server serves others when one client is silent and one speaks no TLS", async () => {
  await using server = await startServer("talkback", SERVER);
  await using _silent = await connectPeer(server.port);
  await using plain = await connectPeer(server.port);
  await plain.send("hello\n");
  await plain.rest();
  await server.stderr.until(/^#1 .* failed: /m);
  const { code } = await runClient("talkback", { ...CLIENT, port: server.port, stdin: "quit\n" });
  assertEquals(code, 0);
});

Deno.test({
  name: "a server names the flag when Deno may not read its certificate (needs permissions)",
  ignore: onNode,
  permissions: { net: true },
  fn: async () => {
    const { code, stderr } = await runServer("talkback", { port: 0, args: SERVER.args });
    assertEquals(code, 1);
    assertEquals(
      stderr,
      `talkback: Cannot read ${CERT}: add --allow-read=${CERT} to the command\n`,
    );
  },
});

Deno.test("a server ends with 2 when its certificate is not there", async () => {
  const { code, stderr } = await runServer("talkback", {
    port: 0,
    args: ["--cert", "no-such.pem", "--key", KEY],
  });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "talkback: --cert cannot be read: No such file or directory");
});

Deno.test("readServerTls reads nothing when neither file is given", async () => {
  assertEquals(await readServerTls({ cert: undefined, key: undefined }), undefined);
});

Deno.test("readClientTls trusts the system's authorities when --ca is not given", async () => {
  assertEquals(await readClientTls({ tls: false, ca: undefined }), undefined);
  assertEquals(await readClientTls({ tls: true, ca: undefined }), { caCerts: [] });
});
