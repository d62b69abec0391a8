import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { LimitError, ProtocolError } from "../../../codec/errors.ts";
import { ClosedError, DeadlineError } from "../../../net/errors.ts";
import { openLink } from "../../../net/irc/irc_link.ts";
import { type ConnectIrcOptions, settledOptions } from "../../../net/irc/options.ts";
import { IrcRooms } from "../../../net/irc/rooms.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { MemoryTransport } from "../../../testing/memory_transport.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
import { PlayedServer, received } from "./played_server.ts";

Deno.test("connectIrc registers and is there when the welcome is over", async () => {
  const server = new PlayedServer();
  const connecting = server.connect({ password: "open", user: "a", realName: "Ann A." });
  assertEquals(await server.heard(), [
    "CAP LS 302",
    "PASS open",
    "NICK ann",
    "USER a 0 * :Ann A.",
  ]);
  await server.say(":irc CAP * LS :");
  assertEquals(await server.heard(), ["CAP END"]);
  await server.say(":irc 001 Ann :Welcome", ":irc 005 Ann CASEMAPPING=ascii :are supported");
  assertEquals(await stateOf(connecting), "pending");
  await server.say(":irc 376 Ann :End of MOTD");
  const client = await connecting;
  assertEquals([client.nick, client.support.casemapping, client.connected], [
    "Ann",
    "ascii",
    true,
  ]);
  assertEquals(await received(client), [
    "CAP * LS ",
    "001 Ann Welcome",
    "005 Ann CASEMAPPING=ascii are supported",
    "376 Ann End of MOTD",
  ]);
  client.abort();
});

Deno.test("connectIrc takes the nickname that the welcome names when the server has cut it", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ nick: "anneliese" }, { nick: "anneli" });
  assertEquals(client.nick, "anneli");
  client.abort();
});

Deno.test("connectIrc waits no longer than welcomeMs for the end of the welcome when none comes", async () => {
  const server = new PlayedServer();
  const connecting = server.connect();
  await turns();
  await server.say(":irc 001 ann :Welcome");
  await server.clock.advance(9_999);
  assertEquals(await stateOf(connecting), "pending");
  await server.clock.advance(1);
  const client = await connecting;
  await server.say(":bob!b@h PRIVMSG ann :hi");
  assertEquals(await received(client), ["001 ann Welcome", "PRIVMSG ann hi"]);
  client.abort();
});

Deno.test("connectIrc asks for what it wants of what is offered, over several lines, each by itself", async () => {
  const server = new PlayedServer();
  const connecting = server.connect({ capabilities: ["echo-message", "batch"] });
  await server.heard();
  await server.say(":irc CAP * LS * :server-time multi-prefix", ":irc CAP * LS :echo-message x=y");
  assertEquals(await server.heard(), ["CAP REQ server-time", "CAP REQ echo-message"]);
  await server.say(":irc CAP * ACK :server-time");
  assertEquals(await server.heard(), []);
  await server.say(":irc CAP * NAK :echo-message");
  assertEquals(await server.heard(), ["CAP END"]);
  await server.welcome();
  const { capabilities } = await connecting;
  assertEquals([...capabilities.enabled], ["server-time"]);
  assertEquals(capabilities.offered.get("x"), "y");
  (await connecting).abort();
});

Deno.test("connectIrc asks later for what is offered later, and forgets what is withdrawn", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ capabilities: ["batch"] });
  await server.say(":irc CAP ann NEW :batch=1 other");
  assertEquals(await server.heard(), ["CAP REQ batch"]);
  await server.say(":irc CAP ann ACK :batch ");
  assertEquals([...client.capabilities.enabled], ["batch"]);
  await server.say(":irc CAP ann DEL :batch");
  assertEquals([...client.capabilities.enabled], []);
  assertEquals([...client.capabilities.offered.keys()], ["other"]);
  client.abort();
});

