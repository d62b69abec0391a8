import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { datagramAddresses } from "../../cli/datagram_addresses.ts";
import { usageOf } from "../../cli/help.ts";
import { connectDatagramPeer, program } from "../../clients/datagrams.ts";
import { rejectionOf } from "../../testing/mod.ts";
import { startClient as spawnClient } from "../cli/child.ts";
import { runClient, startClient, startServer } from "../cli/in_process.ts";
import { UdpPeer } from "../cli/udp_peer.ts";
import { ipv6 } from "../contract/runtime.ts";
import { onNode } from "../runtime.ts";

/** Times in what is printed differ. */
const withoutTimes = (text: string) => text.replace(/\b[\d.]+ ms/g, "N ms");

Deno.test("datagrams client sends its message and prints the answer", async () => {
  await using server = await startServer("datagrams");
  const { port } = server;
  assertEquals(await runClient("datagrams", { port, args: ["hello", "you"] }), {
    code: 0,
    stdout: "hello you\n",
    stderr: "",
  });
  // An empty one is a message too.
  const { code, stdout } = await runClient("datagrams", { port, args: [""] });
  assertEquals([code, stdout], [0, "\n"]);
});

Deno.test("datagrams client sends each line of stdin, and prints the answers as they came", async () => {
  await using server = await startServer("datagrams");
  const { port } = server;
  const stdin = Uint8Array.of(97, 10, 10, 0xff, 0xfe, 10, 98);
  await using client = startClient("datagrams", { port, stdin });
  assertEquals(await client.ended, 0);
  assertEquals(await client.stdout.bytes(), Uint8Array.of(97, 10, 10, 0xff, 0xfe, 10, 98, 10));
  const json = await runClient("datagrams", { port, stdin: "a\n\x1b\n", args: ["--json"] });
  assertEquals(json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { event: "answer", message: "a", answer: "a" },
    { event: "answer", message: "\x1b", answer: "\x1b" },
  ]);
});

Deno.test(
  "datagrams client talks over IPv6 when the host is such an address",
  { ignore: !ipv6 },
  async () => {
    await using server = await startServer("datagrams", { hostname: "::1" });
    const { stdout } = await runClient("datagrams", {
      port: server.port,
      hostname: "::1",
      args: ["six"],
    });
    assertEquals(stdout, "six\n");
  },
);

Deno.test("datagrams client looks a host up once", async () => {
  await using server = await startServer("datagrams");
  using client = await connectDatagramPeer({ hostname: "localhost", port: server.port });
  assertMatch(client.remoteAddr.hostname, /^(127\.0\.0\.1|::1)$/);
});

Deno.test("datagrams client waits for no name when it is stopped", async () => {
  const stop = new AbortController();
  const connecting = rejectionOf(connectDatagramPeer({
    hostname: "no-such-host.invalid",
    port: 9,
    signal: stop.signal,
  }));
  stop.abort(new Error("enough"));
  assertEquals(String(await connecting), "Error: enough");
});

Deno.test("datagrams client talks to 127.0.0.1 when it is told localhost, and names its other addresses", async () => {
  const [first, ...others] = await datagramAddresses("localhost");
  using silent = new UdpPeer();
  const args = ["--wait", "5ms", "x"];
  const { stderr } = await runClient("datagrams", {
    port: silent.port,
    hostname: "localhost",
    args,
  });
  const also = others.length === 0
    ? ""
    : `, or take another address of localhost with --hostname (${others.slice(0, 3).join(", ")})`;
  assertEquals([first, others.includes("127.0.0.1")], ["127.0.0.1", false]);
  assertEquals(
    withoutTimes(stderr),
    `datagrams: Cannot talk to 127.0.0.1:${silent.port}: no answer came within N ms; ` +
      `start the server, or check --hostname and --port${also}\n`,
  );
});

