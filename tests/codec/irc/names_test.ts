import { assert, assertEquals } from "@std/assert";
import {
  formatSource,
  isChannelName,
  isIrcHostname,
  isNickname,
  numericName,
  NUMERICS,
  parseSource,
} from "../../../codec/irc/mod.ts";

Deno.test("isNickname() takes letters, digits, hyphens and what counts as letters", () => {
  for (const name of ["a", "Z", "ann", "ann2", "a-", "[]\\`_^{|}", "_", "x".repeat(100)]) {
    assert(isNickname(name), name);
  }
});

Deno.test("isNickname() refuses every other character, and a digit or a hyphen first", () => {
  for (const name of ["", "1st", "-a", "0", "é", "aé", "a\u{1f600}", "ann\n"]) {
    assert(!isNickname(name), JSON.stringify(name));
  }
  const refused = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
    .filter((character) => !isNickname(`a${character}`));
  assertEquals(refused.filter((one) => /[A-Za-z0-9[\]\\`_^{|}-]/.test(one)), []);
  assertEquals(refused.length, 256 - 26 * 2 - 10 - 10);
});

Deno.test("isChannelName() takes any text behind one of the channel types", () => {
  for (const name of ["#news", "&local", "#", "##", "#é€\u{1f600}", "#a:b", "#\x02a"]) {
    assert(isChannelName(name), name);
  }
  assert(isChannelName("!a", { channelTypes: "#!" }));
});

Deno.test("isChannelName() refuses another first character, and what ends a name", () => {
  for (
    const name of ["", "news", "+news", "é", "#a b", "#a,#b", "#a\x07", "#a\r", "#a\n", "#a\0"]
  ) {
    assert(!isChannelName(name), JSON.stringify(name));
  }
  assert(!isChannelName("&a", { channelTypes: "#" }));
  assert(!isChannelName("#a", { channelTypes: "" }));
});

Deno.test("isIrcHostname() takes names up to 253 characters, and labels up to 63", () => {
  const label = "a".repeat(63);
  assert(isIrcHostname(`${label}.b`));
  assert(!isIrcHostname(`${label}a.b`));
  assert(!isIrcHostname(`b.${label}a`));
  const long = `${label}.`.repeat(3);
  assert(isIrcHostname(long + "a".repeat(61)));
  assert(!isIrcHostname(long + "a".repeat(62)));
});

Deno.test("isIrcHostname() refuses empty labels and what is no ASCII", () => {
  for (
    const name of [".", "..", "a..b", ".a", "a.b..", "é.org", "a.b\n", "a-.b", "a.-b", "a_b.c"]
  ) {
    assert(!isIrcHostname(name), JSON.stringify(name));
  }
  assert(isIrcHostname("1.2.3.4") && isIrcHostname("a--b.c"));
});

Deno.test("isIrcHostname() takes no longer for a name that almost is one", () => {
  assert(!isIrcHostname(`${"a".repeat(1_000_000)}!`));
  assert(!isIrcHostname(`${"a-".repeat(126)}!`));
});

Deno.test("parseSource() cuts at the first ! and the last @", () => {
  for (
    const [text, parts] of [
      ["", { nick: "" }],
      ["irc.example.org", { nick: "irc.example.org" }],
      ["a!b", { nick: "a", user: "b" }],
      ["a@c", { nick: "a", host: "c" }],
      ["a!b@c", { nick: "a", user: "b", host: "c" }],
      ["a!b@c@d", { nick: "a", user: "b@c", host: "d" }],
      ["a!b!c@d", { nick: "a", user: "b!c", host: "d" }],
      ["a!@", { nick: "a", user: "", host: "" }],
      ["!b@c", { nick: "", user: "b", host: "c" }],
      ["a@b!c", { nick: "a", host: "b!c" }],
    ] as const
  ) {
    assertEquals(parseSource(text), parts, text);
    assertEquals(formatSource(parts), text);
  }
});

Deno.test("numericName() knows each of NUMERICS, which are three digits and all different", () => {
  const entries = Object.entries(NUMERICS);
  for (const [name, command] of entries) {
    assertEquals(command.length, 3);
    assert(/^\d{3}$/.test(command), name);
    assertEquals(numericName(command), name);
  }
  assertEquals(new Set(Object.values(NUMERICS)).size, entries.length);
  for (const other of ["", "000", "999", "1", "PING", "RPL_WELCOME", "constructor"]) {
    assertEquals(numericName(other), undefined);
  }
});

Deno.test("NUMERICS has the numbers of RFC 2812, 5, ISUPPORT and IRCv3 SASL", () => {
  assertEquals([NUMERICS.RPL_WELCOME, NUMERICS.RPL_ISUPPORT], ["001", "005"]);
  assertEquals([NUMERICS.RPL_TOPIC, NUMERICS.RPL_NAMREPLY, NUMERICS.RPL_ENDOFNAMES], [
    "332",
    "353",
    "366",
  ]);
  assertEquals([NUMERICS.RPL_ENDOFMOTD, NUMERICS.ERR_NOMOTD], ["376", "422"]);
  assertEquals([NUMERICS.ERR_NICKNAMEINUSE, NUMERICS.ERR_NEEDMOREPARAMS], ["433", "461"]);
  assertEquals([NUMERICS.RPL_LOGGEDIN, NUMERICS.RPL_SASLSUCCESS, NUMERICS.ERR_SASLFAIL], [
    "900",
    "903",
    "904",
  ]);
});
