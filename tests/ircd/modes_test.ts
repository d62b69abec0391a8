import { assert, assertEquals } from "@std/assert";
import { TestNetwork } from "./irc_harness.ts";

const ANN = ":ann!~ann@10.0.0.1";

Deno.test("the modes of a channel are shown, with its password to members alone", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await bob!.say("MODE #a"), [
    ":irc.test 324 bob #a +nt",
    ":irc.test 329 bob #a 0",
  ]);
  assertEquals(await ann!.say("MODE #a +kl-n+i key 7"), [`${ANN} MODE #a +kl-n+i key 7`]);
  bob!.news();
  assertEquals((await bob!.say("MODE #A"))[0], ":irc.test 324 bob #a +itkl key 7");
  const cat = await irc.register("cat");
  assertEquals((await cat.say("MODE #a"))[0], ":irc.test 324 cat #a +itkl * 7");
  assertEquals(await cat.say("MODE #b"), [":irc.test 403 cat #b :No such channel"]);
});

/** What keeps whom out or quiet: the mode, then what an outsider may do. */
const MATRIX: readonly {
  readonly modes: string;
  readonly join: string;
  readonly joined: readonly string[];
  readonly outside: readonly string[];
  readonly inside: readonly string[];
}[] = [
  { modes: "-n", join: "#a", joined: [], outside: [], inside: [] },
  { modes: "+t", join: "#a", joined: [], outside: ["404"], inside: [] },
  { modes: "-n+m", join: "#a", joined: [], outside: ["404"], inside: ["404"] },
  { modes: "+i", join: "#a", joined: ["473"], outside: ["404"], inside: ["404"] },
  { modes: "+iI eve!*@*", join: "#a", joined: [], outside: ["404"], inside: [] },
  { modes: "+k key", join: "#a", joined: ["475"], outside: ["404"], inside: ["404"] },
  { modes: "+k key", join: "#a Key", joined: ["475"], outside: ["404"], inside: ["404"] },
  { modes: "+k key", join: "#a key", joined: [], outside: ["404"], inside: [] },
  { modes: "+l 1", join: "#a", joined: ["471"], outside: ["404"], inside: ["404"] },
  { modes: "+l 2", join: "#a", joined: [], outside: ["404"], inside: [] },
  { modes: "+b *!*@10.0.0.*", join: "#a", joined: ["474"], outside: ["404"], inside: ["404"] },
  { modes: "-n+b *!*@10.0.0.*", join: "#a", joined: ["474"], outside: ["404"], inside: ["404"] },
  { modes: "+be *!*@10.0.0.* EVE!*@*", join: "#a", joined: [], outside: ["404"], inside: [] },
  { modes: "+b eve", join: "#a", joined: ["474"], outside: ["404"], inside: ["404"] },
  { modes: "+b 10.0.0.9", join: "#a", joined: [], outside: ["404"], inside: [] },
  { modes: "+s", join: "#a", joined: [], outside: ["403"], inside: [] },
  { modes: "+s-n", join: "#a", joined: [], outside: [], inside: [] },
];

for (const { modes, join, joined, outside, inside } of MATRIX) {
  Deno.test(`a channel with ${modes} ${joined.length > 0 ? "keeps out" : "lets in"} who says JOIN ${join}`, async () => {
    await using irc = new TestNetwork();
    const [ann] = await irc.inChannel("#a", "ann");
    await ann!.say(`MODE #a ${modes}`);
    const eve = await irc.register("eve");
    const refusals = (lines: readonly string[]) =>
      lines.map((line) => line.split(" ")[1]!).filter((one) => one.startsWith("4"));
    assertEquals(refusals(await eve.say("PRIVMSG #a :from outside")), outside);
    assertEquals(refusals(await eve.say(`JOIN ${join}`)), joined);
    assertEquals(refusals(await eve.say("PRIVMSG #a :from inside")), inside);
  });
}

Deno.test("a member speaks in a moderated channel when it is voiced or operator, and banned when it is", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("MODE #a +m", "MODE #a +v BOB");
  bob!.news();
  assertEquals(await bob!.say("PRIVMSG #a :x"), []);
  await ann!.say("MODE #a -v+o bob bob");
  bob!.news();
  assertEquals(await bob!.say("PRIVMSG #a :x", "MODE #a -m"), [":bob!~bob@10.0.0.1 MODE #a -m"]);
  await ann!.say("MODE #a -o+b bob bob!*@*");
  bob!.news();
  assertEquals(await bob!.say("PRIVMSG #a :x"), [":irc.test 404 bob #a :Cannot send to channel"]);
  await bob!.say("NICK rob");
  assertEquals(await bob!.say("PRIVMSG #a :x"), []);
  await ann!.say("MODE #a +b *!~bob@*");
  bob!.news();
  assertEquals(await bob!.say("PRIVMSG #a :x"), [":irc.test 404 rob #a :Cannot send to channel"]);
  await ann!.say("MODE #a -b *!~BOB@*");
  bob!.news();
  assertEquals(await bob!.say("PRIVMSG #a :x"), []);
});

