import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { IrcEvent } from "../../ircd/mod.ts";
import { program, serveIrc } from "../../servers/irc.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { startServer as spawnServer } from "../cli/child.ts";
import { Running } from "../cli/in_process.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";
import { inFolder } from "../contract/folder.ts";

/** Starts the server in this process, on a free port. */
async function startIrc(...args: readonly string[]): Promise<Running & { port: number }> {
  const server = new Running(program.main, ["--port", "0", ...args]);
  const [, port] = await server.stderr.until(/^irc listening on .*:(\d+)\n/);
  return Object.assign(server, { port: Number(port) });
}

/** Runs it to its end, which comes at once. */
async function ranIrc(...args: readonly string[]): Promise<{ code: number; stderr: string }> {
  await using server = new Running(program.main, ["--port", "0", ...args], { stdin: "" });
  return { code: await server.ended, stderr: server.stderr.text };
}

/** Registers a client, and waits for the end of its greeting. */
async function register(port: number, nick: string): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.send(`NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n`);
  await peer.until(/ (376|422) /);
  return peer;
}

Deno.test("irc runs with its header's permissions: two talk, and both are told when it gets SIGINT", async () => {
  await using server = await spawnServer("irc");
  await using ann = await register(server.port, "ann");
  await using bob = await register(server.port, "bob");
  await ann.send("JOIN #a\r\n");
  await ann.until(/ 366 ann #a /);
  await bob.send("JOIN #a\r\n");
  await ann.until(/^:bob!~bob@127\.0\.0\.1 JOIN #a\r$/m);
  await bob.send("PRIVMSG #a :a secret word\r\nNICK rob\r\n");
  await ann.until(/^:bob!~bob@127\.0\.0\.1 PRIVMSG #a :a secret word\r$/m);
  await ann.until(/^:bob!~bob@127\.0\.0\.1 NICK rob\r$/m);
  server.signal("SIGINT");
  const told = /^ERROR :Closing link: 127\.0\.0\.1 \(Server shutting down\)\r$/m;
  await Promise.all([ann.until(told), bob.until(told)]);
  assertEquals([await ann.ending(), await bob.ending()], ["polite", "polite"]);
  ann.close();
  bob.close();
  assertEquals(await server.ended, 130);
  assertEquals(ann.text.includes("QUIT"), false);
  const log = server.stderr.text.replace(/127\.0\.0\.1:\d+/g, "ADDRESS");
  const [first, ...rest] = log.split("\n");
  assertEquals(first, "irc listening on ADDRESS");
  assertEquals(rest.slice(0, 7), [
    "#0 ADDRESS connected",
    "#0 ann registered from ADDRESS",
    "#1 ADDRESS connected",
    "#1 bob registered from ADDRESS",
    "#0 ann joined #a",
    "#1 bob joined #a",
    "#1 rob was bob before",
  ]);
  assertStringIncludes(log, "\n#1 rob left: Server shutting down\n");
  assertStringIncludes(log, "irc stopped: 2 clients finished\n");
  assertEquals(log.includes("secret"), false);
  assertEquals(server.stdout.text, "");
});

Deno.test("irc greets with its names and message of the day when it is told them", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/motd.txt`, "\ufeffWelcome\r\nto all\r\n");
    const names = ["--name", "irc.example.org", "--network", "Example"];
    await using server = await startIrc(...names, "--motd", `@${folder}/motd.txt`);
    await using ann = await register(server.port, "ann");
    const [first] = ann.text.split("\r\n");
    assertEquals(
      first,
      ":irc.example.org 001 ann :Welcome to the Example Network, ann!~ann@127.0.0.1",
    );
    assertMatch(ann.text, / 372 ann :- Welcome\r\n.* 372 ann :- to all\r\n.* 376 /);
  }));

Deno.test("irc lets in who knows the password out of the file that it is told", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/password`, "sesame\n");
    await using server = await startIrc("--password", `@${folder}/password`);
    await using eve = await connectPeer(server.port);
    await eve.send("NICK eve\r\nUSER eve 0 * :eve\r\n");
    assertMatch(await eve.rest(), / 464 eve :Password incorrect\r\nERROR :Closing link: .*\r\n$/);
    await using ann = await connectPeer(server.port);
    await ann.send("PASS sesame\r\nNICK ann\r\nUSER ann 0 * :ann\r\n");
    await ann.until(/ 001 ann /);
    assertEquals(server.stderr.text.includes("sesame"), false);
  }));

