import { assert, assertEquals } from "@std/assert";
import { commandsOf, TestNetwork } from "./irc_harness.ts";

Deno.test("WHO shows the members of a channel with what they are there, and who is away", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("MODE #a +vv ann bob");
  await bob!.say("AWAY :x");
  assertEquals(await bob!.say("WHO #A"), [
    ":irc.test 352 bob #a ~ann 10.0.0.1 irc.test ann H@ :0 ann of test",
    ":irc.test 352 bob #a ~bob 10.0.0.1 irc.test bob G+ :0 bob of test",
    ":irc.test 315 bob #A :End of WHO",
  ]);
  await bob!.say("CAP REQ multi-prefix");
  assertEquals(
    (await bob!.say("WHO #a"))[0],
    ":irc.test 352 bob #a ~ann 10.0.0.1 irc.test ann H@+ :0 ann of test",
  );
  assertEquals(await bob!.say("WHO #a o", "WHO #none"), [
    ":irc.test 315 bob #a :End of WHO",
    ":irc.test 315 bob #none :End of WHO",
  ]);
});

Deno.test("WHO finds users by a name, by masks, and everybody", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann", { from: "192.0.2.7" });
  const bob = await irc.register("bob");
  const found = async (mask: string) => {
    const lines = await bob.say(`WHO ${mask}`);
    await irc.clock.advance(1_000);
    assertEquals(lines.at(-1), `:irc.test 315 bob ${mask || "*"} :End of WHO`);
    return lines.slice(0, -1).map((line) => line.split(" ")[7]);
  };
  assertEquals(await found("ANN"), ["ann"]);
  assertEquals(await found("*"), ["ann", "bob"]);
  assertEquals(await found("0"), ["ann", "bob"]);
  assertEquals(await found(""), ["ann", "bob"]);
  assertEquals(await found("a*"), ["ann"]);
  assertEquals(await found("192.0.*"), ["ann"]);
  assertEquals(await found("~b?b"), ["bob"]);
  assertEquals(await found("irc.t*"), ["ann", "bob"]);
  assertEquals(await found("b*test"), ["bob"]);
  assertEquals(await found("none"), []);
  assertEquals(await found("x*"), []);
  await ann.say("MODE ann +i");
  assertEquals(await found("*"), ["bob"]);
  assertEquals(await found("ann"), ["ann"]);
  await ann.say("JOIN #a");
  await bob.say("JOIN #a");
  assertEquals(await found("*"), ["ann", "bob"]);
});

Deno.test("WHO finds nobody by a mask that is longer than one may be", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  assertEquals(commandsOf(await ann.say(`WHO ${"*".repeat(120)}`)), ["352", "315"]);
  assertEquals(commandsOf(await ann.say(`WHO ${"*".repeat(121)}`)), ["315"]);
  assertEquals(commandsOf(await ann.say(`WHO ${"é".repeat(60)}*`)), ["315"]);
});

Deno.test("WHO slows its client down the more, the longer its mask is", async () => {
  await using irc = new TestNetwork({ limits: { maxTargetsPerSecond: 10 } });
  const ann = await irc.register("ann");
  for (let count = 0; count < 99; count++) await irc.register(`u${count}`);
  // Ten targets for the question, and two for a hundred users; a mask of 30 characters costs that once more.
  for (const [mask, ms] of [["x.".repeat(15), 400], ["x.".repeat(60), 1_000]] as const) {
    await irc.clock.advance(10_000);
    assertEquals(commandsOf(await ann.say(`WHO ${mask}`, "PING x")), ["315"]);
    await irc.clock.advance(ms - 1);
    assertEquals(ann.news(), []);
    await irc.clock.advance(1);
    assertEquals(ann.news(), [":irc.test PONG irc.test x"]);
  }
});

Deno.test("WHO of a channel shows who is invisible to its members alone", async () => {
  await using irc = new TestNetwork();
  const [ann] = await irc.inChannel("#a", "ann", "bob");
  const eve = await irc.register("eve");
  await ann!.say("MODE ann +i");
  assertEquals(commandsOf(await ann!.say("WHO #a")), ["352", "352", "315"]);
  assertEquals(await eve.say("WHO #a"), [
    ":irc.test 352 eve #a ~bob 10.0.0.1 irc.test bob H :0 bob of test",
    ":irc.test 315 eve #a :End of WHO",
  ]);
});