for (
  const answer of [":irc 421 * CAP :Unknown", ":irc 451 * :Not registered", ":irc NOTICE * :x"]
) {
  Deno.test(`connectIrc registers with an old server when that answers ${answer}`, async () => {
    const server = new PlayedServer();
    const connecting = server.connect();
    await server.heard();
    await server.say(answer);
    assertEquals(await server.heard(), []);
    await server.welcome();
    (await connecting).abort();
  });
}

Deno.test("connectIrc answers a PING before the welcome", async () => {
  const server = new PlayedServer();
  const connecting = server.connect();
  await server.heard();
  await server.say("PING :to ken");
  assertEquals(await server.heard(), ["PONG :to ken"]);
  await server.welcome();
  (await connecting).abort();
});

Deno.test("connectIrc logs in, and sends the password when the server has agreed to take it", async () => {
  const server = new PlayedServer();
  const connecting = server.connect({ login: { account: "ann", password: "secret" } });
  await server.heard();
  await server.say(":irc CAP * LS :sasl=EXTERNAL,PLAIN");
  assertEquals(await server.heard(), ["CAP REQ sasl"]);
  await server.say(":irc CAP * ACK :sasl");
  assertEquals(await server.heard(), ["AUTHENTICATE PLAIN"]);
  await server.say("AUTHENTICATE +");
  assertEquals(await server.heard(), ["AUTHENTICATE AGFubgBzZWNyZXQ="]);
  await server.say("AUTHENTICATE +");
  assertEquals(await server.heard(), []);
  await server.say(":irc 900 ann ann!a@h ann :Logged in", ":irc 903 ann :Success");
  assertEquals(await server.heard(), ["CAP END"]);
  await server.welcome();
  (await connecting).abort();
});

for (
  const [what, lines, problem] of [
    ["the password is wrong", [
      ":irc CAP * LS :sasl",
      ":irc CAP * ACK :sasl",
      ":irc 904 * :SASL failed",
    ], "SASL failed"],
    ["the account is locked", [
      ":irc CAP * LS :sasl",
      ":irc CAP * ACK :sasl",
      ":irc 902 * :Locked",
    ], "Locked"],
    ["it is not offered", [":irc CAP * LS :batch"], "the server offers no login (SASL)"],
    [
      "the mechanism is not offered",
      [":irc CAP * LS :sasl=EXTERNAL"],
      "the server takes no PLAIN, but EXTERNAL",
    ],
    ["the mechanism is refused", [
      ":irc CAP * LS :sasl",
      ":irc CAP * ACK :sasl",
      ":irc 908 ann EXTERNAL :are available",
    ], "the server takes no PLAIN, but EXTERNAL"],
    ["it is refused", [
      ":irc CAP * LS :sasl",
      ":irc CAP * NAK :sasl",
    ], "the server refuses to take one (SASL)"],
    ["the server is old", [":irc 421 * CAP :Unknown"], "the server offers no login (SASL)"],
    ["nobody asks for it", [":irc 001 ann :Welcome"], "the server let us in without a login"],
  ] as const
) {
  Deno.test(`connectIrc refuses to go on, and sends no password, when ${what}`, async () => {
    const server = new PlayedServer();
    const connecting = rejectionOf(
      server.connect({ login: { account: "ann", password: "secret" } }),
    );
    await turns();
    for (const line of lines) await server.say(line);
    const error = await connecting;
    assertInstanceOf(error, ProtocolError);
    assertEquals([error.code, error.side], ["login-refused", "remote"]);
    assertEquals(error.message, `Cannot log in as ann: ${problem}`);
    assert(!server.transport.written.includes("AGFubgBzZWNyZXQ="));
    assert(server.transport.closed);
    assertEquals(server.clock.pending, 0);
  });
}

Deno.test("connectIrc takes the alternatives, and then underscores, when nicknames are taken", async () => {
  const server = new PlayedServer();
  const connecting = server.connect({ alternatives: ["bea"] });
  await server.heard();
  await server.say(":irc 433 * ann :In use");
  assertEquals(await server.heard(), ["NICK bea"]);
  await server.say(":irc 437 * bea :Locked");
  assertEquals(await server.heard(), ["NICK ann_"]);
  await server.say(":irc 436 * ann_ :Collision");
  assertEquals(await server.heard(), ["NICK ann__"]);
  await server.welcome({ nick: "ann__" });
  const client = await connecting;
  assertEquals(client.nick, "ann__");
  client.abort();
});