Deno.test("irc refuses to start when the password's file has several lines", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/password`, "sesame\r\nopen\n");
    const { code, stderr } = await ranIrc("--password", `@${folder}/password`);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "irc: --password cannot be said with PASS: it has several lines");
    assertEquals(stderr.includes("sesame"), false);
  }));

Deno.test("irc starts with an --idle-timeout that leaves time to answer, or that stands alone", async () => {
  for (
    const args of [
      ["--idle-timeout", "131s", "--ping-after", "100s"],
      ["--idle-timeout", "10s"],
      ["--ping-after", "1h", "--register-timeout", "1h"],
    ]
  ) {
    await using server = await startIrc(...args);
    server.stop();
    assertEquals(await server.ended, 0);
  }
});

Deno.test("irc --json prints one object a line on stdout when users come and go, and not what they say", async () => {
  await using server = await startIrc("--json");
  await using ann = await register(server.port, "ann");
  await ann.send("JOIN #a\r\nPRIVMSG #a :secret\r\nNICK anna\r\nPART #a\r\nQUIT :\x02bye\r\n");
  await ann.rest();
  ann.close();
  await server.stdout.until(/"closed"/);
  server.stop();
  assertEquals(await server.ended, 0);
  const records = server.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.slice(2, 7).map(({ address: _, ...record }) => record), [
    { event: "registered", id: 0, nick: "ann" },
    { event: "joined", id: 0, nick: "ann", channel: "#a" },
    { event: "renamed", id: 0, nick: "anna", before: "ann" },
    { event: "parted", id: 0, nick: "anna", channel: "#a" },
    { event: "left", id: 0, nick: "anna", reason: "Quit: \x02bye" },
  ]);
  assertEquals(records[2].address.hostname, "127.0.0.1");
  assertEquals(server.stdout.text.includes("secret"), false);
});

for (
  const [args, problem] of [
    [
      ["--name", "irc"],
      '--name takes a host\'s name with a dot in it, of at most 63 characters, not "irc"',
    ],
    [["--network", "a b"], '--network takes one word of at most 40 characters of ASCII, not "a b"'],
    [["--password="], "--password needs a value"],
    [["--motd", "@/none/motd"], "--motd cannot be read from /none/motd: "],
    [["--max-channels", "0"], "--max-channels takes a whole number from 1"],
    [["--ping-after", "0"], "--ping-after takes a time over 0"],
    [
      ["--idle-timeout", "2m", "--ping-after", "100s"],
      "--idle-timeout takes a time from 131s with this --register-timeout, --ping-after and --ping-timeout, not 2m",
    ],
    // What is typed counts, also where it is what holds anyway.
    [
      ["--idle-timeout", "100s", "--ping-after", "90s"],
      "--idle-timeout takes a time from 121s with this",
    ],
    [
      ["--idle-timeout", "5m", "--ping-after", "6m"],
      "--idle-timeout takes a time from 391s with this",
    ],
    [
      ["--idle-timeout", "1m", "--ping-timeout", "10s"],
      "--idle-timeout takes a time from 101s with this",
    ],
    [
      ["--idle-timeout", "1m", "--register-timeout", "1m"],
      "--idle-timeout takes a time from 61s with this",
    ],
    [["--max-queued", "8191"], '--max-queued takes a size from 8KiB, not "8191"'],
    [
      ["--password", "x".repeat(505)],
      "--password cannot be said with PASS: it has 505 bytes, and a line has room for 504 of them",
    ],
  ] as const
) {
  Deno.test(`irc refuses to start when it is told ${args.join(" ").slice(0, 60)}`, async () => {
    const { code, stderr } = await ranIrc(...args);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `irc: ${problem}`);
  });
}

Deno.test("irc bounds channels, and how many one user is in, when it is told so", async () => {
  await using server = await startIrc("--max-channels", "2", "--max-channels-per-user", "1");
  await using ann = await register(server.port, "ann");
  await ann.send("JOIN #a,#b\r\n");
  await ann.until(/ 405 ann #b :/);
  await using bob = await register(server.port, "bob");
  await bob.send("JOIN #b\r\n");
  await bob.until(/ 366 bob #b /);
  await using cat = await register(server.port, "cat");
  await cat.send("JOIN #c\r\n");
  await cat.until(/ 437 cat #c :/);
});

Deno.test("irc tells who is too much that it is full", async () => {
  await using server = await startIrc("--max-connections", "1");
  await using _ann = await register(server.port, "ann");
  await using bob = await connectPeer(server.port);
  assertMatch(
    await bob.rest(),
    /^ERROR :Closing link: the server is full: .*maxConnections 1\r\n$/,
  );
});

Deno.test("irc drops who does not register, and who does not answer, in the times that it is told", async () => {
  await using server = await startIrc(
    ...["--register-timeout", "30ms", "--ping-after", "20ms", "--ping-timeout", "20ms"],
  );
  await using silent = await connectPeer(server.port);
  assertEquals(await silent.rest(), "ERROR :Closing link: 127.0.0.1 (Registration timeout)\r\n");
  await using ann = await register(server.port, "ann");
  assertMatch(
    await ann.rest(),
    /\r\nPING irc\.localhost\r\nERROR :Closing link: 127\.0\.0\.1 \(Ping timeout: 0 seconds\)\r\n$/,
  );
  await server.stderr.until(/^#1 ann left: Ping timeout: 0 seconds$/m);
});

Deno.test("irc slows a client down, and loses nothing, with --max-messages-per-second", async () => {
  await using server = await startIrc("--max-messages-per-second", "50");
  await using ann = await register(server.port, "ann");
  const began = performance.now();
  await ann.send("PING x\r\n".repeat(60));
  await ann.until(/(?:\S+ PONG irc\.localhost x\r\n){60}/);
  // Two were taken to register, and one second's worth may come at once.
  assert(performance.now() - began >= 150);
});

Deno.test("irc serves a Unix socket, whose users come from localhost", {
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    const path = `${folder}/irc.sock`;
    await using server = serveIrc({ unix: path, onEvent: () => {} });
    using conn = await Deno.connect({ transport: "unix", path });
    await conn.write(new TextEncoder().encode("NICK ann\r\nUSER ann 0 * :A\r\nQUIT\r\n"));
    const text = await new Response(conn.readable).text();
    assertMatch(text, / 001 ann :.* ann!~ann@localhost\r\n/);
    assertMatch(text, /ERROR :Closing link: localhost \(Quit\)\r\n$/);
    await server.shutdown();
  }));

Deno.test("serveIrc reports who comes and goes, by a clock of one's own", async () => {
  const clock = new FakeClock();
  const events: IrcEvent[] = [];
  await using server = serveIrc({
    port: 0,
    clock,
    ircLimits: { maxNickBytes: 3 },
    ircDeadlines: { registerMs: Infinity },
    onIrcEvent: (event) => void events.push(event),
    onEvent: () => {},
  });
  const { port } = server.addr;
  await using peer = await connectPeer(port);
  await peer.send("NICK anna\r\nNICK ann\r\nUSER ann 0 * :A\r\nTIME\r\nQUIT\r\n");
  const text = await peer.rest();
  assertMatch(text, /^:irc\.localhost 432 \* anna :/);
  assertMatch(text, / 391 ann irc\.localhost :Thu, 01 Jan 1970 00:00:00 GMT\r\n/);
  assertEquals(events.map(({ type }) => type), ["registered", "left"]);
  peer.close();
});

Deno.test("serveIrc asks who says nothing before its connection is idle, however late that is", async () => {
  const clock = new FakeClock();
  const minuteMs = 60_000;
  await using server = serveIrc({
    port: 0,
    clock,
    pingAfter: 10 * minuteMs,
    pingTimeout: 2 * minuteMs,
    ircDeadlines: { registerMs: 20 * minuteMs },
    onEvent: () => {},
  });
  await using late = await connectPeer(server.addr.port);
  await using ann = await register(server.addr.port, "ann");
  await clock.advance(10 * minuteMs);
  await ann.until(/\r\nPING irc\.localhost\r\n/);
  await clock.advance(2 * minuteMs);
  assertMatch(await ann.rest(), /\(Ping timeout: 720 seconds\)\r\n$/);
  await clock.advance(8 * minuteMs);
  assertMatch(await late.rest(), /^ERROR :Closing link: .* \(Registration timeout\)\r\n$/);
});

Deno.test("serveIrc takes deadlines that go together, and those that are lifted", async () => {
  for (
    const deadlines of [
      { deadlines: { idleMs: 20_000 }, pingAfter: 15_000, pingTimeout: 4_000 },
      { deadlines: { idleMs: 20_000 }, registerTimeout: 19_000 },
      { deadlines: { idleMs: 20_000 } },
      { deadlines: { idleMs: 20_000 }, ircDeadlines: { pingMs: Infinity, registerMs: Infinity } },
    ]
  ) {
    await using server = serveIrc({ port: 0, onEvent: () => {}, ...deadlines });
    await server.shutdown();
  }
});

Deno.test("serveIrc refuses what cannot be, and keeps no port", () => {
  for (
    const wrong of [
      { name: "irc" },
      { network: "a b" },
      { password: "" },
      { maxChannels: 0 },
      { pingAfter: -1 },
      { maxQueued: 8_191 },
      { password: "a\nb" },
      { deadlines: { idleMs: 20_000 }, pingAfter: 15_000, pingTimeout: 4_001 },
      { deadlines: { idleMs: 20_000 }, registerTimeout: 19_001 },
      { deadlines: { idleMs: 20_000 }, ircDeadlines: { pingMs: 19_001, pongMs: Infinity } },
      { ircLimits: { maxNickBytes: 500 } },
      { ircLimits: { maxTopics: 1 } as object },
      { rate: { messagesPerSecond: -1 } },
      { limits: { maxConnections: 0 } },
    ]
  ) assertThrows(() => serveIrc({ port: 0, ...wrong }));
});