Deno.test("WHO tells of all when they are many, and pauses where little of it has left", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  for (let count = 0; count < 1_000; count++) await irc.register(`u${count}`);
  ann.transport.blockWrites();
  await ann.say("WHO *");
  assertEquals(ann.news(), []);
  const [connection] = irc.server.connections;
  assert(connection!.queuedBytes < 80_000, `${connection!.queuedBytes}`);
  ann.transport.unblockWrites();
  const lines: string[] = [];
  while (lines.at(-1) !== ":irc.test 315 ann * :End of WHO") lines.push(...await ann.say());
  assertEquals(lines.length, 1_002);
});

Deno.test("WHOIS tells who somebody is, where it is, and for how long it has said nothing", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("JOIN #b");
  await irc.clock.advance(4_000);
  await ann!.say("PRIVMSG #a :x");
  await irc.clock.advance(3_500);
  await ann!.say("AWAY :lunch");
  bob!.news();
  assertEquals(await bob!.say("WHOIS ANN"), [
    ":irc.test 311 bob ann ~ann 10.0.0.1 * :ann of test",
    ":irc.test 319 bob ann :@#a @#b",
    ":irc.test 312 bob ann irc.test Test",
    ":irc.test 301 bob ann lunch",
    ":irc.test 317 bob ann 3 0 :seconds idle, signon time",
    ":irc.test 318 bob ANN :End of WHOIS",
  ]);
  assertEquals(commandsOf(await bob!.say("WHOIS irc.test ann")), [
    "311",
    "319",
    "312",
    "301",
    "317",
    "318",
  ]);
});

Deno.test("WHOIS refuses who is not there, and looks at no more than may be named", async () => {
  await using irc = new TestNetwork({ limits: { maxTargets: 2 } });
  const ann = await irc.register("ann");
  const waiting = await irc.connect();
  await waiting.say("NICK bob");
  assertEquals(await ann.say("WHOIS", "WHOIS ,", "WHOIS bob,x,ann"), [
    ":irc.test 431 ann :No nickname given",
    ":irc.test 431 ann :No nickname given",
    ":irc.test 401 ann bob :No such nick",
    ":irc.test 318 ann bob :End of WHOIS",
    ":irc.test 401 ann x :No such nick",
    ":irc.test 318 ann x :End of WHOIS",
  ]);
});

Deno.test("WHOIS tells no secret channel, and of who is invisible only those that are shared", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  const bob = await irc.register("bob");
  await ann.say("JOIN #s,#o,#t", "MODE #s +s", "MODE #t +s");
  await bob.say("JOIN #t");
  const channels = async () =>
    (await bob.say("WHOIS ann")).filter((line) => line.includes(" 319 "))
      .map((line) => line.replace(":irc.test 319 bob ann ", ""));
  assertEquals(await channels(), [":@#o @#t"]);
  await ann.say("MODE ann +i");
  assertEquals(await channels(), ["@#t"]);
  await bob.say("PART #t");
  assertEquals(await channels(), []);
  assertEquals((await ann.say("WHOIS ann")).at(-4), ":irc.test 319 ann ann :@#s @#o @#t");
});

Deno.test("WHOIS cuts channels into lines of at most 512 bytes when somebody is in many", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  const names = Array.from({ length: 20 }, (_, at) => `#${"é".repeat(25)}${at}`);
  for (const name of names) await ann.say(`JOIN ${name}`);
  const lines = (await ann.say("WHOIS ann")).filter((line) => line.includes(" 319 "));
  assert(lines.length > 1);
  for (const line of lines) assert(new TextEncoder().encode(line).length <= 510);
  assertEquals(
    lines.flatMap((line) => line.slice(line.indexOf(" :") + 2).split(" ")),
    names.map((name) => `@${name}`),
  );
});

Deno.test("WHOWAS, USERHOST and ISON tell what is known", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann");
  const bob = await irc.register("bob");
  await bob.say("AWAY :x");
  assertEquals(
    await ann.say(
      "WHOWAS",
      "WHOWAS x",
      "USERHOST ANN bob none",
      "USERHOST :none",
      "ISON ANN :none bob",
      "ISON x",
    ),
    [
      ":irc.test 431 ann :No nickname given",
      ":irc.test 406 ann x :There was no such nickname",
      ":irc.test 369 ann x :End of WHOWAS",
      ":irc.test 302 ann :ann=+~ann@10.0.0.1 bob=-~bob@10.0.0.1",
      ":irc.test 302 ann :",
      ":irc.test 303 ann :ann bob",
      ":irc.test 303 ann :",
    ],
  );
});

