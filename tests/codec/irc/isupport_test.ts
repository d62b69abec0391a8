import { assert, assertEquals, assertThrows } from "@std/assert";
import { IrcSupport } from "../../../codec/irc/mod.ts";
import { LimitError } from "../../../codec/mod.ts";

/** Returns what a server supports that said these tokens, each line of them in a reply of its own. */
function supportOf(...replies: readonly string[]): IrcSupport {
  const support = new IrcSupport();
  for (const tokens of replies) {
    support.apply(["ann", ...tokens.split(" "), "are supported by this server"]);
  }
  return support;
}

Deno.test("IrcSupport is as RFC 1459 has it when nothing was said", () => {
  const support = new IrcSupport();
  assertEquals(support.casemapping, "rfc1459");
  assertEquals(support.channelTypes, "#&");
  assertEquals(support.prefixes, [{ mode: "o", symbol: "@" }, { mode: "v", symbol: "+" }]);
  assertEquals(support.statusSymbols, "");
  assertEquals(support.channelModes, { list: "b", always: "k", whenSet: "l", never: "imnpst" });
  assertEquals(support.networkName, undefined);
  assertEquals([support.get("NICKLEN"), support.has("NICKLEN")], [undefined, false]);
  assertEquals(support.number("NICKLEN", 9), 9);
});

Deno.test("IrcSupport keeps the tokens of several replies, the last of each name", () => {
  const support = supportOf("NICKLEN=30 SAFELIST NETWORK=Example", "NICKLEN=31 EXCEPTS=");
  assertEquals(support.number("NICKLEN", 9), 31);
  assertEquals([support.get("SAFELIST"), support.get("EXCEPTS")], ["", ""]);
  assertEquals(support.networkName, "Example");
});

Deno.test("IrcSupport knows names in any case", () => {
  const support = supportOf("nickLen=30");
  assertEquals(support.get("NICKLEN"), "30");
  assert(support.has("nicklen"));
});

Deno.test("IrcSupport leaves out the nickname and words that are no token", () => {
  const support = new IrcSupport();
  support.apply(["SAFELIST", "", "=5", "-", "A B", "a!b", "NICKLEN=30", "are supported here"]);
  assertEquals(support.has("SAFELIST"), false);
  assertEquals(support.number("NICKLEN", 9), 30);
  support.apply([]);
  support.apply(["ann"]);
});

Deno.test("IrcSupport goes back to the default when -NAME takes back what was said", () => {
  const support = supportOf(
    "CASEMAPPING=ascii CHANTYPES=# SAFELIST",
    "-CASEMAPPING -CHANTYPES -safelist -NEVERSAID",
  );
  assertEquals([support.casemapping, support.channelTypes], ["rfc1459", "#&"]);
  assertEquals(support.has("SAFELIST"), false);
});

Deno.test("IrcSupport reads \\xHH as a character, and other backslashes as themselves", () => {
  const support = supportOf("NETWORK=A\\x20B\\x3dC\\x5Cx20 SUFFIX=\\xg0\\n\\x2");
  assertEquals(support.networkName, "A B=C\\x20");
  assertEquals(support.get("SUFFIX"), "\\xg0\\n\\x2");
});

Deno.test("IrcSupport keeps an equals sign inside a value", () => {
  assertEquals(supportOf("TARGMAX=A=1,B=").get("TARGMAX"), "A=1,B=");
});

Deno.test("IrcSupport number() gives the fallback when the value is no whole number", () => {
  for (const value of ["", "=", "=-1", "=1.5", "=0x10", "=ten", "=1e3", "=1234567890123456"]) {
    assertEquals(supportOf(`MODES${value}`).number("MODES", 3), 3, value);
  }
  assertEquals(supportOf("MODES=0").number("MODES", 3), 0);
  assertEquals(supportOf("MODES=012").number("MODES", 3), 12);
});

