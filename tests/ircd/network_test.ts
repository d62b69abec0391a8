import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { irc } from "../../codec/irc/mod.ts";
import {
  DEFAULT_IRC_DEADLINES,
  DEFAULT_IRC_LIMITS,
  formatIrcEvent,
  type IrcEvent,
  IrcNetwork,
  type IrcNetworkOptions,
} from "../../ircd/mod.ts";
import { Connection, LimitError, serve } from "../../mod.ts";
import { FakeClock, MemoryListener, memoryPair, turns } from "../../testing/mod.ts";
import { TestNetwork } from "./irc_harness.ts";

/** What a network cannot be made with, and what it says of it. */
const WRONG: readonly (readonly [object, new () => Error, string])[] = [
  [{ serverName: "irc" }, TypeError, 'Cannot set serverName to "irc": it is a host\'s name'],
  [{ serverName: `${"x".repeat(59)}.test` }, TypeError, "of at most 63 characters"],
  [{ networkName: "" }, TypeError, 'Cannot set networkName to "": it is one word'],
  [{ networkName: "a b" }, TypeError, "it is one word of at most 40 characters of ASCII"],
  [{ networkName: "x".repeat(41) }, TypeError, "Cannot set networkName"],
  [{ version: ":1" }, TypeError, 'Cannot set version to ":1"'],
  [{ password: "" }, TypeError, "Cannot set password: it is empty"],
  [{ password: "a\nb" }, TypeError, "Cannot set password: it has several lines"],
  [{ password: "a\r" }, TypeError, "Cannot set password: it has several lines"],
  [{ password: "a\0b" }, TypeError, "Cannot set password: it holds what is no text"],
  [{ password: "\ud800" }, TypeError, "Cannot set password: it holds what is no text"],
  [
    { password: `${"é".repeat(252)}x` },
    TypeError,
    "Cannot set password: it has 505 bytes, and a line has room for 504 of them",
  ],
  [
    { limits: { maxChannel: 1 } },
    TypeError,
    "Cannot set maxChannel: the limits of an IRC network are",
  ],
  [{ limits: { maxChannels: 0 } }, RangeError, "Cannot set maxChannels: 0"],
  [
    { limits: { maxNickBytes: 65 } },
    RangeError,
    "Cannot set maxNickBytes to 65: a line has room for 64",
  ],
  [{ limits: { maxChannelBytes: 101 } }, RangeError, "Cannot set maxChannelBytes to 101"],
  [{ limits: { maxTopicBytes: 335 } }, RangeError, "a line has room for 334 bytes of it"],
  [{ limits: { maxAwayBytes: 379 } }, RangeError, "a line has room for 378 bytes of it"],
  [{ limits: { maxReasonBytes: Infinity } }, RangeError, "a line has room for 318 bytes of it"],
  [
    { limits: { maxQueuedBytes: 8_191 } },
    RangeError,
    "Cannot set maxQueuedBytes to 8191: it is at least 8192",
  ],
  [
    { deadlines: { idleMs: 1 } },
    TypeError,
    "Cannot set idleMs: the deadlines of an IRC network are",
  ],
  [{ deadlines: { pingMs: 0 } }, RangeError, "Cannot set pingMs: 0"],
];

for (const [options, type, message] of WRONG) {
  Deno.test(`a network is not made of ${JSON.stringify(options).slice(0, 60)}`, () => {
    assertThrows(() => new IrcNetwork(options as IrcNetworkOptions), type, message);
  });
}

Deno.test("a network is made of what just fits, and lifts limits that are Infinity", () => {
  const limits = { maxTopicBytes: 334, maxAwayBytes: 378, maxReasonBytes: 318 };
  new IrcNetwork({ limits, serverName: `${"x".repeat(58)}.test`, networkName: "x".repeat(40) });
  new IrcNetwork({ limits: { ...limits, maxChannels: Infinity, maxQueuedBytes: Infinity } });
  new IrcNetwork({ deadlines: { pingMs: Infinity, registerMs: Infinity, pongMs: Infinity } });
  assert(Object.isFrozen(DEFAULT_IRC_LIMITS) && Object.isFrozen(DEFAULT_IRC_DEADLINES));
});