Deno.test("names show the highest prefix, or all with multi-prefix, when modes change", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("MODE #a +vvo ann bob bob");
  bob!.news();
  assertEquals((await bob!.say("NAMES #a"))[0], ":irc.test 353 bob = #a :@ann @bob");
  await bob!.say("CAP REQ multi-prefix");
  assertEquals((await bob!.say("NAMES #a"))[0], ":irc.test 353 bob = #a :@+ann @+bob");
  await ann!.say("MODE #a -o ann");
  bob!.news();
  assertEquals((await bob!.say("NAMES #a"))[0], ":irc.test 353 bob = #a :+ann @+bob");
});

Deno.test("only an operator changes modes, and everybody reads the ban list", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await bob!.say("MODE #a +m-n+b x", "MODE #a b", "MODE #a +b"), [
    ":irc.test 482 bob #a :You are not channel operator",
    ":irc.test 368 bob #a :End of channel list",
    ":irc.test 368 bob #a :End of channel list",
  ]);
  await irc.clock.advance(5_000);
  assertEquals(await ann!.say("MODE #a +bbI x *.test y@z", "MODE #a +e X!*@*"), [
    `${ANN} MODE #a +bbI x!*@* *!*@*.test *!y@z`,
    `${ANN} MODE #a +e X!*@*`,
  ]);
  bob!.news();
  const bans = [
    ":irc.test 367 bob #a x!*@* ann 5",
    ":irc.test 367 bob #a *!*@*.test ann 5",
    ":irc.test 368 bob #a :End of channel list",
  ];
  const exceptions = [
    ":irc.test 348 bob #a X!*@* ann 5",
    ":irc.test 349 bob #a :End of channel list",
  ];
  const expected = [
    ":irc.test 346 bob #a *!y@z ann 5",
    ":irc.test 347 bob #a :End of channel list",
  ];
  assertEquals(await bob!.say("MODE #a e", "MODE #a I", "MODE #a b"), [
    ...exceptions,
    ...expected,
    ...bans,
  ]);
  assertEquals(await bob!.say("MODE #a +be-bebI"), [...bans, ...exceptions, ...expected]);
});

Deno.test("who takes its own rights from itself changes nothing behind that", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  assertEquals(await ann!.say("MODE #a +m-o+so ann bob"), [
    ":irc.test 482 ann #a :You are not channel operator",
    `${ANN} MODE #a +m-o ann`,
  ]);
  assertEquals(bob!.news(), [`${ANN} MODE #a +m-o ann`]);
});

Deno.test("a ban holds for who it says when its parts are left out", async () => {
  await using irc = new TestNetwork();
  const [ann] = await irc.inChannel("#a", "ann");
  const eve = await irc.register("eve");
  assertEquals(await ann!.say("MODE #a +b @10.0.0.1"), [`${ANN} MODE #a +b *!*@10.0.0.1`]);
  assertEquals(await eve.say("JOIN #a"), [":irc.test 474 eve #a :Cannot join channel (+b)"]);
  assertEquals(await ann!.say("MODE #a -b @10.0.0.1"), [`${ANN} MODE #a -b *!*@10.0.0.1`]);
});