Deno.test("datagrams client sends again what has no answer when it is told --retry", async () => {
  using server = new UdpPeer();
  const args = ["--retry", "2", "--wait", "20ms", "x"];
  await using client = startClient("datagrams", { port: server.port, args });
  assertEquals([await server.text(), await server.text()], ["x", "x"]);
  await server.send("at last");
  assertEquals(await client.ended, 0);
  assertEquals(client.stdout.text, "at last\n");
});

Deno.test("datagrams client ends with 1 and one line when no answer comes", async () => {
  using silent = new UdpPeer();
  const { port } = silent;
  const args = ["--wait", "5ms", "x"];
  const { code, stdout, stderr } = await runClient("datagrams", { port, args });
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    withoutTimes(stderr),
    `datagrams: Cannot talk to 127.0.0.1:${port}: no answer came within N ms; ` +
      "start the server, or check --hostname and --port\n",
  );
  const json = await runClient("datagrams", { port, args: [...args, "--json"] });
  assertEquals(JSON.parse(json.stdout).code, "no-answer");
});

Deno.test("datagrams client says that nobody listens there where the system tells", async () => {
  const gone = new UdpPeer();
  const { port } = gone;
  gone[Symbol.dispose]();
  const args = ["--wait", onNode ? "30s" : "5ms", "x"];
  const { code, stderr } = await runClient("datagrams", { port, args });
  assertEquals(code, 1);
  const why = onNode ? "nobody listens there" : "no answer came within N ms";
  assertStringIncludes(withoutTimes(stderr), `: ${why}; start the server`);
});

Deno.test("datagrams client ends with 1 and one line when there is no such host", async () => {
  const hostname = "no-such-host.invalid";
  const { code, stderr } = await runClient("datagrams", { port: 9, hostname, args: ["x"] });
  assertEquals(code, 1);
  assertStringIncludes(stderr, `${hostname}:9: no such host; check the spelling`);
});

Deno.test("datagrams client waits for nothing when it is told --no-answer", async () => {
  using silent = new UdpPeer();
  const args = ["--no-answer"];
  const ran = await runClient("datagrams", { port: silent.port, args, stdin: "a\nb\n" });
  assertEquals(ran, { code: 0, stdout: "", stderr: "" });
  assertEquals([await silent.text(), await silent.text()], ["a", "b"]);
});

