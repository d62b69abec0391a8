import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { usageOf } from "../../cli/help.ts";
import { VERSION } from "../../cli/version.ts";
import { hexOf } from "../../codec/bytes/hex.ts";
import { startServer as spawnServer } from "../cli/child.ts";
import { runServer, startServer } from "../cli/in_process.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { connectPeer } from "../cli/peer.ts";
import { tcpPrograms } from "../cli/tcp_programs.ts";
import { onNode } from "../runtime.ts";

/** What the programs tell a client when there are too many. */
const REFUSALS: Readonly<Record<string, RegExp>> = {
  talkback: /^The server is full: .* maxConnections 1\.\n$/,
  files: /^error: the server is full: .* maxConnections 1\n$/,
  headers: /^HTTP\/1\.1 503 .*\r\n\r\n503 Service Unavailable: .* maxConnections 1\n$/s,
  irc: /^ERROR :Closing link: the server is full: .* maxConnections 1\r\n$/,
  push: /^HTTP\/1\.1 503 .*\r\n\r\n503 Service Unavailable: .* maxConnections 1\n$/s,
};

/** What a client says that wants an answer. */
const SAID: Readonly<Record<string, string>> = {
  headers: "GET / HTTP/1.0\r\n\r\n",
  irc: "NICK a\r\nUSER a 0 * :a\r\n",
  push: "GET / HTTP/1.0\r\n\r\n",
};
const saidTo = (name: string) => SAID[name] ?? "x\n";

/** Who ends a connection without a word when nothing came: between two requests that is no failure. */
const QUIET_WHEN_IDLE: readonly string[] = ["headers", "push"];

const hasIpv6 = Deno.networkInterfaces().some(({ address }) => address === "::1");