Deno.test("a list of masks is told piece by piece to who has little room", async () => {
  await using irc = new TestNetwork({ limits: { maxQueuedBytes: 8_192 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  for (let count = 0; count < 25; count++) {
    const masks = ["a", "b", "c", "d"].map((one) => `${one.repeat(90)}${count}`);
    await ann!.say(`MODE #a +bbbb ${masks.join(" ")}`);
  }
  bob!.news();
  bob!.transport.blockWrites();
  await bob!.say("MODE #a b");
  const { queuedBytes } = [...irc.server.connections].find(({ id }) => id === 1)!;
  assert(queuedBytes > 4_000 && queuedBytes < 5_000, `${queuedBytes}`);
  await ann!.say("PRIVMSG #a :is there room?");
  bob!.transport.unblockWrites();
  const lines: string[] = [];
  while (!lines.at(-1)?.includes(" 368 ")) lines.push(...await bob!.say());
  assertEquals(lines.filter((line) => line.includes(" 367 ")).length, 100);
  assertEquals(lines.filter((line) => line.includes("PRIVMSG")).length, 1);
});

Deno.test("a list takes as many masks as it may hold, all lists together", async () => {
  await using irc = new TestNetwork({ limits: { maxMasks: 2 } });
  const [ann] = await irc.inChannel("#a", "ann");
  assertEquals(await ann!.say("MODE #a +b a", "MODE #a +e b", "MODE #a +I c", "MODE #a +b A"), [
    `${ANN} MODE #a +b a!*@*`,
    `${ANN} MODE #a +e b!*@*`,
    ":irc.test 478 ann #a c!*@* :Channel list is full",
    ":irc.test 478 ann #a A!*@* :Channel list is full",
  ]);
  assertEquals(await ann!.say("MODE #a -b A", "MODE #a +I c"), [
    `${ANN} MODE #a -b a!*@*`,
    `${ANN} MODE #a +I c!*@*`,
  ]);
});

Deno.test("modes are refused with their reason when they are unknown or their parameter is none", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  const eve = await irc.register("eve");
  assertEquals(
    await ann!.say(
      "MODE #a +z",
      "MODE #a +k",
      "MODE #a +l",
      "MODE #a +o",
      "MODE #a +o none",
      "MODE #a +o eve",
      "MODE #a +k a,b",
      `MODE #a +k ${"x".repeat(24)}`,
      ...["-3", "0", "x", "0x10", "1e3", "2.5", "+2", "1234567890"].map((n) => `MODE #a +l ${n}`),
      "MODE #a +l : 2",
      "MODE #a +b :a b",
      "MODE #a -e a,b",
      `MODE #a +I ${"x".repeat(121)}`,
    ),
    [
      ":irc.test 472 ann z :is unknown mode char to me",
      ":irc.test 461 ann MODE :Not enough parameters",
      ":irc.test 461 ann MODE :Not enough parameters",
      ":irc.test 461 ann MODE :Not enough parameters",
      ":irc.test 401 ann none :No such nick",
      ":irc.test 441 ann eve #a :They are not on that channel",
      ":irc.test 525 ann #a :Key is not well-formed",
      ":irc.test 525 ann #a :Key is not well-formed",
      ...["-3", "0", "x", "0x10", "1e3", "2.5", "+2", "1234567890", "_2"].map((n) =>
        `:irc.test 696 ann #a l ${n} :A limit is a whole number from 1`
      ),
      ":irc.test 696 ann #a b a_b :This cannot be a mask",
      ":irc.test 696 ann #a e a,b :This cannot be a mask",
      `:irc.test 696 ann #a I ${"x".repeat(120)} :This cannot be a mask`,
    ],
  );
  assertEquals(await ann!.say("MODE #a +l 007", "MODE #a +l 999999999"), [
    `${ANN} MODE #a +l 7`,
    `${ANN} MODE #a +l 1000000`,
  ]);
  bob!.news();
  await ann!.say("MODE #a -l");
  bob!.news();
  assertEquals(await ann!.say("MODE #a +nt-im", "MODE #a -l", "MODE #a -k x"), []);
  assertEquals([bob!.news(), eve.news()], [[], []]);
});

Deno.test("a change of modes is told in several lines when one has no room for it", async () => {
  await using irc = new TestNetwork({ limits: { maxNickBytes: 60 } });
  const nick = "a".repeat(60);
  const [ann, bob] = await irc.inChannel(`#${"c".repeat(50)}`, nick, "bob");
  const channel = `#${"c".repeat(50)}`;
  const masks = ["1", "2", "3", "4"].map((one) => one.repeat(104));
  const lines = await ann!.say(`MODE ${channel} +bbbbs ${masks.join(" ")}`);
  assert(lines.length > 1);
  for (const line of lines) assert(line.length <= 510, `${line.length}`);
  const told = lines.map((line) => line.split(" ").slice(3));
  assertEquals(told.map(([letters]) => letters).join("").replaceAll("+", ""), "bbbbs");
  assertEquals(
    told.flatMap(([, ...params]) => params),
    masks.map((mask) => `${mask}!*@*`),
  );
  assertEquals(bob!.news(), lines);
});

Deno.test("no more modes with a parameter are changed at once than are announced", async () => {
  await using irc = new TestNetwork();
  const [ann] = await irc.inChannel("#a", "ann");
  assertEquals(await ann!.say("MODE #a +bbbbbs a b c d e"), [
    `${ANN} MODE #a +bbbbs a!*@* b!*@* c!*@* d!*@*`,
  ]);
});

Deno.test("a user makes itself invisible and visible, and nobody else", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = [await irc.register("ann"), await irc.register("bob")];
  assertEquals(await ann.say("MODE ann", "MODE Ann +i", "MODE ann", "MODE ann +i", "MODE ann +o"), [
    ":irc.test 221 ann +",
    `${ANN} MODE ann +i`,
    ":irc.test 221 ann +i",
  ]);
  assertEquals(await ann.say("MODE bob", "MODE none +i", "MODE ann +x-i"), [
    ":irc.test 502 ann :These are not your own modes",
    ":irc.test 401 ann none :No such nick",
    ":irc.test 501 ann :Unknown mode",
    `${ANN} MODE ann -i`,
  ]);
  await ann.say("MODE ann +i");
  assertEquals(
    (await bob.say("LUSERS"))[0],
    ":irc.test 251 bob :There are 1 users and 1 invisible on 1 server",
  );
});
