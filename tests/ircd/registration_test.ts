import { assert, assertEquals, assertMatch } from "@std/assert";
import { commandsOf, TestNetwork } from "./irc_harness.ts";

const GREETING = [
  "001",
  "002",
  "003",
  "004",
  "005",
  "005",
  "251",
  "252",
  "253",
  "254",
  "255",
  "265",
  "266",
];

Deno.test("a network greets a client when it has said NICK and USER", async () => {
  await using irc = new TestNetwork({ version: "test-1" });
  const ann = await irc.connect();
  assertEquals(await ann.say("NICK ann"), []);
  const lines = await ann.say("USER ann 0 * :Ann A");
  assertEquals(commandsOf(lines), [...GREETING, "422"]);
  assertEquals(lines.slice(0, 4), [
    ":irc.test 001 ann :Welcome to the Test Network, ann!~ann@10.0.0.1",
    ":irc.test 002 ann :Your host is irc.test, running version test-1",
    ":irc.test 003 ann :This server was started Thu, 01 Jan 1970 00:00:00 GMT",
    ":irc.test 004 ann irc.test test-1 i beIklimnstov beIklov",
  ]);
  assertEquals(lines.slice(6), [
    ":irc.test 251 ann :There are 1 users and 0 invisible on 1 server",
    ":irc.test 252 ann 0 :operators online",
    ":irc.test 253 ann 0 :unregistered connections",
    ":irc.test 254 ann 0 :channels formed",
    ":irc.test 255 ann :I have 1 clients and 0 servers",
    ":irc.test 265 ann 1 1 :Current users 1, most at one time 1",
    ":irc.test 266 ann 1 1 :Current users 1, most at one time 1",
    ":irc.test 422 ann :There is no message of the day",
  ]);
  const address = { transport: "tcp" as const, hostname: "10.0.0.1", port: 2 };
  assertEquals(irc.events, [{ type: "registered", id: 0, address, nick: "ann" }]);
});

Deno.test("a network greets a client when USER came before NICK, and both in one piece", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.connect();
  assertEquals(commandsOf(await ann.say("USER ann 0 * :Ann", "NICK ann")).at(0), "001");
});

Deno.test("a network shows its message of the day in lines of at most 512 bytes when it has one", async () => {
  const long = "€ ".repeat(300);
  await using irc = new TestNetwork({ motd: `Hello\r\n\r\n${long}\n` });
  const ann = await irc.connect();
  const lines = await ann.say("NICK ann", "USER ann 0 * :Ann");
  const motd = lines.slice(GREETING.length);
  assertEquals(motd[0], ":irc.test 375 ann :- irc.test Message of the day - ");
  assertEquals(motd[1], ":irc.test 372 ann :- Hello");
  assertEquals(motd[2], ":irc.test 372 ann :- ");
  assertEquals(motd.at(-1), ":irc.test 376 ann :End of the message of the day");
  const rest = motd.slice(3, -1).map((line) => line.replace(":irc.test 372 ann :- ", ""));
  assertEquals(rest.join(""), long);
  for (const line of lines) assert(new TextEncoder().encode(line).length <= 510);
});

Deno.test("a network asks for a nickname again when it is none, too long, or in use", async () => {
  await using irc = new TestNetwork({ limits: { maxNickBytes: 5 } });
  await irc.register("A[b]\\");
  const other = await irc.connect();
  assertEquals(
    await other.say("NICK", "NICK :", "NICK 1a", "NICK a!b", "NICK abcdef", "NICK a{B}|"),
    [
      ":irc.test 431 * :No nickname given",
      ":irc.test 431 * :No nickname given",
      ":irc.test 432 * 1a :This cannot be a nickname",
      ":irc.test 432 * a!b :This cannot be a nickname",
      ":irc.test 432 * abcdef :This cannot be a nickname",
      ":irc.test 433 * a{B}| :Nickname is already in use",
    ],
  );
  assertMatch((await other.say("NICK abcde", "USER x 0 * :X"))[0]!, / 001 abcde /);
});

Deno.test("a network gives a nickname to the first when two who are not registered want it", async () => {
  await using irc = new TestNetwork();
  const [first, second] = [await irc.connect(), await irc.connect()];
  assertEquals(await first.say("NICK ann"), []);
  assertEquals(await second.say("NICK ANN"), [":irc.test 433 * ANN :Nickname is already in use"]);
  first.transport.finish();
  await first.say();
  assertEquals(await second.say("NICK ANN"), []);
});

