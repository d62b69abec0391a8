import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { usageOf } from "../../cli/help.ts";
import { VERSION } from "../../cli/version.ts";
import { calledUrl } from "../cli/called_url.ts";
import { startClient as spawnClient } from "../cli/child.ts";
import { runClient, startClient } from "../cli/in_process.ts";
import { Peer } from "../cli/peer.ts";
import { tcpPrograms } from "../cli/tcp_programs.ts";
import { onNode } from "../runtime.ts";

/** What the clients that cannot do without are given to do: a file that is everywhere. */
const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  files: [new URL(import.meta.url).pathname],
};

/** Lines that a terminal must not be given, and that are no text. */
const UNUSUAL = Uint8Array.of(
  97,
  9,
  0xff,
  0,
  0x1b,
  0x5b,
  0x32,
  0x4a,
  10,
  0xef,
  0xbb,
  0xbf,
  0xc3,
  0xa9,
  10,
);

for (const program of tcpPrograms("client")) {
  const { name } = program;
  const operands = OPERANDS[name] ?? [];
  const isOfLines = !["files", "headers", "irc", "push"].includes(name);
  const isByUrl = calledUrl(name, { port: 1 }) !== undefined;

  Deno.test(`${name} client prints its help or version when it is asked`, async () => {
    const help = await runClient(name, { port: 1, args: ["--help"] });
    assertEquals([help.code, help.stderr], [0, ""]);
    assertMatch(help.stdout, new RegExp(`^The ${name} client `));
    const version = await runClient(name, { port: 1, args: ["--version"] });
    assertEquals(version, { code: 0, stdout: `${name} ${VERSION}\n`, stderr: "" });
  });

  Deno.test(`${name} client ends with 1 and one line when nobody listens`, async () => {
    assertEquals(await runClient(name, { port: 1, args: operands }), {
      code: 1,
      stdout: "",
      stderr: `${name}: Cannot connect to 127.0.0.1:1: nobody listens there; ` +
        `start the server, or check ${isByUrl ? "the URL" : "--hostname and --port"}\n`,
    });
  });

  Deno.test(`${name} client ends with 1 and one line when there is no such host`, async () => {
    const hostname = "no-such-host.invalid";
    assertEquals(await runClient(name, { port: 9, hostname, args: operands }), {
      code: 1,
      stdout: "",
      stderr: `${name}: Cannot connect to ${hostname}:9: no such host; ` +
        `check the spelling of ${hostname}\n`,
    });
  });

  Deno.test({
    name: `${name} client names the flag when Deno may not connect there (needs permissions)`,
    ignore: onNode,
    permissions: { read: true },
    fn: async () => {
      const { code, stderr } = await runClient(name, { port: 1, args: operands });
      assertEquals(code, 1);
      assertEquals(
        stderr,
        `${name}: Cannot connect to 127.0.0.1:1: Deno does not allow it; ` +
          "add --allow-net=127.0.0.1:1 to the command\n",
      );
    },
  });

  Deno.test(`${name} client gives up when the server says nothing for --idle-timeout`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const args = ["--idle-timeout", "20ms", ...operands];
    await using client = startClient(name, { port: portOf(listener), args });
    using _conn = await listener.accept();
    client.type("quit\n");
    assertEquals(await client.ended, 1);
    assertStringIncludes(client.stderr.text, "no byte passed within 20 ms (idle deadline)");
    assertEquals(client.stderr.text.split("\n").length, 2);
  });

  Deno.test(`${name} client ends with 130 when it gets SIGINT`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using client = spawnClient(name, { port: portOf(listener), args: operands });
    using _conn = await listener.accept();
    client.signal("SIGINT");
    assertEquals(await client.ended, 130);
  });

  Deno.test(`${name} client shows text harmlessly on a terminal when a server sends control characters`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using client = startClient(name, {
      port: portOf(listener),
      args: operands,
      stdin: "hi\n",
      stdoutIsTerminal: true,
    });
    using conn = await listener.accept();
    await conn.write(new TextEncoder().encode("\x1b]0;owned\x07\u009b2J\n"));
    await conn.closeWrite();
    assertEquals(await client.ended, isOfLines ? 0 : 1);
    const shown = "\\x1b]0;owned\\x07\\x9b2J";
    if (isOfLines) assertEquals(client.stdout.text, `${shown}\n`);
    // What is no handshake is not shown at all.
    // An IRC command is the same in either case.
    else if (name !== "push") {
      assertStringIncludes(client.stderr.text.toLowerCase(), shown.toLowerCase());
    }
    assertFalse(/[^\n\x20-\x7e]/.test(client.stdout.text + client.stderr.text));
  });

  if (isOfLines) {
    Deno.test(`${name} client hands on the very bytes into a pipe when a server sends lines`, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const options = { port: portOf(listener), stdin: UNUSUAL };
      await using client = startClient(name, options);
      using conn = await listener.accept();
      const peer = new Peer(conn);
      await peer.send(UNUSUAL);
      await peer.finish();
      assertEquals([await client.ended, client.stderr.text], [0, ""]);
      assertEquals(await client.stdout.bytes(), UNUSUAL);
      await peer.rest();
      assertEquals(peer.hex, hexOf(UNUSUAL));
    });

    Deno.test(`${name} client says in its record what it can when a line is no UTF-8`, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      await using client = startClient(name, {
        port: portOf(listener),
        args: ["--json"],
        stdin: "hi\n",
      });
      using conn = await listener.accept();
      await conn.write(Uint8Array.of(0xff, 9, 10));
      await conn.closeWrite();
      assertEquals(await client.ended, 0);
      assertMatch(client.stdout.text, /:"\ufffd\\t"\}\n$/);
    });
  }

  Deno.test(`${name} client ends with 2 and its usage when an option is unknown`, async () => {
    const args = ["--trase", ...operands];
    const { code, stdout, stderr } = await runClient(name, { port: 1, args });
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `${name}: Unknown option --trase; did you mean --trace?`);
    assertStringIncludes(stderr, `\n${usageOf(program)}`);
  });

  // A URL says whom it calls, and what comes is no line.
  if (isByUrl) continue;

  Deno.test(`${name} client ends with 1 and one line when a server's line is too long`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using client = startClient(name, {
      port: portOf(listener),
      args: operands,
      stdin: "hi\n",
    });
    using conn = await listener.accept();
    const flood = new Uint8Array(1024 ** 2).fill(97);
    try {
      for (let sent = 0; sent < 20 * flood.length;) sent += await conn.write(flood);
      await conn.closeWrite();
    } catch {
      // The client has left, as it should.
    }
    assertEquals(await client.ended, 1);
    assertMatch(
      client.stderr.text,
      /^\w+: Cannot decode (?:IRC )?line: .* exceed max(?:Irc)?LineBytes \d+.*\n$/,
    );
  });

  for (
    const [what, args, problem] of [
      ["the port is too high", ["--port", "99999"], "--port takes a whole number from 1 to 65535"],
      ["--ca stands without --tls", ["--ca", "x"], "--ca says whom to trust with --tls: give both"],
    ] as const
  ) {
    Deno.test(`${name} client ends with 2 and its usage when ${what}`, async () => {
      const { code, stdout, stderr } = await runClient(name, {
        port: 1,
        args: [...args, ...operands],
      });
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, `${name}: ${problem}`);
      assertStringIncludes(stderr, `\n${usageOf(program)}`);
    });
  }
}

function portOf(listener: Deno.TcpListener): number {
  return listener.addr.port;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
