// TLS on one side alone, through each program: both sides say so, and nothing of it is taken for text.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { runClient, type RunningServer, startServer } from "./in_process.ts";
import { InboxFolder } from "./inbox_folder.ts";
import { connectPeer } from "./peer.ts";
import { onBun } from "../runtime.ts";

const CERT = "tests/net/testdata/cert.pem";
const KEY = "tests/net/testdata/key.pem";
const TLS = ["--cert", CERT, "--key", KEY];
/** A file that is everywhere, for the client that sends one. */
const FILE = new URL(import.meta.url).pathname;

const PROGRAMS = [
  { name: "greeting", stdin: "Ho\n" },
  { name: "reverse", stdin: "Hello Server\n" },
  { name: "talkback", stdin: "hello\nquit\n" },
  { name: "files", stdin: "", operands: [FILE] },
];

for (const { name, stdin, operands = [] } of PROGRAMS) {
  Deno.test(`${name} client says that the server speaks no TLS when only it does`, async () => {
    await using place = await start(name, []);
    const { port, stderr: log, stdout: heard } = place.server;
    const args = ["--tls", "--ca", CERT, ...operands];
    const { code, stdout, stderr } = await runClient(name, { port, stdin, args });
    assertEquals([code, stdout], [1, ""]);
    assertEquals(
      stderr,
      `${name}: Cannot connect to 127.0.0.1:${port}: the server does not speak TLS; leave out --tls\n`,
    );
    await log.until(/^#0 .* closed$/m);
    assertEquals(
      log.text.split("\n").filter((line) => /^#\d+ .* failed/.test(line)).map(withoutPort),
      [
        "#0 127.0.0.1 failed: Cannot talk to the client: it speaks TLS, which is not spoken here; " +
        "start with --cert and --key",
      ],
    );
    assertEquals(heard.text, "");
  });

  Deno.test(
    `${name} client says that the server speaks TLS when only that does (needs a TLS that shows what is none)`,
    {
      ignore: onBun,
    },
    async () => {
      await using place = await start(name, TLS);
      const { port, stderr: log, stdout: heard } = place.server;
      const { code, stdout, stderr } = await runClient(name, { port, stdin, args: operands });
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, new RegExp(`^${name}: .*: the server speaks TLS; add --tls\n$`));
      await log.until(/^#0 127\.0\.0\.1:\d+ failed: the client does not speak TLS$/m);
      assertEquals(heard.text, "");
    },
  );

  for (const [how, tls] of [["plainly", []], ["over TLS", TLS]] as const) {
    Deno.test(`${name} server obeys no web page when it speaks ${how}`, async () => {
      await using place = await start(name, tls);
      const { server, server: { port, stderr: log } } = place;
      const body = "shutdown\nshutdown\n";
      const said = await post(port, { body, isTls: tls.length > 0 });
      assertMatch(
        said,
        /HTTP\/1\.1 400 Bad Request\r\n(.*\r\n)+\r\nThis server speaks another protocol\.\n$/,
      );
      assert(!/secret-marker|shutdown\n/.test(said));
      await log.until(/^#0 .* failed: Cannot talk to the client: it speaks HTTP, .* here$/m);
      await log.until(/^#0 .* closed$/m);
      assertEquals(server.stdout.text, "");
      assert(!log.text.includes("stopped"));
    });
  }
}

/** Starts a server, in a folder of its own where it needs one. */
async function start(
  name: string,
  args: readonly string[],
): Promise<AsyncDisposable & { readonly server: RunningServer }> {
  const inbox = name === "files" ? await InboxFolder.make() : undefined;
  const server = await startServer(name, { args: inbox ? inbox.args(...args) : args });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await inbox?.[Symbol.asyncDispose]();
    },
  };
}

/** Posts as a page in a browser does, and returns all that came. */
async function post(
  port: number,
  { body, isTls }: { body: string; isTls: boolean },
): Promise<string> {
  const request = `POST /secret-marker HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  if (!isTls) {
    await using peer = await connectPeer(port);
    await peer.send(request);
    return await peer.rest();
  }
  const caCerts = [await Deno.readTextFile(CERT)];
  using conn = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  await conn.write(new TextEncoder().encode(request));
  let text = "";
  const into = new Uint8Array(4096);
  for (let count; (count = await conn.read(into)) !== null;) {
    text += new TextDecoder().decode(into.subarray(0, count));
  }
  return text;
}

function withoutPort(line: string): string {
  return line.replace(/:\d+ failed/, " failed");
}