Deno.test("a network tells a renamed user and its neighbours once when a nickname changes", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  const cat = await irc.register("cat");
  await ann!.say("JOIN #b");
  await bob!.say("JOIN #b");
  ann!.news();
  cat.news();
  const told = ":ann!~ann@10.0.0.1 NICK Anna";
  assertEquals(await ann!.say("NICK Anna"), [told]);
  assertEquals(bob!.news(), [told]);
  assertEquals(cat.news(), []);
  assertEquals(irc.events.at(-1), { type: "renamed", id: 0, nick: "Anna", before: "ann" });
  assertEquals(await ann!.say("NICK Anna", "NICK ANNA"), [":Anna!~ann@10.0.0.1 NICK ANNA"]);
  assertEquals(await cat.say("NICK bob"), [":irc.test 433 cat bob :Nickname is already in use"]);
  assertEquals(await cat.say("NICK ann"), [":cat!~cat@10.0.0.1 NICK ann"]);
});

Deno.test("a network lets in who says the password, and nobody else, when it has one", async () => {
  await using irc = new TestNetwork({ password: "sesame" });
  for (const said of [[], ["PASS wrong"], ["PASS sesame", "PASS :"]]) {
    const peer = await irc.connect();
    assertEquals(await peer.say(...said, "NICK ann", "USER ann 0 * :Ann", "JOIN #a"), [
      ":irc.test 464 ann :Password incorrect",
      "ERROR :Closing link: 10.0.0.1 (Password incorrect)",
    ]);
    assert(peer.transport.writeClosed);
    peer.transport.finish();
    await peer.say();
  }
  const peer = await irc.connect();
  const lines = await peer.say("PASS sesame", "NICK ann", "USER ann 0 * :Ann", "PASS sesame");
  assertMatch(lines[0]!, / 001 ann /);
  assertEquals(lines.at(-1), ":irc.test 462 ann :You are registered already");
  assertEquals(irc.failures, []);
});

for (const password of [`${"é".repeat(252)}`, "x".repeat(504), " a b ", ":", "\u{1f600}"]) {
  Deno.test(`a password of ${password.length} characters can be said when it is ${JSON.stringify(password.slice(0, 5))}...`, async () => {
    await using irc = new TestNetwork({ password });
    const ann = await irc.connect();
    assertMatch(
      (await ann.say(`PASS :${password}`, "NICK ann", "USER ann 0 * :Ann"))[0]!,
      / 001 ann /,
    );
  });
}

Deno.test("a network answers that a client is not registered when it asks for what takes that", async () => {
  await using irc = new TestNetwork();
  const peer = await irc.connect();
  assertEquals(await peer.say("JOIN #a", "PRIVMSG", "WHO *", "PING x", "PONG x", "WHAT"), [
    ":irc.test 451 * :You have not registered",
    ":irc.test 451 * :You have not registered",
    ":irc.test 451 * :You have not registered",
    ":irc.test PONG irc.test x",
    ":irc.test 421 * WHAT :Unknown command",
  ]);
});

Deno.test("a network says so when a command is unknown, also one that objects have", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  const names = ["CONSTRUCTOR", "__PROTO__", "TOSTRING", "001", "OPER", "KILL"];
  assertEquals(
    await ann.say(...names.map((name) => `${name.toLowerCase()} x`)),
    names.map((name) => `:irc.test 421 ann ${name} :Unknown command`),
  );
});

Deno.test("a network says so when a command has too few parameters", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  const names = [
    "PASS",
    "JOIN",
    "PART",
    "TOPIC",
    "KICK #a",
    "INVITE ann",
    "MODE",
    "CAP",
    "USERHOST",
    "ISON",
  ];
  assertEquals(
    await ann.say(...names),
    names.map((name) => `:irc.test 461 ann ${name.split(" ")[0]} :Not enough parameters`),
  );
  const peer = await irc.connect();
  assertEquals(await peer.say("USER a b c", "USER a b c :"), [
    ":irc.test 461 * USER :Not enough parameters",
    ":irc.test 461 * USER :Not enough parameters",
  ]);
});

Deno.test("a network refuses to register somebody twice", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  assertEquals(await ann.say("USER x 0 * :X", "PASS x"), [
    ":irc.test 462 ann :You are registered already",
    ":irc.test 462 ann :You are registered already",
  ]);
});

