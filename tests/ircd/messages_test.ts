import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestNetwork } from "./irc_harness.ts";

const ANN = ":ann!~ann@10.0.0.1";
const BOB = ":bob!~bob@10.0.0.1";

Deno.test("a message goes to all others in a channel, and to nobody outside", async () => {
  await using irc = new TestNetwork();
  const [ann, bob, cat] = await irc.inChannel("#a", "ann", "bob", "cat");
  const dan = await irc.register("dan");
  assertEquals(await ann!.say("PRIVMSG #A :hello all", "NOTICE #a hi"), []);
  const told = [`${ANN} PRIVMSG #a :hello all`, `${ANN} NOTICE #a :hi`];
  assertEquals([bob!.news(), cat!.news(), dan.news()], [told, told, []]);
});

Deno.test("a message goes to one user, and its sender hears that it is away", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = [await irc.register("ann"), await irc.register("bob")];
  assertEquals(await bob.say("AWAY :at lunch"), [
    ":irc.test 306 bob :You have been marked as being away",
  ]);
  assertEquals(await ann.say("PRIVMSG BOB :there?", "NOTICE bob :there?"), [
    ":irc.test 301 ann bob :at lunch",
  ]);
  assertEquals(bob.news(), [`${ANN} PRIVMSG bob :there?`, `${ANN} NOTICE bob :there?`]);
  assertEquals(await bob.say("AWAY"), [
    ":irc.test 305 bob :You are no longer marked as being away",
  ]);
  assertEquals(await ann.say("PRIVMSG bob :there?"), []);
  assertEquals(await ann.say("PRIVMSG ann :note"), [`${ANN} PRIVMSG ann :note`]);
});