Deno.test("connectIrc gives up when no nickname is free", async () => {
  const server = new PlayedServer();
  const connecting = rejectionOf(server.connect({ alternatives: ["bea"] }));
  await turns();
  for (let count = 0; count < 7; count++) await server.say(":irc 433 * x :In \x1buse");
  const error = await connecting;
  assertInstanceOf(error, ProtocolError);
  assertEquals([error.code, error.message], [
    "nick-refused",
    "Cannot register as ann or bea: In \\x1buse",
  ]);
  assertEquals((await server.heard()).filter((line) => line.startsWith("NICK")).length, 7);
});

/** The nicknames that a client asks for of a server that refuses those that `answers` has. */
async function nicksAskedFor(
  options: Partial<ConnectIrcOptions>,
  answer: (nick: string) => string | undefined,
): Promise<{ readonly nicks: string[]; readonly error: unknown }> {
  const server = new PlayedServer();
  const connecting = server.connect(options);
  const nicks: string[] = [];
  while (await stateOf(connecting) === "pending") {
    const asked = (await server.heard()).find((line) => line.startsWith("NICK "))!.slice(5);
    nicks.push(asked);
    const line = answer(asked);
    if (line === undefined) await server.welcome();
    else await server.say(line);
  }
  const error = await connecting.then((client) => client.abort(), (reason: unknown) => reason);
  return { nicks, error };
}

Deno.test("connectIrc puts underscores in place of a nickname's end when the server takes none that is longer", async () => {
  const taken = ["abcdefgh\u{1f600}", "abcdefgh_", "abcdefg__"];
  const { nicks, error } = await nicksAskedFor(
    { nick: taken[0]! },
    (nick) =>
      [...nick].length > 9
        ? `:irc 432 * ${nick} :Nickname too long`
        : taken.includes(nick)
        ? `:irc 433 * ${nick} :In use`
        : undefined,
  );
  assertEquals([nicks, error], [
    [taken[0]!, `${taken[0]}_`, "abcdefgh_", "abcdefg__", "abcdef___"],
    undefined,
  ]);
});

Deno.test("connectIrc puts underscores in place of a nickname's end when the server cuts it without a word", async () => {
  const { nicks } = await nicksAskedFor(
    { nick: "annelies_" },
    (nick) => nick.startsWith("annelies_") ? ":irc 433 * annelies_ :In use" : undefined,
  );
  assertEquals(nicks, ["annelies_", "annelies__", "annelie__"]);
});

Deno.test("connectIrc begins with what the server has left of a nickname when that is much", async () => {
  const { nicks } = await nicksAskedFor(
    { nick: "abcdefghijklmnop" },
    (nick) => nick.startsWith("abcdefghi") ? ":irc 433 * abcdefghi :In use" : undefined,
  );
  assertEquals(nicks, ["abcdefghijklmnop", "abcdefgh_"]);
});

Deno.test("connectIrc says why the first nickname was refused when no other is taken", async () => {
  const { nicks, error } = await nicksAskedFor(
    { nick: "ab" },
    (nick) =>
      nick.length > 2 ? `:irc 432 * ${nick} :Nickname too long` : `:irc 433 * ${nick} :In use`,
  );
  assertEquals(nicks, ["ab", "ab_", "a_", "__"]);
  assertEquals(String(error), "ProtocolError: Cannot register as ab: In use");
});

Deno.test("connectIrc tries underscores behind a nickname that is taken when an alternative is none", async () => {
  const answers: Readonly<Record<string, string>> = {
    ann: ":irc 433 * ann :In use",
    "1bad": ":irc 432 * 1bad :Erroneous",
  };
  const { nicks } = await nicksAskedFor({ alternatives: ["1bad"] }, (nick) => answers[nick]);
  assertEquals(nicks, ["ann", "1bad", "ann_"]);
});