for (
  const [value, casemapping] of [
    ["ascii", "ascii"],
    ["rfc1459", "rfc1459"],
    ["RFC1459", "rfc1459"],
    ["rfc1459-strict", "rfc1459-strict"],
    ["strict-rfc1459", "rfc1459-strict"],
    ["rfc7613", "ascii"],
  ] as const
) {
  Deno.test(`IrcSupport casemapping is ${casemapping} when the server says ${value}`, () => {
    assertEquals(supportOf(`CASEMAPPING=${value}`).casemapping, casemapping);
  });
}

Deno.test("IrcSupport prefixes pair modes with symbols, the highest first", () => {
  const all = "qaohv";
  assertEquals(
    supportOf(`PREFIX=(${all})~&@%+`).prefixes,
    [..."~&@%+"].map((symbol, index) => ({ mode: all[index]!, symbol })),
  );
});

Deno.test("IrcSupport prefixes are none when the server has none, or says what cannot be read", () => {
  for (const value of ["PREFIX=", "PREFIX", "PREFIX=ov@+", "PREFIX=()", "PREFIX=(ov"]) {
    assertEquals(supportOf(value).prefixes, [], value);
  }
  assertEquals(supportOf("PREFIX=(ov)@").prefixes, [{ mode: "o", symbol: "@" }]);
  assertEquals(supportOf("PREFIX=(o)@+").prefixes, [{ mode: "o", symbol: "@" }]);
});

Deno.test("IrcSupport channelModes have four kinds, those that are missing empty", () => {
  assertEquals(supportOf("CHANMODES=beI,k,l,imnst,X").channelModes, {
    list: "beI",
    always: "k",
    whenSet: "l",
    never: "imnst",
  });
  assertEquals(supportOf("CHANMODES=b,,").channelModes, {
    list: "b",
    always: "",
    whenSet: "",
    never: "",
  });
});

Deno.test("IrcSupport channelTypes and statusSymbols are what the server says, even nothing", () => {
  const support = supportOf("CHANTYPES= STATUSMSG=@+");
  assertEquals([support.channelTypes, support.statusSymbols], ["", "@+"]);
});

Deno.test("IrcSupport refuses more tokens than maxTokens, and takes those that it knows", () => {
  const support = new IrcSupport({ maxTokens: 2 });
  support.apply(["ann", "A", "B=1"]);
  support.apply(["ann", "B=2", "-A", "C"]);
  const error = assertThrows(() => support.apply(["ann", "B=3", "D"]), LimitError);
  assertEquals(
    error.message,
    "Cannot keep what the server supports: at least 3 tokens exceed maxIrcSupportTokens 2",
  );
  assertEquals([support.get("B"), support.has("D")], ["3", false]);
});

Deno.test("IrcSupport holds 500 tokens when no limit is given", () => {
  const support = new IrcSupport();
  const tokens = Array.from({ length: 500 }, (_, at) => `T${at}`);
  support.apply(["ann", ...tokens]);
  assertThrows(() => support.apply(["ann", "T500"]), LimitError);
});

Deno.test("IrcSupport throws when maxTokens is no limit or an option is not known", () => {
  for (const maxTokens of [0, -1, 1.5, NaN]) {
    assertThrows(() => new IrcSupport({ maxTokens }), RangeError, "Cannot set maxIrcSupportTokens");
  }
  // As JavaScript may pass it.
  const unknown = { max: 5 } as object;
  assertThrows(() => new IrcSupport(unknown), TypeError, "Cannot set max:");
});

Deno.test("IrcSupport knows how many targets a message may have", () => {
  for (
    const [tokens, max] of [
      [[], Infinity],
      [["TARGMAX=PRIVMSG:4,JOIN:2"], 2],
      [["TARGMAX=PRIVMSG:4,join:3", "MAXTARGETS=5"], 3],
      [["TARGMAX=JOIN:", "MAXTARGETS=5"], Infinity],
      [["TARGMAX=PRIVMSG:4", "MAXTARGETS=5"], 5],
      [["MAXTARGETS"], Infinity],
      [["TARGMAX=JOIN:0"], Infinity],
      [["TARGMAX=JOIN:x"], Infinity],
    ] as const
  ) {
    const support = new IrcSupport();
    support.apply(["ann", ...tokens, "are supported"]);
    assertEquals(support.maxTargets("Join"), max);
  }
});