Deno.test("a network says no limit where there is none, in lines of at most 512 bytes", async () => {
  await using network = new TestNetwork({
    networkName: "x".repeat(40),
    limits: { maxTargets: Infinity, maxChannelsPerUser: Infinity, maxMasks: Infinity },
  });
  const ann = await network.connect();
  const lines = await ann.say("NICK ann", "USER ann 0 * :Ann");
  const support = lines.filter((line) => line.includes(" 005 ")).join(" ").split(" ");
  for (const token of ["CHANLIMIT=#:", "MAXLIST=beI:"]) assert(support.includes(token), token);
  assert(support.some((token) => token.startsWith("TARGMAX=") && token.includes("PRIVMSG:,")));
  for (const line of lines) assert(line.length <= 510);
});

Deno.test("a network without a message of the day says so when there is only white space", async () => {
  await using network = new TestNetwork({ motd: " \n\n" });
  const ann = await network.register("ann");
  assertEquals(await ann.say("MOTD"), [":irc.test 422 ann :There is no message of the day"]);
});

Deno.test("a network tells whoever it has no room for so", () => {
  const error = new LimitError("Cannot accept connection", {
    limit: "maxConnections",
    max: 1,
    got: 2,
    unit: "connections",
  });
  const { command, params } = new IrcNetwork().refusal(error);
  assertEquals(command, "ERROR");
  assertStringIncludes(params[0]!, "Closing link: the server is full: Cannot accept connection: ");
});

Deno.test("those of one server hear who left with another, when both serve one network", async () => {
  const clock = new FakeClock();
  const network = new IrcNetwork({ clock });
  const { codec } = network;
  const connected = async (nick: string) => {
    const listener = new MemoryListener();
    const server = serve(listener, { codec, clock }, (connection) => network.serve(connection));
    const peer = listener.connect();
    peer.deliver(`NICK ${nick}\r\nUSER ${nick} 0 * :x\r\nJOIN #a\r\n`);
    await turns(8);
    return { server, peer };
  };
  const [ann, bob] = [await connected("ann"), await connected("bob")];
  const stopped = ann.server.shutdown({ graceMs: 1_000 });
  while (!ann.peer.writeClosed) await clock.advance(0);
  ann.peer.finish();
  await stopped;
  await turns();
  assertStringIncludes(bob.peer.written, ":ann!~ann@127.0.0.1 QUIT :Server shutting down\r\n");
  bob.peer.finish();
  await bob.server.shutdown();
});

Deno.test("a network serves a single connection, without a server around it", async () => {
  const [ours, theirs] = memoryPair();
  const clock = new FakeClock();
  const network = new IrcNetwork({ clock });
  using connection = new Connection(ours, network.codec, { clock });
  const serving = network.serve(connection);
  using client = new Connection(theirs, irc(), { clock });
  await client.send({ command: "PING", params: ["x"] });
  assertEquals((await client.receive())?.params, ["irc.localhost", "x"]);
  await client.send({ command: "QUIT", params: [] });
  assertEquals((await client.receive())?.command, "ERROR");
  await serving;
});

Deno.test("a network goes on when who listens to its events throws", async () => {
  const { error } = console;
  const shown: unknown[] = [];
  console.error = (text: unknown) => void shown.push(text);
  try {
    await using network = new TestNetwork({
      onEvent() {
        throw new Error("no room left");
      },
    });
    const ann = await network.register("ann");
    assertEquals((await ann.say("JOIN #a")).length, 3);
  } finally {
    console.error = error;
  }
  assertEquals(shown.length, 1);
  assertStringIncludes(String(shown[0]), "no room left");
});

Deno.test("events are lines for people in which nothing can be obeyed", () => {
  const address = { transport: "tcp", hostname: "::1", port: 7 } as const;
  const events: readonly IrcEvent[] = [
    { type: "registered", id: 1, address, nick: "ann" },
    { type: "renamed", id: 1, nick: "anna", before: "ann" },
    { type: "joined", id: 1, nick: "anna", channel: "#\x1b[2J" },
    { type: "parted", id: 1, nick: "anna", channel: "#a" },
    { type: "kicked", id: 1, nick: "anna", channel: "#a", by: "bob" },
    { type: "left", id: 1, nick: "anna", reason: "Quit: \x1b[31m\u202e" },
  ];
  assertEquals(events.map(formatIrcEvent), [
    "#1 ann registered from [::1]:7",
    "#1 anna was ann before",
    "#1 anna joined #\\x1b[2J",
    "#1 anna parted from #a",
    "#1 anna was kicked from #a by bob",
    "#1 anna left: Quit: \\x1b[31m\\u{202e}",
  ]);
});