Deno.test("a network answers PING with its token, also one with spaces, and refuses one without", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  assertEquals(await ann.say("PING a", "PING :a b", "PING :", "PING", `PING ${"x".repeat(400)}`), [
    ":irc.test PONG irc.test a",
    ":irc.test PONG irc.test :a b",
    ":irc.test 409 ann :No origin given",
    ":irc.test 409 ann :No origin given",
    `:irc.test PONG irc.test ${"x".repeat(300)}`,
  ]);
});

Deno.test("a network shows a name and user harmlessly when they hold what ends them", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.connect();
  const lines = await ann.say(
    "NICK ann",
    `USER a!b@c:d\x07${"x".repeat(20)} 0 * :${"é".repeat(80)}`,
  );
  assertMatch(lines[0]!, / ann!~abcdxxxxxx@10\.0\.0\.1$/);
  const [whois] = await ann.say("WHOIS ann");
  assertEquals(whois, `:irc.test 311 ann ann ~abcdxxxxxx 10.0.0.1 * ${"é".repeat(50)}`);
  const bob = await irc.connect("::1");
  assertMatch((await bob.say("NICK bob", "USER !!! 0 * :B"))[0]!, / bob!~user@0::1$/);
});

Deno.test("a network says goodbye with ERROR when a client quits", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await ann!.say("QUIT :so long", "JOIN #b"), [
    "ERROR :Closing link: 10.0.0.1 (Quit: so long)",
  ]);
  assert(ann!.transport.writeClosed);
  assertEquals(bob!.news(), [":ann!~ann@10.0.0.1 QUIT :Quit: so long"]);
  assertEquals(irc.events.at(-1), { type: "left", id: 0, nick: "ann", reason: "Quit: so long" });
  assertEquals(irc.network.counts, { users: 1, unknown: 0, channels: 1 });
  ann!.transport.finish();
  const peer = await irc.connect();
  assertEquals(await peer.say("QUIT"), ["ERROR :Closing link: 10.0.0.1 (Quit)"]);
  peer.transport.finish();
  await peer.say();
  assertEquals(irc.network.counts, { users: 1, unknown: 0, channels: 1 });
});

Deno.test("a network takes who says it for who it is when a client puts another source in front", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say(":bob!~bob@10.0.0.1 PRIVMSG #a :I am bob", ":irc.test KICK #a bob");
  assertEquals(bob!.news(), [
    ":ann!~ann@10.0.0.1 PRIVMSG #a :I am bob",
    ":ann!~ann@10.0.0.1 KICK #a bob :ann",
  ]);
});

Deno.test("a network refuses a line that is too long and takes the next one", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  const line = (bytes: number) => `PING ${"x".repeat(bytes - 7)}`;
  assertEquals(await ann.say(line(512)), [`:irc.test PONG irc.test ${"x".repeat(300)}`]);
  assertEquals(await ann.say(line(513), "PING y"), [
    ":irc.test 417 ann :Input line was too long",
    ":irc.test PONG irc.test y",
  ]);
  const tags = (bytes: number) => `@a=${"x".repeat(bytes - 4)} PING z`;
  assertEquals(await ann.say(tags(4096), tags(4097)), [
    ":irc.test PONG irc.test z",
    ":irc.test 417 ann :Input line was too long",
  ]);
});

Deno.test("a network refuses a first line that is too long when something comes behind it", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.connect();
  assertEquals(await ann.say(`USER ${"x".repeat(600)}`), []);
  assertEquals(await ann.say(`NICK ${"x".repeat(600)}`, "PING x"), [
    ...Array<string>(2).fill(":irc.test 417 * :Input line was too long"),
    ":irc.test PONG irc.test x",
  ]);
});

Deno.test("a network says nothing but its refusal to a client that speaks HTTP in a long line", async () => {
  await using irc = new TestNetwork();
  const peer = await irc.connect();
  peer.transport.deliver(`GET /${"x".repeat(600)}`);
  assertEquals(await peer.say(), []);
  assertEquals((await peer.say(" HTTP/1.1", "Host: irc.test", ""))[0], "HTTP/1.1 400 Bad Request");
  assertMatch(irc.failures[0]!, /it speaks HTTP, which is not spoken here/);
});

Deno.test("a network turns a client away when it speaks HTTP", async () => {
  await using irc = new TestNetwork();
  const peer = await irc.connect();
  const lines = await peer.say(
    "POST / HTTP/1.1",
    "Host: irc.test",
    "",
    "NICK ann",
    "USER a 0 * :A",
  );
  assertEquals(lines[0], "HTTP/1.1 400 Bad Request");
  assertMatch(irc.failures[0]!, /it speaks HTTP, which is not spoken here/);
  assertEquals(irc.network.counts.unknown, 0);
});
