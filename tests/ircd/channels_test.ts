import { assert, assertEquals } from "@std/assert";
import { commandsOf, TestNetwork } from "./irc_harness.ts";

const ANN = ":ann!~ann@10.0.0.1";
const BOB = ":bob!~bob@10.0.0.1";

Deno.test("a channel is made with its first member as operator when somebody joins it", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  assertEquals(await ann.say("JOIN #a"), [
    `${ANN} JOIN #a`,
    ":irc.test 353 ann = #a :@ann",
    ":irc.test 366 ann #a :End of NAMES",
  ]);
  const bob = await irc.register("bob");
  assertEquals(await bob.say("JOIN #A"), [
    `${BOB} JOIN #a`,
    ":irc.test 353 bob = #a :@ann bob",
    ":irc.test 366 bob #a :End of NAMES",
  ]);
  assertEquals(ann.news(), [`${BOB} JOIN #a`]);
  assertEquals(await bob.say("JOIN #a"), []);
  assertEquals(irc.events.slice(-1), [{ type: "joined", id: 1, nick: "bob", channel: "#a" }]);
});

Deno.test("a channel is the same when its name is typed with letters that are the same in IRC", async () => {
  await using irc = new TestNetwork();
  const [ann] = await irc.inChannel("#[a]", "ann");
  const bob = await irc.register("bob");
  assertEquals((await bob.say("JOIN #{A}"))[0], `${BOB} JOIN #[a]`);
  assertEquals(await bob.say("JOIN #É,#é"), [
    `${BOB} JOIN #É`,
    ":irc.test 353 bob = #É :@bob",
    ":irc.test 366 bob #É :End of NAMES",
    `${BOB} JOIN #é`,
    ":irc.test 353 bob = #é :@bob",
    ":irc.test 366 bob #é :End of NAMES",
  ]);
  assertEquals(ann!.news(), [`${BOB} JOIN #[a]`]);
});

Deno.test("a network refuses to make a channel when its name can be none, or is too long", async () => {
  await using irc = new TestNetwork({ limits: { maxChannelBytes: 5 } });
  const ann = await irc.register("ann");
  assertEquals(await ann.say("JOIN a,#,&a,#a\x07,#a\u200b,#abcde,#abéd"), [
    ":irc.test 403 ann a :No such channel",
    ":irc.test 403 ann # :No such channel",
    ":irc.test 403 ann &a :No such channel",
    ":irc.test 403 ann #a\x07 :No such channel",
    ":irc.test 403 ann #a\u200b :No such channel",
    ":irc.test 403 ann #abcde :No such channel",
    ":irc.test 403 ann #abéd :No such channel",
  ]);
  assertEquals((await ann.say("JOIN #abcd,#abé")).length, 6);
});

Deno.test("a network refuses a channel when a user is in as many as it may be", async () => {
  await using irc = new TestNetwork({ limits: { maxChannelsPerUser: 2 } });
  const ann = await irc.register("ann");
  assertEquals(commandsOf(await ann.say("JOIN #a,#b")).filter((one) => one === "JOIN").length, 2);
  assertEquals(await ann.say("JOIN #c"), [
    ":irc.test 405 ann #c :You have joined too many channels",
  ]);
  await ann.say("PART #a");
  assertEquals((await ann.say("JOIN #c"))[0], `${ANN} JOIN #c`);
});

Deno.test("a network makes no channel when there are as many as there may be", async () => {
  await using irc = new TestNetwork({ limits: { maxChannels: 1 } });
  const [ann] = await irc.inChannel("#a", "ann");
  const bob = await irc.register("bob");
  assertEquals(await bob.say("JOIN #b"), [
    ":irc.test 437 bob #b :The server has too many channels",
  ]);
  assertEquals((await bob.say("JOIN #a"))[0], `${BOB} JOIN #a`);
  await bob.say("PART #a");
  await ann!.say("PART #a");
  assertEquals((await bob.say("JOIN #b"))[0], `${BOB} JOIN #b`);
});

