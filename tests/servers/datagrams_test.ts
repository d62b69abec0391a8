import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { usageOf } from "../../cli/help.ts";
import { requireDatagramSockets } from "../../cli/datagram_support.ts";
import { ExplainedError } from "../../cli/explained_error.ts";
import { program, serveDatagramEcho } from "../../servers/datagrams.ts";
import { startServer as spawnServer } from "../cli/child.ts";
import { runServer, startServer } from "../cli/in_process.ts";
import { UdpPeer } from "../cli/udp_peer.ts";
import { ipv6 } from "../contract/runtime.ts";
import { onNode } from "../runtime.ts";

Deno.test("datagrams server sends each datagram back, and numbers its peers in the log", async () => {
  await using server = await startServer("datagrams");
  using one = new UdpPeer(server);
  using other = new UdpPeer(server);
  assertEquals([await one.ask("hello"), await other.ask("I am"), await one.ask("0")], [
    "hello",
    "I am",
    "0",
  ]);
  assertEquals(await server.stderr.line(), `datagrams listening on 127.0.0.1:${server.port}`);
  assertEquals(await server.stderr.line(), `#0 127.0.0.1:${one.port} is new`);
  assertEquals(await server.stderr.line(), `#1 127.0.0.1:${other.port} is new`);
  assertEquals([await server.stdout.line(), await server.stdout.line()], [
    `#0 127.0.0.1:${one.port} sent 5 bytes: hello`,
    `#1 127.0.0.1:${other.port} sent 4 bytes: I am`,
  ]);
});

Deno.test("datagrams server sends back what is empty, what is no text and what is as long as UDP carries", async () => {
  await using server = await startServer("datagrams");
  using peer = new UdpPeer(server);
  const long = Uint8Array.from({ length: 65_507 }, (_, at) => at);
  for (const sent of [new Uint8Array(0), Uint8Array.of(0xff, 0x1b, 0), long]) {
    await peer.send(sent);
    assertEquals(await peer.bytes(), sent);
  }
  const log = await server.stdout.until(/sent 0 bytes\n.* sent 3 bytes: (.*)\n/);
  assertEquals(log[1], "\ufffd\\x1b\\x00");
});

Deno.test(
  "datagrams server hears peers over IPv6 when it is told to",
  { ignore: !ipv6 },
  async () => {
    await using server = await startServer("datagrams", { hostname: "::1" });
    using peer = new UdpPeer({ port: server.port, hostname: "::1" });
    assertEquals(await peer.ask("six"), "six");
    await server.stdout.until(new RegExp(`^#0 \\[::1\\]:${peer.port} sent 3 bytes: six\n`));
  },
);