Deno.test("a message is refused with its reason when it cannot be delivered, and a NOTICE without a word", async () => {
  await using irc = new TestNetwork({ limits: { maxTargets: 2 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("MODE #a +m");
  const cat = await irc.register("cat");
  bob!.news();
  const tries = ["", " :", " ,", " bob", " bob :", " none :x", " #none :x", " #a :x", " a,b,c :x"];
  assertEquals(await cat.say(...tries.map((params) => `PRIVMSG${params}`)), [
    ":irc.test 411 cat :No recipient given",
    ":irc.test 411 cat :No recipient given",
    ":irc.test 411 cat :No recipient given",
    ":irc.test 412 cat :No text to send",
    ":irc.test 412 cat :No text to send",
    ":irc.test 401 cat none :No such nick",
    ":irc.test 403 cat #none :No such channel",
    ":irc.test 404 cat #a :Cannot send to channel",
    ":irc.test 407 cat a :Too many targets; nothing is delivered",
  ]);
  assertEquals(await cat.say(...tries.map((params) => `NOTICE${params}`)), []);
  assertEquals(await bob!.say("PRIVMSG #a :x"), [":irc.test 404 bob #a :Cannot send to channel"]);
});

Deno.test("a message goes to each of several targets once, up to as many as it may have", async () => {
  await using irc = new TestNetwork({ limits: { maxTargets: 2 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await ann!.say("PRIVMSG #a,bob,#a :x"), []);
  assertEquals(bob!.news(), [`${ANN} PRIVMSG #a :x`, `${ANN} PRIVMSG bob :x`]);
});

Deno.test("a message is cut at a character when its sender's name makes it too long for a line", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  const text = "€".repeat(165);
  await ann!.say(`PRIVMSG #a :${text}`, `PRIVMSG bob :${text}`);
  for (const line of bob!.news()) {
    const bytes = new TextEncoder().encode(line).length;
    assert(bytes <= 510 && bytes > 507, `${bytes}`);
    assert(!line.includes("\ufffd"));
  }
});

Deno.test("a message stays one line when it holds CR or NUL", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("PRIVMSG #a :one\rPRIVMSG #a :two\0", "PRIVMSG #a :\x01ACTION waves\x01");
  assertEquals(bob!.news(), [
    `${ANN} PRIVMSG #a :one`,
    `${ANN} PRIVMSG #a :two`,
    `${ANN} PRIVMSG #a :\x01ACTION waves\x01`,
  ]);
});

Deno.test("a message that is no UTF-8 reaches the others as UTF-8", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  ann!.transport.deliver(
    new Uint8Array([...new TextEncoder().encode("PRIVMSG #a :caf"), 0xe9, 10]),
  );
  await ann!.say();
  assertEquals(bob!.news(), [`${ANN} PRIVMSG #a :café`]);
});

Deno.test("a message comes back to who sent it when it has echo-message", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann", { caps: ["echo-message"] });
  const bob = await irc.register("bob");
  await ann.say("JOIN #a");
  assertEquals(await ann.say("PRIVMSG #a :x", "NOTICE bob :y", "TAGMSG #a"), [
    `${ANN} PRIVMSG #a :x`,
    `${ANN} NOTICE bob :y`,
  ]);
  assertEquals(bob.news(), [`${ANN} NOTICE bob :y`]);
  await bob.say("JOIN #b", "MODE #b -n");
  assertEquals(await ann.say("PRIVMSG #b :from outside"), [`${ANN} PRIVMSG #b :from outside`]);
});

Deno.test("a message says when it was sent to who has server-time, and to nobody else", async () => {
  await using irc = new TestNetwork();
  const [ann] = await irc.inChannel("#a", "ann");
  const bob = await irc.register("bob", { caps: ["server-time"] });
  await bob.say("JOIN #a");
  ann!.news();
  await irc.clock.advance(1_234);
  await ann!.say("PRIVMSG #a :x", "PRIVMSG bob :y");
  const time = "@time=1970-01-01T00:00:01.234Z";
  assertEquals(bob.news(), [`${time} ${ANN} PRIVMSG #a :x`, `${time} ${ANN} PRIVMSG bob :y`]);
  await bob.say("PRIVMSG #a :z", "PART #a");
  assertEquals(ann!.news(), [`${BOB} PRIVMSG #a :z`, `${BOB} PART #a`]);
});

Deno.test("all that the server says of its own says when it was sent to who has server-time", async () => {
  await using irc = new TestNetwork({ deadlines: { pingMs: 2_000 } });
  const bob = await irc.connect();
  assertEquals((await bob.say("CAP REQ server-time", "CAP REQ -server-time")).map(withoutTime), [
    ":irc.test CAP * ACK server-time",
    "TIME :irc.test CAP * ACK -server-time",
  ]);
  await bob.say("CAP REQ server-time", "NICK bob", "USER bob 0 * :Bob");
  const greeting = await bob.say("CAP END");
  assertEquals(greeting.filter((line) => !line.startsWith("@time=1970-01-01T00:00:00.000Z :")), []);
  await irc.clock.advance(1_234);
  const told = await bob.say("JOIN #a", "NAMES #none", "MODE bob +i", "PING x", "PART #a");
  assert(told.every((line) => line.startsWith("@time=1970-01-01T00:00:01.234Z :")), told.join());
  assertEquals(told.map(withoutTime).slice(0, 1), [`TIME ${BOB} JOIN #a`]);
  assertEquals(told.map(withoutTime).slice(-1), [`TIME ${BOB} PART #a`]);
  await irc.clock.advance(2_000);
  assertEquals(bob.news().map(withoutTime), ["TIME PING irc.test"]);
  assertEquals((await bob.say("QUIT")).map(withoutTime), [
    "TIME ERROR :Closing link: 10.0.0.1 (Quit)",
  ]);
});

function withoutTime(line: string): string {
  return line.replace(/^@time=\S+/, "TIME");
}

Deno.test("nobody hears a second target of who is dropped at the first", async () => {
  await using irc = new TestNetwork({ limits: { maxQueuedBytes: 8_192 } });
  const ann = await irc.register("ann", { caps: ["echo-message"] });
  const bob = await irc.register("bob");
  await ann.say("JOIN #a");
  await bob.say("JOIN #a");
  ann.transport.blockWrites();
  const text = "x".repeat(400);
  for (let count = 0; count < 18; count++) await bob.say(`PRIVMSG ann :${text}`);
  bob.news();
  await ann.say(`PRIVMSG ann,bob :${text}`);
  assertEquals(bob.news(), [`${ANN} QUIT :SendQ exceeded`]);
});

Deno.test("tags go from one to another when both have message-tags: those alone that clients make up", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann", { caps: ["message-tags"] });
  const bob = await irc.register("bob", { caps: ["message-tags", "server-time"] });
  const cat = await irc.register("cat");
  for (const client of [ann, bob, cat]) await client.say("JOIN #a");
  for (const client of [ann, bob, cat]) client.news();
  await ann.say("@+x=a\\sb;time=1999;msgid=1 PRIVMSG #a :x", "@+typing=active TAGMSG #a");
  await ann.say("@+x TAGMSG bob,cat", "TAGMSG #a");
  const time = "time=1970-01-01T00:00:00.000Z";
  assertEquals(bob.news(), [
    `@${time};+x=a\\sb ${ANN} PRIVMSG #a :x`,
    `@${time};+typing=active ${ANN} TAGMSG #a`,
    `@${time};+x ${ANN} TAGMSG bob`,
  ]);
  assertEquals(cat.news(), [`${ANN} PRIVMSG #a :x`]);
  assertEquals(ann.news(), []);
  await cat.say("@+x=1 PRIVMSG #a :tags were not agreed on");
  assertMatch(bob.news()[0]!, /^@time=\S+ :cat!\S+ PRIVMSG #a :tags/);
  assertEquals(ann.news(), [":cat!~cat@10.0.0.1 PRIVMSG #a :tags were not agreed on"]);
});

Deno.test("neighbours with away-notify hear who goes away, comes back, and comes in away", async () => {
  await using irc = new TestNetwork({ limits: { maxAwayBytes: 5 } });
  const ann = await irc.register("ann", { caps: ["away-notify"] });
  const [bob, cat] = [await irc.register("bob"), await irc.register("cat")];
  await ann.say("JOIN #a");
  await cat.say("JOIN #a");
  await bob.say("AWAY :1234é");
  await bob.say("JOIN #a");
  assertEquals(ann.news(), [
    ":cat!~cat@10.0.0.1 JOIN #a",
    `${BOB} JOIN #a`,
    `${BOB} AWAY :1234`,
  ]);
  await bob.say("AWAY :12345", "AWAY");
  assertEquals(ann.news(), [`${BOB} AWAY :12345`, `${BOB} AWAY`]);
  assertEquals(cat.news().filter((line) => line.includes("AWAY")), []);
});

Deno.test("capabilities are listed, taken all or none, and given back", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.connect();
  const all =
    "away-notify cap-notify echo-message message-tags multi-prefix server-time userhost-in-names";
  assertEquals(await ann.say("CAP LS 302", "NICK ann", "USER ann 0 * :Ann"), [
    `:irc.test CAP * LS :${all}`,
  ]);
  assertEquals(
    await ann.say("CAP LIST", "CAP REQ :echo-message sasl", "CAP REQ :multi-prefix", "CAP WHAT"),
    [
      ":irc.test CAP ann LIST cap-notify",
      ":irc.test CAP ann NAK :echo-message sasl",
      ":irc.test CAP ann ACK multi-prefix",
      ":irc.test 410 ann WHAT :Unknown CAP subcommand",
    ],
  );
  assertMatch((await ann.say("CAP END"))[0]!, / 001 ann /);
  assertEquals(await ann.say("CAP REQ :-multi-prefix server-time", "CAP LIST"), [
    ":irc.test CAP ann ACK :-multi-prefix server-time",
    "@time=1970-01-01T00:00:00.000Z :irc.test CAP ann LIST :cap-notify server-time",
  ]);
});

Deno.test("what is said on one turn is one piece for everybody, in one order", async () => {
  await using irc = new TestNetwork();
  const [ann, bob, cat] = await irc.inChannel("#a", "ann", "bob", "cat");
  const before = cat!.transport.writes.length;
  ann!.transport.deliver("PRIVMSG #a :1\r\nPRIVMSG #a :2\r\n");
  bob!.transport.deliver("PRIVMSG #a :3\r\n");
  await ann!.say();
  assertEquals(cat!.transport.writes.length, before + 1);
  const heard = cat!.news();
  assertEquals(heard.filter((line) => line.startsWith(ANN)), [
    `${ANN} PRIVMSG #a :1`,
    `${ANN} PRIVMSG #a :2`,
  ]);
  assertEquals(heard.length, 3);
  assertEquals(bob!.news(), [`${ANN} PRIVMSG #a :1`, `${ANN} PRIVMSG #a :2`]);
});