Deno.test("a member leaves with its reason, cut where it is too long, when it parts", async () => {
  await using irc = new TestNetwork({ limits: { maxReasonBytes: 5 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await ann!.say("PART #A :12345"), [`${ANN} PART #a :12345`]);
  assertEquals(bob!.news(), [`${ANN} PART #a :12345`]);
  assertEquals(await bob!.say("PART #a :1234é"), [`${BOB} PART #a :1234`]);
  assertEquals(irc.events.at(-1), { type: "parted", id: 1, nick: "bob", channel: "#a" });
  assertEquals(await ann!.say("PART #a", "PART #b"), [
    ":irc.test 403 ann #a :No such channel",
    ":irc.test 403 ann #b :No such channel",
  ]);
  assertEquals(irc.network.counts.channels, 0);
});

Deno.test("a user leaves all channels when it says JOIN 0", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  await ann.say("JOIN #a,#b");
  assertEquals(await ann.say("JOIN 0"), [`${ANN} PART #a`, `${ANN} PART #b`]);
});

Deno.test("a topic is told, kept with who set it, and cut where it is too long", async () => {
  await using irc = new TestNetwork({ limits: { maxTopicBytes: 5 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await bob!.say("TOPIC #a", "TOPIC #a :mine"), [
    ":irc.test 331 bob #a :No topic is set",
    ":irc.test 482 bob #a :You are not channel operator",
  ]);
  await irc.clock.advance(9_000);
  assertEquals(await ann!.say("TOPIC #a :1234é"), [`${ANN} TOPIC #a :1234`]);
  assertEquals(bob!.news(), [`${ANN} TOPIC #a :1234`]);
  const cat = await irc.register("cat");
  assertEquals((await cat.say("JOIN #a")).slice(1, 3), [
    ":irc.test 332 cat #a :1234",
    ":irc.test 333 cat #a ann 9",
  ]);
  assertEquals((await ann!.say("TOPIC #a :12345")).at(-1), `${ANN} TOPIC #a :12345`);
  assertEquals(await ann!.say("TOPIC #a :"), [`${ANN} TOPIC #a :`]);
  const dan = await irc.register("dan");
  assertEquals(await dan.say("TOPIC #a", "TOPIC #a :x", "TOPIC #b"), [
    ":irc.test 331 dan #a :No topic is set",
    ":irc.test 442 dan #a :You are not on that channel",
    ":irc.test 403 dan #b :No such channel",
  ]);
  await ann!.say("MODE #a -t");
  assertEquals((await bob!.say("TOPIC #a :mine")).at(-1), `${BOB} TOPIC #a :mine`);
});

Deno.test("an operator kicks members, and nobody else does", async () => {
  await using irc = new TestNetwork();
  const [ann, bob, cat] = await irc.inChannel("#a", "ann", "bob", "cat");
  assertEquals(await bob!.say("KICK #a cat"), [
    ":irc.test 482 bob #a :You are not channel operator",
  ]);
  assertEquals(await ann!.say("KICK #a bob,dan,CAT :go"), [
    `${ANN} KICK #a bob :go`,
    ":irc.test 441 ann dan #a :They are not on that channel",
    `${ANN} KICK #a cat :go`,
  ]);
  assertEquals(bob!.news(), [`${ANN} KICK #a bob :go`]);
  assertEquals(cat!.news(), [`${ANN} KICK #a bob :go`, `${ANN} KICK #a cat :go`]);
  assertEquals(irc.events.at(-1), { type: "kicked", id: 2, nick: "cat", channel: "#a", by: "ann" });
  assertEquals(await ann!.say("KICK #a ann", "KICK #a ann"), [
    `${ANN} KICK #a ann :ann`,
    ":irc.test 403 ann #a :No such channel",
  ]);
});

Deno.test("an invitation is told, answered, and lets in once", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  const cat = await irc.register("cat");
  await ann!.say("MODE #a +i");
  bob!.news();
  await cat.say("AWAY :lunch");
  assertEquals(await bob!.say("INVITE cat #a"), [
    ":irc.test 482 bob #a :You are not channel operator",
  ]);
  assertEquals(await cat.say("JOIN #a", "INVITE ann #a"), [
    ":irc.test 473 cat #a :Cannot join channel (+i)",
    ":irc.test 442 cat #a :You are not on that channel",
  ]);
  assertEquals(await ann!.say("INVITE cat #a", "INVITE bob #a", "INVITE dan #a", "INVITE cat #b"), [
    ":irc.test 341 ann cat #a",
    ":irc.test 301 ann cat lunch",
    ":irc.test 443 ann bob #a :is already on channel",
    ":irc.test 401 ann dan :No such nick",
    ":irc.test 403 ann #b :No such channel",
  ]);
  assertEquals(cat.news(), [`${ANN} INVITE cat #a`]);
  assertEquals((await cat.say("JOIN #a"))[0], ":cat!~cat@10.0.0.1 JOIN #a");
  assertEquals(
    (await cat.say("PART #a", "JOIN #a")).at(-1),
    ":irc.test 473 cat #a :Cannot join channel (+i)",
  );
});

Deno.test("an invitation opens a channel when an operator says it, and is told alone when a member does", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  const eve = await irc.register("eve");
  const invited = async () => {
    assertEquals(await bob!.say("INVITE eve #a"), [":irc.test 341 bob eve #a"]);
    assertEquals(eve.news(), [`${BOB} INVITE eve #a`]);
    return await eve.say("JOIN #a");
  };
  for (const [mode, refusal] of [["+b eve", "474"], ["+l 2", "471"]] as const) {
    await ann!.say(`MODE #a ${mode}`);
    bob!.news();
    assertEquals(commandsOf(await invited()), [refusal]);
    await ann!.say("MODE #a -bl eve");
    bob!.news();
  }
  // It is no invitation for what comes later either.
  await bob!.say("INVITE eve #a");
  await ann!.say("MODE #a +i");
  eve.news();
  assertEquals(commandsOf(await eve.say("JOIN #a")), ["473"]);
  await ann!.say("MODE #a +b-i eve", "INVITE eve #a");
  bob!.news();
  eve.news();
  // What an operator said before is not taken back.
  await bob!.say("INVITE eve #a");
  eve.news();
  assertEquals((await eve.say("JOIN #a"))[0], ":eve!~eve@10.0.0.1 JOIN #a");
});

Deno.test("who kicks itself kicks nobody else", async () => {
  await using irc = new TestNetwork();
  const [ann, bob, cat] = await irc.inChannel("#a", "ann", "bob", "cat");
  assertEquals(await ann!.say("KICK #a bob,ann,cat :go"), [
    `${ANN} KICK #a bob :go`,
    `${ANN} KICK #a ann :go`,
    ":irc.test 442 ann #a :You are not on that channel",
  ]);
  assertEquals(cat!.news(), [`${ANN} KICK #a bob :go`, `${ANN} KICK #a ann :go`]);
  const [dan] = await irc.inChannel("#d", "dan");
  assertEquals(await dan!.say("KICK #d dan,dan"), [
    ":dan!~dan@10.0.0.1 KICK #d dan :dan",
    ":irc.test 403 dan #d :No such channel",
  ]);
  assertEquals(bob!.news(), [`${ANN} KICK #a bob :go`]);
});

Deno.test("answers to a long list are told piece by piece to who has little room", async () => {
  await using irc = new TestNetwork({ limits: { maxQueuedBytes: 8_192 } });
  const ann = await irc.register("ann");
  const names = Array.from({ length: 50 }, (_, at) => `#${"é".repeat(30)}${at}`);
  for (const name of names) await ann.say(`JOIN ${name}`);
  const queuedAfter = async (...lines: readonly string[]) => {
    ann.news();
    ann.transport.blockWrites();
    await ann.say(...lines);
    const [connection] = irc.server.connections;
    const { queuedBytes } = connection!;
    ann.transport.unblockWrites();
    const told: string[] = [];
    while (!told.at(-1)?.includes("PONG")) {
      told.push(...await ann.say());
      await irc.clock.advance(1_000);
    }
    return { queuedBytes, lines: told.length };
  };
  const many = "x,".repeat(150);
  for (
    const [line, answers] of [[`JOIN ${many}`, 150], [`PART ${many}`, 150], ["JOIN 0", 50]] as const
  ) {
    const { queuedBytes, lines } = await queuedAfter(line, "PING x");
    assert(queuedBytes > 4_000 && queuedBytes < 5_000, `${line}: ${queuedBytes}`);
    assertEquals(lines, answers + 1);
  }
});

Deno.test("an invitation is forgotten when as many came later as a user may be in channels", async () => {
  await using irc = new TestNetwork({ limits: { maxChannelsPerUser: 2 } });
  const bob = await irc.register("bob");
  const ops = await Promise.all(["o1", "o2", "o3"].map((nick) => irc.register(nick)));
  for (const [at, op] of ops.entries()) {
    await op.say(`JOIN #${at}`, `MODE #${at} +i`, `INVITE bob #${at}`);
  }
  bob.news();
  assertEquals(await bob.say("JOIN #0"), [":irc.test 473 bob #0 :Cannot join channel (+i)"]);
  assertEquals((await bob.say("JOIN #1"))[0], `${BOB} JOIN #1`);
  assertEquals((await bob.say("JOIN #2"))[0], `${BOB} JOIN #2`);
});

Deno.test("names are told of several channels, up to as many as may be named", async () => {
  await using irc = new TestNetwork({ limits: { maxTargets: 2 } });
  const [ann] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await ann!.say("NAMES", "NAMES #a,#none,#a"), [
    ":irc.test 366 ann * :End of NAMES",
    ":irc.test 353 ann = #a :@ann bob",
    ":irc.test 366 ann #a :End of NAMES",
    ":irc.test 366 ann #none :End of NAMES",
  ]);
});