Deno.test("datagrams server brings what one says to all others when it is told --chat", async () => {
  await using server = await startServer("datagrams", { args: ["--chat"] });
  using ann = new UdpPeer(server);
  using bob = new UdpPeer(server);
  using carol = new UdpPeer(server);
  // An empty one says that somebody is there, and is brought to nobody.
  await bob.send("");
  await server.stdout.until(/^#0 .* sent 0 bytes\n/);
  await carol.send("");
  await server.stdout.until(/\n#1 .* sent 0 bytes\n/);
  await ann.send("hello");
  assertEquals([await bob.text(), await carol.text()], ["#2: hello", "#2: hello"]);
  await bob.send("hi");
  assertEquals([await ann.text(), await carol.text()], ["#0: hi", "#0: hi"]);
  await ann.send(new Uint8Array(65_507));
  assertEquals(await ann.text(), "Nobody got that: 65507 bytes exceed 65503");
});

Deno.test("datagrams server goes on when a peer is gone before its answer", async () => {
  await using server = await startServer("datagrams");
  for (let count = 0; count < 3; count++) {
    using peer = new UdpPeer(server);
    await peer.send("bye");
  }
  await server.stdout.until(/^#2 .*: bye$/m);
  using peer = new UdpPeer(server);
  assertEquals(await peer.ask("still there?"), "still there?");
});

Deno.test("datagrams server drops what comes from addresses that it is not told to serve", async () => {
  for (const args of [["--deny", "127.0.0.0/8"], ["--allow", "10.0.0.0/8"]]) {
    await using server = await startServer("datagrams", { args });
    using peer = new UdpPeer(server);
    await peer.send("x");
    await server.stderr.until(/\nDropped a datagram from 127\.0\.0\.1:\d+ \(not-allowed\)\n/);
    assertEquals(server.stdout.text, "");
  }
  await using server = await startServer("datagrams", { args: ["--allow", "127.0.0.1"] });
  using peer = new UdpPeer(server);
  assertEquals(await peer.ask("x"), "x");
});

Deno.test("datagrams server forgets who was heard once when --max-sessions are there", async () => {
  await using server = await startServer("datagrams", { args: ["--max-sessions", "1"] });
  using one = new UdpPeer(server);
  using other = new UdpPeer(server);
  await one.ask("a");
  await other.ask("b");
  await server.stderr.until(/\n#0 .* closed: evicted\n/);
});

Deno.test("datagrams server forgets who was silent for --idle-timeout", async () => {
  await using server = await startServer("datagrams", { args: ["--idle-timeout", "10ms"] });
  using peer = new UdpPeer(server);
  await peer.ask("a");
  await server.stderr.until(/\n#0 .* closed: idle\n/);
  await peer.ask("b");
  await server.stdout.until(/\n#1 .* sent 1 byte: b\n/);
});

Deno.test("datagrams server drops what is longer or more than it is told", async () => {
  await using short = await startServer("datagrams", { args: ["--max-datagram", "4"] });
  using peer = new UdpPeer(short);
  await peer.send("12345");
  await short.stderr.until(/\nDropped a datagram from .* \(too-large\)\n/);
  assertEquals(await peer.ask("1234"), "1234");
  for (
    const [flag, reason] of [
      ["--max-datagrams-per-second", "rate"],
      ["--max-peer-datagrams-per-second", "peer-rate"],
    ] as const
  ) {
    await using server = await startServer("datagrams", { args: [flag, "1"] });
    using peer = new UdpPeer(server);
    assertEquals(await peer.ask("1"), "1");
    await peer.send("2");
    await server.stderr.until(new RegExp(`\nDropped a datagram from .* \\(${reason}\\)\n`));
  }
  await using server = await startServer("datagrams", {
    args: ["--max-new-sessions-per-second", "1"],
  });
  using first = new UdpPeer(server);
  using second = new UdpPeer(server);
  assertEquals(await first.ask("1"), "1");
  await second.send("2");
  await server.stderr.until(/\nDropped a datagram from .* \(session-rate\)\n/);
});

Deno.test("datagrams server runs by its header's command, and stops with 130 when it gets SIGINT", async () => {
  await using server = await spawnServer("datagrams", { args: ["--json", "--trace"] });
  using peer = new UdpPeer(server);
  assertEquals(await peer.ask("x\n"), "x\n");
  await server.stdout.until(/"event":"trace-message".*"direction":"sent"/);
  server.signal("SIGINT");
  assertEquals(await server.ended, 130);
  const records = server.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const address = { hostname: "127.0.0.1", port: peer.port };
  assertEquals(records.map(({ event }) => event), [
    "listening",
    "opened",
    "trace-bytes",
    "trace-message",
    "message",
    "trace-message",
    "trace-bytes",
    "stopping",
    "closed",
    "stopped",
  ]);
  assertEquals(records[4], { event: "message", id: 0, address, bytes: 2, message: "x\n" });
  assertEquals(records[8], { event: "closed", id: 0, address, reason: "stopping" });
  assertEquals(server.stderr.text, `datagrams listening on 127.0.0.1:${server.port}\n`);
});

Deno.test("datagrams server ends with 2 and its usage when it is told what it cannot do", async () => {
  for (
    const [args, problem] of [
      [["--prot", "1"], "Unknown option --prot; did you mean --port?"],
      [["--unix", "x"], "Unknown option --unix"],
      [["--port", "99999"], '--port takes a whole number from 0 to 65535, not "99999"'],
      [["127.0.0.1", "1", "x"], 'Unexpected argument "x"'],
    ] as const
  ) {
    const { code, stdout, stderr } = await runServer("datagrams", { port: 0, args });
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr.split("\n")[0]!, `datagrams: ${problem}`);
    assertStringIncludes(stderr, `\n${usageOf(program)}`);
  }
});

Deno.test("datagrams server says why it cannot listen when the port is taken or the address another's", async () => {
  using taken = new UdpPeer();
  const { code, stderr } = await runServer("datagrams", { port: taken.port });
  assertEquals(code, 1);
  assertMatch(stderr, /^datagrams: Cannot listen on 127\.0\.0\.1:\d+: the port is in use/);
  const other = await runServer("datagrams", { port: 0, hostname: "192.0.2.1" });
  assertStringIncludes(other.stderr, "this machine has no address 192.0.2.1");
});

Deno.test({
  name: "datagrams server names the flag when Deno may not listen there (needs permissions)",
  ignore: onNode,
  permissions: { read: true },
  fn: async () => {
    for (
      const [hostname, flag] of [["127.0.0.1", "--allow-net=127.0.0.1"], ["0.0.0.0", "--allow-net"]]
    ) {
      assertEquals(await runServer("datagrams", { port: 0, hostname }), {
        code: 1,
        stdout: "",
        stderr: `datagrams: Cannot listen on ${hostname}:0: Deno does not allow it; ` +
          `add ${flag} to the command\n`,
      });
    }
  },
});

Deno.test("a program of datagrams says what is missing when Deno has no sockets for them", () => {
  requireDatagramSockets();
  let told: unknown;
  try {
    requireDatagramSockets({});
  } catch (error) {
    told = error;
  }
  assert(told instanceof ExplainedError);
  assertEquals(
    told.message,
    "Cannot open a socket for datagrams: Deno has them with --unstable-net alone; " +
      "add --unstable-net to the command",
  );
});

Deno.test("serveDatagramEcho() answers on though its listener throws", async () => {
  await using server = serveDatagramEcho({
    port: 0,
    onEvent() {},
    onMessage() {
      throw new Error("a bug of its caller");
    },
  });
  using peer = new UdpPeer(server.addr);
  assertEquals(await peer.ask("x"), "x");
});