Deno.test("USERHOST looks at five, in lines of at most 512 bytes", async () => {
  await using irc = new TestNetwork({ limits: { maxNickBytes: 64 } });
  const nicks = ["a", "b", "c", "d", "e", "f"].map((letter) => letter.repeat(64));
  const from = "2001:db8:1111:2222:3333:4444:5555:6666";
  for (const nick of nicks) await irc.register(nick, { from });
  const ann = await irc.register("z".repeat(64));
  const lines = await ann.say(`USERHOST ${nicks.join(" ")}`);
  assertEquals(lines.length, 2);
  for (const line of lines) assert(line.length <= 510);
  assertEquals(lines.join(" ").match(/=\+~/g)?.length, 5);
});

Deno.test("the server tells what it is, what time it is, and who is there", async () => {
  await using irc = new TestNetwork({ version: "test-1", motd: "hi" });
  const ann = await irc.register("ann");
  await irc.connect();
  await ann.say("JOIN #a");
  await irc.clock.advance(2_000);
  assertEquals((await ann.say("VERSION"))[0], ":irc.test 351 ann test-1 irc.test :Test IRC");
  assertEquals(await ann.say("TIME", "ADMIN", "INFO", "MOTD", "MOTD irc.*", "TIME ann"), [
    ":irc.test 391 ann irc.test :Thu, 01 Jan 1970 00:00:02 GMT",
    ":irc.test 423 ann irc.test :No administrative information is given",
    ":irc.test 371 ann :irc.test runs test-1",
    ":irc.test 371 ann :It was started Thu, 01 Jan 1970 00:00:00 GMT",
    ":irc.test 374 ann :End of INFO",
    ...Array.from({ length: 2 }, () => [
      ":irc.test 375 ann :- irc.test Message of the day - ",
      ":irc.test 372 ann :- hi",
      ":irc.test 376 ann :End of the message of the day",
    ]).flat(),
    ":irc.test 391 ann irc.test :Thu, 01 Jan 1970 00:00:02 GMT",
  ]);
  assertEquals(await ann.say("TIME other.test", "VERSION x", "MOTD x", "ADMIN x", "INFO x"), [
    ":irc.test 402 ann other.test :No such server",
    ...Array<string>(4).fill(":irc.test 402 ann x :No such server"),
  ]);
  assertEquals((await ann.say("LUSERS")).slice(2, 4), [
    ":irc.test 253 ann 1 :unregistered connections",
    ":irc.test 254 ann 1 :channels formed",
  ]);
});

Deno.test("what a client typed comes back harmlessly in a refusal, however long it is", async () => {
  await using irc = new TestNetwork({
    serverName: `${"x".repeat(58)}.test`,
    limits: { maxNickBytes: 64 },
  });
  const ann = await irc.register("a".repeat(64));
  const odd = ["\u{1f600}".repeat(60), "é".repeat(100), "x".repeat(300)];
  await ann.say("JOIN #a");
  for (const word of odd) {
    const told = [
      ...await ann.say(
        `JOIN ${word}`,
        `${word.slice(0, 200)} x`,
        `KICK #a ${word}`,
        `WHOIS ${word}`,
      ),
      ...await ann.say(
        `MODE ${word}`,
        `MODE #a +o ${word}`,
        `CAP ${word}`,
        `WHO ${word}`,
        `NAMES ${word}`,
      ),
    ];
    assertEquals(told.length, 10);
    for (const line of told) assert(new TextEncoder().encode(line).length <= 510, line);
  }
  assertEquals(await ann.say("WHOIS ::x", "INVITE :a b", "WHO :a b"), [
    `:${"x".repeat(58)}.test 401 ${"a".repeat(64)} _x :No such nick`,
    `:${"x".repeat(58)}.test 318 ${"a".repeat(64)} _x :End of WHOIS`,
    `:${"x".repeat(58)}.test 461 ${"a".repeat(64)} INVITE :Not enough parameters`,
    `:${"x".repeat(58)}.test 315 ${"a".repeat(64)} a_b :End of WHO`,
  ]);
});