Deno.test("names are cut into lines of at most 512 bytes when a channel is large", async () => {
  await using irc = new TestNetwork({ serverName: `${"x".repeat(57)}.test` });
  const nicks = Array.from({ length: 60 }, (_, at) => `n${"x".repeat(26)}${at}`);
  const [first] = await irc.inChannel("#a", ...nicks);
  const plain = await first!.say("NAMES #a");
  assert(plain.length > 3);
  await first!.say("CAP REQ :userhost-in-names multi-prefix", "MODE #a +v " + nicks[0]);
  const full = await first!.say("NAMES #a");
  for (const lines of [plain, full]) {
    for (const line of lines) assert(new TextEncoder().encode(line).length <= 510, line);
  }
  const told = (lines: readonly string[]) =>
    lines.slice(0, -1).flatMap((line) => line.slice(line.indexOf(" :") + 2).split(" "));
  assertEquals(told(plain), [`@${nicks[0]}`, ...nicks.slice(1)]);
  assertEquals(told(full)[0], `@+${nicks[0]}!~${nicks[0]!.slice(0, 10)}@10.0.0.1`);
  assertEquals(told(full).length, 60);
});

Deno.test("a secret channel and who is invisible in another are not shown to who is outside", async () => {
  await using irc = new TestNetwork();
  const [ann] = await irc.inChannel("#s", "ann", "bob");
  const eve = await irc.register("eve");
  await ann!.say("MODE #s +s", "JOIN #open", "MODE ann +i");
  assertEquals(
    await eve.say(
      "NAMES #s,#open",
      "TOPIC #s",
      "MODE #s",
      "LIST",
      "PRIVMSG #s :hi",
      "PART #s",
      "WHO #s",
    ),
    [
      ":irc.test 366 eve #s :End of NAMES",
      ":irc.test 366 eve #open :End of NAMES",
      ":irc.test 403 eve #s :No such channel",
      ":irc.test 403 eve #s :No such channel",
      ":irc.test 321 eve Channel :Users  Name",
      ":irc.test 322 eve #open 1 :",
      ":irc.test 323 eve :End of LIST",
      ":irc.test 403 eve #s :No such channel",
      ":irc.test 403 eve #s :No such channel",
      ":irc.test 315 eve #s :End of WHO",
    ],
  );
  assertEquals((await ann!.say("NAMES #s"))[0], ":irc.test 353 ann @ #s :@ann bob");
});

Deno.test("channels are listed with their topics, by name and by how many are there", async () => {
  await using irc = new TestNetwork();
  const [ann] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("JOIN #b", "TOPIC #b :to be");
  const listed = async (params: string) => {
    const lines = await ann!.say(`LIST${params}`);
    assertEquals([commandsOf(lines)[0], commandsOf(lines).at(-1)], ["321", "323"]);
    await irc.clock.advance(1_000);
    return lines.slice(1, -1);
  };
  const [a, b] = [":irc.test 322 ann #a 2 :", ":irc.test 322 ann #b 1 :to be"];
  assertEquals(await listed(""), [a, b]);
  assertEquals(await listed(" #B,#none"), [b]);
  assertEquals(await listed(" >1"), [a]);
  assertEquals(await listed(" <2"), [b]);
  assertEquals(await listed(" >0,<2"), [b]);
  assertEquals(await listed(" >2"), []);
});