for (const program of tcpPrograms("server")) {
  const { name } = program;

  Deno.test(`${name} server says where it listens first when it can be connected to`, async () => {
    await using place = await placeOf(name);
    await using server = await startServer(name, { args: place.args() });
    await using peer = await connectPeer(server.port);
    await peer.send(saidTo(name));
    await peer.line();
    assertEquals(await server.stderr.line(), `${name} listening on 127.0.0.1:${server.port}`);
    assertMatch(await server.stderr.line() ?? "", /^#0 127\.0\.0\.1:\d+ connected$/);
  });

  Deno.test(`${name} server listens on ::1 when it is told to`, { ignore: !hasIpv6 }, async () => {
    await using place = await placeOf(name);
    await using server = await startServer(name, { hostname: "::1", args: place.args() });
    await using peer = await connectPeer(server.port, "::1");
    await peer.send(saidTo(name));
    assert(await peer.line() !== undefined);
    assertMatch(server.stderr.text, /^\w+ listening on \[::1\]:\d+\n/);
  });

  Deno.test(`${name} server turns the next client away when --max-connections are there`, async () => {
    await using place = await placeOf(name);
    await using server = await startServer(name, { args: place.args("--max-connections", "1") });
    await using first = await connectPeer(server.port);
    await server.stderr.until(/^#0 .* connected$/m);
    await using second = await connectPeer(server.port);
    const told = await second.rest();
    assertMatch(told, REFUSALS[name] ?? /^$/);
    await server.stderr.until(/refused: .*2 connections exceed maxConnections 1$/m);
    await first.send(SAID[name] ?? "still served\n");
    assert(await first.line() !== undefined);
  });

  Deno.test(`${name} server ends a connection when nothing came for --idle-timeout`, async () => {
    await using place = await placeOf(name);
    await using server = await startServer(name, { args: place.args("--idle-timeout", "20ms") });
    await using peer = await connectPeer(server.port);
    await peer.rest();
    await server.stderr.until(/^#0 .* closed$/m);
    const idle = /^#0 .* failed: .*no byte passed within 20 ms \(idle deadline\)$/m;
    assertEquals(idle.test(server.stderr.text), !QUIET_WHEN_IDLE.includes(name));
  });

  // The one that runs in a process of its own beside the header's command: signal, exit code, --json on a pipe.
  Deno.test(`${name} server --json prints one object a line, and stops with 130 when it gets SIGINT`, async () => {
    await using place = await placeOf(name);
    const options = { args: place.args("--json", "--trace") };
    await using server = await spawnServer(name, { ...options, permissions: place.permissions });
    await using peer = await connectPeer(server.port);
    await peer.send(saidTo(name));
    await server.stdout.until(/"event":"(message|failed|request|handshake|registered)"/);
    peer.close();
    await server.stdout.until(/"event":"closed"/);
    server.signal("SIGINT");
    assertEquals(await server.ended, 130);
    const records = server.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const events = records.map(({ event }) => event);
    assertEquals([events[0], events[1]], ["listening", "opened"]);
    assertEquals(events.slice(-2), ["stopping", "stopped"]);
    assert(events.includes("trace-bytes") && events.includes("trace-message"));
    const read = records.find((one) => one.event === "trace-bytes" && one.direction === "received");
    assertEquals([read.id, read.piece, read.offset, read.bytes], [
      0,
      1,
      0,
      hexOf(new TextEncoder().encode(saidTo(name))),
    ]);
    assertEquals(server.stderr.text, `${name} listening on 127.0.0.1:${server.port}\n`);
  });

  Deno.test(`${name} server prints its help or version when it is asked`, async () => {
    const help = await runServer(name, { port: 0, args: ["--help"] });
    assertEquals([help.code, help.stderr], [0, ""]);
    assertMatch(help.stdout, new RegExp(`^The ${name} server `));
    const version = await runServer(name, { port: 0, args: ["--version"] });
    assertEquals(version, { code: 0, stdout: `${name} ${VERSION}\n`, stderr: "" });
  });

  for (
    const [what, args, problem] of [
      ["an option is unknown", ["--prot", "1"], "Unknown option --prot; did you mean --port?"],
      [
        "the port is too high",
        ["--port", "99999"],
        '--port takes a whole number from 0 to 65535, not "99999"',
      ],
      ["an argument is too much", ["127.0.0.1", "1", "x"], 'Unexpected argument "x"'],
      [
        "--cert stands without --key",
        ["--cert", "deno.json"],
        "--cert and --key belong together: give both or none",
      ],
      [
        "--key stands without --cert",
        ["--key", "deno.json"],
        "--cert and --key belong together: give both or none",
      ],
    ] as const
  ) {
    Deno.test(`${name} server ends with 2 and its usage when ${what}`, async () => {
      const { code, stdout, stderr } = await runServer(name, { port: 0, args });
      assertEquals([code, stdout], [2, ""]);
      assertEquals(stderr.split("\n")[0], `${name}: ${problem}`);
      assertStringIncludes(stderr, `\n${usageOf(program)}`);
    });
  }

  Deno.test({
    name: `${name} server names the flag when Deno may not listen there (needs permissions)`,
    ignore: onNode,
    permissions: { read: true, write: true, sys: true },
    fn: async () => {
      await using place = await placeOf(name);
      assertEquals(await runServer(name, { port: 0, args: place.args() }), {
        code: 1,
        stdout: "",
        stderr: `${name}: Cannot listen on 127.0.0.1:0: Deno does not allow it; ` +
          "add --allow-net=127.0.0.1:0 to the command\n",
      });
    },
  });

  Deno.test(`${name} server says which addresses there are when it cannot have one`, async () => {
    await using place = await placeOf(name);
    const { code, stderr } = await runServer(name, {
      port: 0,
      hostname: "192.0.2.1",
      args: place.args(),
    });
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      `${name}: Cannot listen on 192.0.2.1:0: this machine has no address 192.0.2.1`,
    );
  });
}

/** Where a server may write, and how it is told; the others write nothing, and one needs to be told what to do. */
interface Place extends AsyncDisposable {
  args(...args: readonly string[]): readonly string[];
  readonly permissions: readonly string[];
}

async function placeOf(name: string): Promise<Place> {
  if (name === "files") return await InboxFolder.make();
  const own = name === "push" ? ["--echo"] : [];
  return {
    args: (...args) => [...own, ...args],
    permissions: [],
    async [Symbol.asyncDispose]() {},
  };
}