Deno.test("datagrams client prints what comes until it is stopped when it is told --stay", async () => {
  await using server = await startServer("datagrams", { args: ["--chat"] });
  const { port } = server;
  await using client = startClient("datagrams", { port, args: ["--stay", ""] });
  await server.stdout.until(/^#0 .* sent 0 bytes\n/);
  await runClient("datagrams", { port, args: ["--no-answer", "hello"] });
  await client.stdout.until(/^#1: hello\n/);
  client.stop();
  assertEquals(await client.ended, 130);
});

Deno.test("datagrams client sees only what comes from whom it talks to", async () => {
  using server = new UdpPeer();
  await using client = startClient("datagrams", { port: server.port, args: ["x"] });
  await server.text();
  using stranger = new UdpPeer({ port: server.peerPort });
  await stranger.send("I am the server");
  await server.send("no, I am");
  assertEquals(await client.ended, 0);
  assertEquals(client.stdout.text, "no, I am\n");
});

Deno.test("datagrams client measures round trips when it is told --count", async () => {
  await using server = await startServer("datagrams");
  const args = ["--count", "3", "--interval", "1ms", "--size", "100"];
  const { code, stdout, stderr } = await runClient("datagrams", { port: server.port, args });
  assertEquals([code, stderr], [0, ""]);
  const where = `127.0.0.1:${server.port}`;
  assertEquals(
    withoutTimes(stdout),
    [1, 2, 3].map((number) => `100 bytes from ${where}: #${number} in N ms\n`).join("") +
      `${where}: 3 sent, 3 answered, 0 % lost\n` +
      "Round trip: N ms at least, N ms on average, N ms at most, N ms deviation\n",
  );
});

Deno.test("datagrams client counts what is lost, what comes again and what comes out of order", async () => {
  using server = new UdpPeer();
  const args = ["--count", "3", "--interval", "1ms", "--wait", "10s", "--json"];
  await using client = startClient("datagrams", { port: server.port, args });
  const came = [await server.text(), await server.text(), await server.text()];
  assertEquals(came, ["parley 1", "parley 2", "parley 3"]);
  for (const answer of ["parley 3", "parley 3", "parley 1", "parley 2"]) await server.send(answer);
  assertEquals(await client.ended, 0);
  const records = client.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(
    records.slice(0, 4).map(({ number, kind }) => [number, kind]),
    [[3, "first"], [3, "again"], [1, "first"], [2, "first"]],
  );
  const { event, sent, answered, lostPercent, extra } = records[4];
  assertEquals([event, sent, answered, lostPercent, extra], ["summary", 3, 3, 0, 1]);
});

Deno.test("datagrams client ends with 1 when none of what it measures is answered", async () => {
  using silent = new UdpPeer();
  const args = ["--count", "2", "--interval", "1ms", "--wait", "1ms"];
  const { code, stdout, stderr } = await runClient("datagrams", { port: silent.port, args });
  assertEquals(
    [code, stdout],
    [1, `127.0.0.1:${silent.port}: 2 sent, 0 answered, 100 % lost\n`],
  );
  assertMatch(stderr, /^datagrams: Cannot talk to 127\.0\.0\.1:\d+: no answer came; start the/);
});

Deno.test("datagrams client measures until Ctrl+C, and says what it measured, when --count is not given", async () => {
  await using server = await startServer("datagrams");
  await using client = spawnClient("datagrams", {
    port: server.port,
    args: ["--interval", "5ms", "ping"],
  });
  await client.stdout.until(/#3 in .* ms\n/);
  client.signal("SIGINT");
  assertEquals(await client.ended, 130);
  await client.stdout.until(/\n127\.0\.0\.1:\d+: \d+ sent, \d+ answered, .* lost\nRound trip: /);
});

Deno.test("datagrams client refuses a message that is longer than UDP carries, before it is sent", async () => {
  await using server = await startServer("datagrams");
  const stdin = `${"x".repeat(65_508)}\n`;
  const { code, stderr } = await runClient("datagrams", { port: server.port, stdin });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "65508 bytes exceed maxDatagramBytes 65507");
  assertEquals(server.stdout.text, "");
});

for (
  const [args, problem] of [
    [["--prot", "1"], "Unknown option --prot; did you mean --port?"],
    [["--no-answer", "--stay"], "--no-answer and --stay do not go together: "],
    [["--no-answer", "--count", "1"], "--no-answer and --count do not go together: "],
    [["--stay", "--interval", "1s"], "--stay and --interval do not go together: "],
    [["--retry", "1", "--count", "1"], "--retry and --count do not go together: "],
    [["--size", "100"], "--size fills what measures: add --count or --interval"],
    [["--count", "1", "--size", "65508"], "--size takes at most 65507 bytes: "],
    [["--to", "127.0.0.1:0"], 'The port in "127.0.0.1:0" takes a whole number from 1'],
  ] as const
) {
  Deno.test(`datagrams client ends with 2 and its usage when it is told ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await runClient("datagrams", { port: 9, args });
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr.split("\n")[0]!, `datagrams: ${problem}`);
    assertStringIncludes(stderr, `\n${usageOf(program)}`);
  });
}

Deno.test({
  name: "datagrams client names the flag when Deno may not send there (needs permissions)",
  ignore: onNode,
  permissions: { read: true },
  fn: async () => {
    const { code, stderr } = await runClient("datagrams", { port: 9, args: ["x"] });
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      "Deno does not allow it; add --allow-net=127.0.0.1 to the command",
    );
  },
});
