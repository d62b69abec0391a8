import { assert, assertEquals } from "@std/assert";
import { byteLength, cutText } from "../../ircd/cut_text.ts";
import { isChannel, isNick, isServerName, isWord, listed, usernameOf } from "../../ircd/names.ts";
import { WordLines } from "../../ircd/word_lines.ts";
import { SeededRandom } from "../../testing/random.ts";
import { TestNetwork } from "./irc_harness.ts";

Deno.test("cutText cuts at a character, and nothing that fits", () => {
  const text = "a\u00e9\u20ac\u{1f600}z";
  const cuts = Array.from({ length: 13 }, (_, bytes) => cutText(text, bytes));
  const [a, b, c, d] = ["a", "a\u00e9", "a\u00e9\u20ac", "a\u00e9\u20ac\u{1f600}"];
  assertEquals(cuts, ["", a, a, b, b, b, c, c, c, c, d, text, text]);
  assertEquals(cutText("x", -1), "");
  assertEquals([byteLength(text), byteLength(""), byteLength("x".repeat(600))], [11, 0, 512]);
});

Deno.test("a nickname is one when it begins with a letter and holds what it may", () => {
  for (const nick of ["a", "A1", "[x]\\`_^{|}-9", "x".repeat(9)]) {
    assert(isNick(nick, 9) || nick.length > 9);
  }
  for (
    const none of [
      "",
      "1a",
      "-a",
      "a b",
      "a!b",
      "a@b",
      "#a",
      ":a",
      "a\x00",
      "\u00e9",
      "x".repeat(10),
    ]
  ) {
    assert(!isNick(none, 9), none);
  }
});

Deno.test("a channel's name is one when it shows all that is in it", () => {
  for (
    const name of [
      "#a",
      "##",
      "#a:b",
      "#\u{1f600}",
      "#e\u0301",
      "#\u0e01\u0e34",
      "#\u00e9",
      "#\u65e5\u672c",
      `#${"\u00e9".repeat(4)}`,
    ]
  ) {
    assert(isChannel(name, 9), name);
  }
  const none = [
    "",
    "#",
    "a",
    "&a",
    "#a b",
    "#a,b",
    "#a\x07",
    "#a\u00a0",
    "#a\u200b",
    "#a\u202e",
    "#\ufffd",
  ];
  // deno-fmt-ignore
  const unseen = [
    0x7f, 0xad, 0x34f, 0x61c, 0x115f, 0x1680, 0x17b4, 0x180b, 0x180e, 0x2028, 0x205f, 0x2060, 0x2800, 0x3000, 0x3164, 0xd800,
    0xe000, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfff9, 0xfffc, 0x16fe4, 0x1bca0, 0x1d159, 0x1d173, 0xe0001, 0xe0061, 0xe0100,
    0x10ffff,
  ];
  none.push(...unseen.map((code) => `#a${String.fromCodePoint(code)}`));
  for (const name of [...none, `#${"\u00e9".repeat(4)}x`]) assert(!isChannel(name, 9), name);
});

Deno.test("names of users, servers and words are what has room in a line", () => {
  assertEquals(["ann", "", "a!b@c d", "\u00e9", "x".repeat(20)].map(usernameOf), [
    "~ann",
    "~user",
    "~abcd",
    "~user",
    `~${"x".repeat(10)}`,
  ]);
  assertEquals(listed(",a,,b,"), ["a", "b"]);
  assertEquals(listed(undefined), []);
  assert(isServerName(`${"x".repeat(58)}.test`) && !isServerName(`${"x".repeat(59)}.test`));
  assert(isWord("x".repeat(40)) && !isWord("x".repeat(41)) && !isWord("") && !isWord("a b"));
});

Deno.test("words are put into as few texts as have room for them", () => {
  const lines = new WordLines({ maxBytes: 5 });
  for (const word of ["aa", "bb", "c", "\u20ac", "d", "longer than that", "e", "f"]) {
    lines.add(word);
  }
  assertEquals(lines.texts, ["aa bb", "c \u20ac", "d", "longer than that", "e f"]);
});

Deno.test("names stay those who are there while they come, go, and change their names and modes", async () => {
  const random = new SeededRandom(77);
  await using irc = new TestNetwork();
  const op = await irc.register("op");
  const seen = await irc.register("seen", { caps: ["userhost-in-names", "multi-prefix"] });
  await op.say("JOIN #a");
  await seen.say("JOIN #a");
  const others = new Map<string, { prefix: string; isIn: boolean }>();
  const clients = await Promise.all(
    Array.from({ length: 8 }, (_, at) => irc.register(`u${at}`)),
  );
  const nicks = clients.map((_, at) => `u${at}`);
  for (const nick of nicks) others.set(nick, { prefix: "", isIn: false });
  for (let round = 0; round < 150; round++) {
    const at = random.upTo(7);
    const [client, nick] = [clients[at]!, nicks[at]!];
    const state = others.get(nick)!;
    switch (random.upTo(3)) {
      case 0:
        await client.say("JOIN #a");
        state.isIn = true;
        break;
      case 1:
        await client.say("PART #a");
        others.set(nick, { prefix: "", isIn: false });
        break;
      case 2: {
        const next = `${nick.slice(0, 2)}${random.upTo(9)}`;
        await client.say(`NICK ${next}`);
        others.delete(nick);
        others.set(next, state);
        nicks[at] = next;
        break;
      }
      default:
        await op.say(`MODE #a +v ${nick}`);
        if (state.isIn) state.prefix = "+";
    }
    const wanted = [...others].filter(([, { isIn }]) => isIn).map(([one, { prefix }]) =>
      prefix + one
    );
    const told = async (client: typeof op, who: string) => {
      client.news();
      const lines = await client.say("NAMES #a");
      const names = lines.filter((line) => line.includes(" 353 ")).map((line) =>
        line.split(` 353 ${who} = #a :`)[1]!
      );
      return names.join(" ").split(" ").map((name) => name.replace(/!.*/, "")).sort();
    };
    const all = ["@op", "seen", ...wanted].sort();
    assertEquals([await told(op, "op"), await told(seen, "seen")], [all, all]);
    await irc.clock.advance(100);
  }
});