Deno.test("connectIrc does not look for a nickname again that the server takes for none", async () => {
  const server = new PlayedServer();
  const connecting = server.connect({ nick: "1bad", alternatives: ["ann", "bea"] });
  await server.heard();
  await server.say(":irc 432 * 1bad :Erroneous", ":irc 433 * ann :In use");
  await server.welcome({ nick: "bea" });
  const client = await connecting;
  await server.clock.advance(60_000);
  assertEquals((await server.heard()).filter((line) => line.startsWith("ISON")), []);
  client.abort();
});

for (
  const [what, options, problem] of [
    ["a nickname that is too long", { nick: "n".repeat(600) }, "NICK: 607 bytes exceed"],
    ["an alternative", { alternatives: ["n".repeat(600)] }, "NICK: 607 bytes exceed"],
    ["a user of too many bytes", { user: "é".repeat(300) }, "USER: "],
    ["a name that is too long", { realName: "x".repeat(600) }, "USER: "],
    ["a password that is too long", { password: "secret".repeat(100) }, "PASS: 607 bytes exceed"],
    ["half a character", { nick: "ann\ud800" }, "NICK: it cannot be said in UTF-8"],
    ["half a character in a name", { realName: "\udc00" }, "USER: it cannot be said in UTF-8"],
    ["half a character in a password", { password: "secret\udc00" }, "PASS: it cannot be said"],
    ["half a character in a capability", { capabilities: ["\ud800"] }, "CAP: it cannot be said"],
  ] as const
) {
  Deno.test(`connectIrc refuses ${what} before it connects`, async () => {
    const server = new PlayedServer();
    const error = await rejectionOf(server.connect(options));
    assertInstanceOf(error, ProtocolError);
    assertEquals([error.side, server.transports.length], ["local", 0]);
    assert(error.message.startsWith(`Cannot send ${problem}`), error.message);
    assert(!`${error.message} ${error.received}`.includes("secret"));
  });
}

Deno.test("openLink ends at once when something cannot be sent that a server waits for", async () => {
  const transport = new MemoryTransport();
  const settings = settledOptions({
    open: () => Promise.resolve(transport),
    nick: "ann",
    clock: new FakeClock(),
  });
  const rooms = new IrcRooms({ maxChannels: 1 });
  const { signal } = new AbortController();
  const error = await rejectionOf(openLink({ ...settings, nicks: ["\ud800"] }, { rooms, signal }));
  assertInstanceOf(error, ProtocolError);
  assertEquals([error.side, transport.closed], ["local", true]);
});

Deno.test("connectIrc puts no underscores behind a nickname that the server takes for none", async () => {
  const server = new PlayedServer();
  const connecting = rejectionOf(server.connect());
  await turns();
  await server.say(":irc 432 * ann :Erroneous");
  assertEquals(String(await connecting), "ProtocolError: Cannot register as ann: Erroneous");
});

for (
  const [line, code, message] of [
    [":irc 464 * :Bad password", "password-refused", "Cannot register: Bad password"],
    [":irc 465 * :You are banned", "banned", "Cannot register: You are banned"],
    [
      "ERROR :Closing link: go\x07",
      "registration-refused",
      "Cannot register: Closing link: go\\x07",
    ],
  ] as const
) {
  Deno.test(`connectIrc fails in the server's words when it says ${line}`, async () => {
    const server = new PlayedServer();
    const connecting = rejectionOf(server.connect({ reconnect: true }));
    await turns();
    await server.say(line);
    const error = await connecting;
    assertInstanceOf(error, ProtocolError);
    assertEquals([error.code, error.message], [code, message]);
    assertEquals([server.transport.closed, server.clock.pending], [true, 0]);
  });
}

Deno.test("connectIrc fails when the server hangs up before a welcome", async () => {
  const server = new PlayedServer();
  const connecting = rejectionOf(server.connect());
  await turns();
  server.transport.finish();
  const error = await connecting;
  assertInstanceOf(error, ClosedError);
  assertEquals([error.message, error.by], [
    "Cannot register: the server closed the connection",
    "peer",
  ]);
});

Deno.test("connectIrc fails when there is no welcome within registerMs", async () => {
  const server = new PlayedServer();
  const connecting = server.connect({ deadlines: { registerMs: 1000 } });
  const failed = rejectionOf(connecting);
  await server.clock.advance(600);
  await server.say(":irc NOTICE * :*** Looking up your hostname");
  await server.clock.advance(399);
  assertEquals(await stateOf(connecting), "pending");
  await server.clock.advance(1);
  const error = await failed;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms], ["handshake", 1000]);
  assertEquals([server.transport.closed, server.clock.pending], [true, 0]);
});

Deno.test("connectIrc fails when the server says more than maxUnreadMessages before a welcome", async () => {
  const server = new PlayedServer();
  const connecting = rejectionOf(server.connect({ limits: { maxUnreadMessages: 3 } }));
  await turns();
  await server.say("NOTICE * :1", "NOTICE * :2", "NOTICE * :3", "NOTICE * :4");
  const error = await connecting;
  assertInstanceOf(error, LimitError);
  assertEquals(error.limit, "maxUnreadMessages");
});

Deno.test("connectIrc fails when a line is longer than maxLineBytes", async () => {
  const server = new PlayedServer();
  const connecting = rejectionOf(server.connect({ limits: { maxLineBytes: 20 } }));
  await turns();
  await server.say("NOTICE * :0123456789");
  assertInstanceOf(await connecting, LimitError);
});

Deno.test("connectIrc ends with the signal's reason when that is aborted", async () => {
  for (const isEarly of [true, false]) {
    const server = new PlayedServer();
    const stop = new AbortController();
    if (isEarly) stop.abort(new Error("enough"));
    const failed = rejectionOf(server.connect({ signal: stop.signal }));
    await turns();
    stop.abort(new Error("enough"));
    assertEquals(String(await failed), "Error: enough");
    assertEquals(server.transports.every(({ closed }) => closed), true);
    assertEquals(server.clock.pending, 0);
  }
});

Deno.test("connectIrc fails with what open fails with", async () => {
  const server = new PlayedServer();
  server.failures.push(new Error("no"));
  await assertRejects(() => server.connect({ reconnect: true }), Error, "no");
});

for (
  const options of [
    { nick: "" },
    { nick: "a b" },
    { nick: ":a" },
    { alternatives: ["a\n"] },
    { user: "a b" },
    { realName: "" },
    { password: "a\r" },
    { capabilities: ["a b"] },
    { nik: "ann" },
    { deadlines: { pingmS: 1 } },
    { limits: { maxLines: 1 } },
  ]
) {
  Deno.test(`connectIrc refuses ${JSON.stringify(options)}`, async () => {
    // As whoever has no compiler may write them.
    const given = options as Partial<ConnectIrcOptions>;
    await assertRejects(() => new PlayedServer().connect(given), TypeError);
  });
}

Deno.test("connectIrc refuses a login that cannot be sent, and does not show it", async () => {
  const connecting = new PlayedServer().connect({ login: { account: "ann", password: "a\0b" } });
  const error = await rejectionOf(connecting);
  assertInstanceOf(error, ProtocolError);
  assertEquals([error.side, error.message.includes("a\0b")], ["local", false]);
});

for (
  const options of [
    { pace: { burst: 0 } },
    { pace: { everyMs: -1 } },
    { pace: { everyMs: Infinity } },
    { limits: { maxChannels: 0 } },
    { deadlines: { pingMs: 0 } },
    { nickRetryMs: 0 },
    { reconnect: { backoff: { firstMs: -1 } } },
  ] satisfies Partial<ConnectIrcOptions>[]
) {
  Deno.test(`connectIrc refuses a number that is none, as ${JSON.stringify(options)}`, async () => {
    await assertRejects(() => new PlayedServer().connect(options), RangeError);
  });
}
