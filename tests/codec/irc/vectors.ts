// The public test vectors of IRC parsers, github.com/ircdocs/parser-tests at 6b417e6, as facts in a form of our own. They are
// in the public domain (CC0 1.0). Where our contract says something else, the vector has a property of its own for that.

/** The parts of a message. */
export interface Atoms {
  readonly tags?: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly verb: string;
  readonly params?: readonly string[];
}

/** A line and its parts (msg-split). */
export interface SplitVector extends Atoms {
  readonly line: string;
  /** What we give for the verb, where it has letters in lower case: a command comes out in upper case. */
  readonly command?: string;
}

/** The parts of a message, and the lines that say it (msg-join). */
export interface JoinVector extends Atoms {
  readonly lines: readonly string[];
  /** What we give for the verb when the line is read again. */
  readonly command?: string;
}

/** A mask, and what it describes (mask-match). */
export interface MaskVector {
  readonly mask: string;
  readonly matches: readonly string[];
  readonly fails: readonly string[];
}

/** A source and its parts; one that is missing is absent (userhost-split). */
export interface SourceVector {
  readonly source: string;
  readonly nick: string;
  readonly user?: string;
  readonly host?: string;
}

/** Lines, each with its parts. */
export const SPLIT: readonly SplitVector[] = [
  { line: "foo bar baz asdf", verb: "foo", command: "FOO", params: ["bar", "baz", "asdf"] },
  {
    line: ":coolguy foo bar baz asdf",
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "asdf"],
  },
  {
    line: "foo bar baz :asdf quux",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "asdf quux"],
  },
  { line: "foo bar baz :", verb: "foo", command: "FOO", params: ["bar", "baz", ""] },
  { line: "foo bar baz ::asdf", verb: "foo", command: "FOO", params: ["bar", "baz", ":asdf"] },
  {
    line: ":coolguy foo bar baz :asdf quux",
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "asdf quux"],
  },
  {
    line: ":coolguy foo bar baz :  asdf quux ",
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "  asdf quux "],
  },
  {
    line: ":coolguy PRIVMSG bar :lol :) ",
    source: "coolguy",
    verb: "PRIVMSG",
    params: ["bar", "lol :) "],
  },
  {
    line: ":coolguy foo bar baz :",
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", ""],
  },
  {
    line: ":coolguy foo bar baz :  ",
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "  "],
  },
  {
    line: "@a=b;c=32;k;rt=ql7 foo",
    tags: { a: "b", c: "32", k: "", rt: "ql7" },
    verb: "foo",
    command: "FOO",
  },
  {
    line: "@a=b\\\\and\\nk;c=72\\s45;d=gh\\:764 foo",
    tags: { a: "b\\and\nk", c: "72 45", d: "gh;764" },
    verb: "foo",
    command: "FOO",
  },
  {
    line: "@c;h=;a=b :quux ab cd",
    tags: { c: "", h: "", a: "b" },
    source: "quux",
    verb: "ab",
    command: "AB",
    params: ["cd"],
  },
  { line: ":src JOIN #chan", source: "src", verb: "JOIN", params: ["#chan"] },
  { line: ":src JOIN :#chan", source: "src", verb: "JOIN", params: ["#chan"] },
  { line: ":src AWAY", source: "src", verb: "AWAY" },
  { line: ":src AWAY ", source: "src", verb: "AWAY" },
  {
    line: ":cool\tguy foo bar baz",
    source: "cool\tguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz"],
  },
  {
    line: ":coolguy!ag@net\x035w\x03ork.admin PRIVMSG foo :bar baz",
    source: "coolguy!ag@net\x035w\x03ork.admin",
    verb: "PRIVMSG",
    params: ["foo", "bar baz"],
  },
  {
    line: ":coolguy!~ag@n\x02et\x0305w\x0fork.admin PRIVMSG foo :bar baz",
    source: "coolguy!~ag@n\x02et\x0305w\x0fork.admin",
    verb: "PRIVMSG",
    params: ["foo", "bar baz"],
  },
  {
    line:
      "@tag1=value1;tag2;vendor1/tag3=value2;vendor2/tag4= :irc.example.com COMMAND param1 param2 :param3 param3",
    tags: { "tag1": "value1", "tag2": "", "vendor1/tag3": "value2", "vendor2/tag4": "" },
    source: "irc.example.com",
    verb: "COMMAND",
    params: ["param1", "param2", "param3 param3"],
  },
  {
    line: ":irc.example.com COMMAND param1 param2 :param3 param3",
    source: "irc.example.com",
    verb: "COMMAND",
    params: ["param1", "param2", "param3 param3"],
  },
  {
    line: "@tag1=value1;tag2;vendor1/tag3=value2;vendor2/tag4 COMMAND param1 param2 :param3 param3",
    tags: { "tag1": "value1", "tag2": "", "vendor1/tag3": "value2", "vendor2/tag4": "" },
    verb: "COMMAND",
    params: ["param1", "param2", "param3 param3"],
  },
  { line: "COMMAND", verb: "COMMAND" },
  {
    line: "@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND",
    tags: { foo: "\\\\;\\s \r\n" },
    verb: "COMMAND",
  },
  {
    line: ":gravel.mozilla.org 432  #momo :Erroneous Nickname: Illegal characters",
    source: "gravel.mozilla.org",
    verb: "432",
    params: ["#momo", "Erroneous Nickname: Illegal characters"],
  },
  {
    line: ":gravel.mozilla.org MODE #tckk +n ",
    source: "gravel.mozilla.org",
    verb: "MODE",
    params: ["#tckk", "+n"],
  },
  {
    line: ":services.esper.net MODE #foo-bar +o foobar  ",
    source: "services.esper.net",
    verb: "MODE",
    params: ["#foo-bar", "+o", "foobar"],
  },
  { line: "@tag1=value\\\\ntest COMMAND", tags: { tag1: "value\\ntest" }, verb: "COMMAND" },
  { line: "@tag1=value\\1 COMMAND", tags: { tag1: "value1" }, verb: "COMMAND" },
  { line: "@tag1=value1\\ COMMAND", tags: { tag1: "value1" }, verb: "COMMAND" },
  {
    line: "@tag1=1;tag2=3;tag3=4;tag1=5 COMMAND",
    tags: { tag1: "5", tag2: "3", tag3: "4" },
    verb: "COMMAND",
  },
  {
    line: "@tag1=1;tag2=3;tag3=4;tag1=5;vendor/tag2=8 COMMAND",
    tags: { "tag1": "5", "tag2": "3", "tag3": "4", "vendor/tag2": "8" },
    verb: "COMMAND",
  },
  { line: ":SomeOp MODE #channel :+i", source: "SomeOp", verb: "MODE", params: ["#channel", "+i"] },
  {
    line: ":SomeOp MODE #channel +oo SomeUser :AnotherUser",
    source: "SomeOp",
    verb: "MODE",
    params: ["#channel", "+oo", "SomeUser", "AnotherUser"],
  },
];

/** Parts of messages, each with the lines that say it. */
export const JOIN: readonly JoinVector[] = [
  {
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "asdf"],
    lines: ["foo bar baz asdf", "foo bar baz :asdf"],
  },
  { source: "src", verb: "AWAY", lines: [":src AWAY"] },
  { source: "src", verb: "AWAY", params: [""], lines: [":src AWAY :"] },
  {
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "asdf"],
    lines: [":coolguy foo bar baz asdf", ":coolguy foo bar baz :asdf"],
  },
  {
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "asdf quux"],
    lines: ["foo bar baz :asdf quux"],
  },
  { verb: "foo", command: "FOO", params: ["bar", "baz", ""], lines: ["foo bar baz :"] },
  { verb: "foo", command: "FOO", params: ["bar", "baz", ":asdf"], lines: ["foo bar baz ::asdf"] },
  {
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "asdf quux"],
    lines: [":coolguy foo bar baz :asdf quux"],
  },
  {
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "  asdf quux "],
    lines: [":coolguy foo bar baz :  asdf quux "],
  },
  {
    source: "coolguy",
    verb: "PRIVMSG",
    params: ["bar", "lol :) "],
    lines: [":coolguy PRIVMSG bar :lol :) "],
  },
  {
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", ""],
    lines: [":coolguy foo bar baz :"],
  },
  {
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "  "],
    lines: [":coolguy foo bar baz :  "],
  },
  {
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["b\tar", "baz"],
    lines: [":coolguy foo b\tar baz", ":coolguy foo b\tar :baz"],
  },
  {
    tags: { asd: "" },
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "  "],
    lines: ["@asd :coolguy foo bar baz :  ", "@asd= :coolguy foo bar baz :  "],
  },
  {
    tags: { asd: "" },
    source: "coolguy",
    verb: "foo",
    command: "FOO",
    params: ["bar", "baz", "  "],
    lines: ["@asd :coolguy foo bar baz :  "],
  },
  {
    tags: { a: "b\\and\nk", d: "gh;764" },
    verb: "foo",
    command: "FOO",
    lines: ["@a=b\\\\and\\nk;d=gh\\:764 foo", "@d=gh\\:764;a=b\\\\and\\nk foo"],
  },
  {
    tags: { a: "b\\and\nk", d: "gh;764" },
    verb: "foo",
    command: "FOO",
    params: ["par1", "par2"],
    lines: [
      "@a=b\\\\and\\nk;d=gh\\:764 foo par1 par2",
      "@a=b\\\\and\\nk;d=gh\\:764 foo par1 :par2",
      "@d=gh\\:764;a=b\\\\and\\nk foo par1 par2",
      "@d=gh\\:764;a=b\\\\and\\nk foo par1 :par2",
    ],
  },
  {
    tags: { foo: "\\\\;\\s \r\n" },
    verb: "COMMAND",
    lines: ["@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND"],
  },
];

/** Masks, each with what it describes and what it does not. */
export const MASKS: readonly MaskVector[] = [
  {
    mask: "*@127.0.0.1",
    matches: ["coolguy!ab@127.0.0.1", "cooldud3!~bc@127.0.0.1"],
    fails: ["coolguy!ab@127.0.0.5", "cooldud3!~d@124.0.0.1"],
  },
  {
    mask: "cool*@*",
    matches: ["coolguy!ab@127.0.0.1", "cooldud3!~bc@127.0.0.1", "cool132!ab@example.com"],
    fails: ["koolguy!ab@127.0.0.5", "cooodud3!~d@124.0.0.1"],
  },
  {
    mask: "cool!*@*",
    matches: ["cool!guyab@127.0.0.1", "cool!~dudebc@127.0.0.1", "cool!312ab@example.com"],
    fails: [
      "coolguy!ab@127.0.0.1",
      "cooldud3!~bc@127.0.0.1",
      "koolguy!ab@127.0.0.5",
      "cooodud3!~d@124.0.0.1",
    ],
  },
  {
    mask: "cool!?username@*",
    matches: ["cool!ausername@127.0.0.1", "cool!~username@127.0.0.1"],
    fails: ["cool!username@127.0.0.1"],
  },
  {
    mask: "cool!a?*@*",
    matches: ["cool!ab@127.0.0.1", "cool!abc@127.0.0.1"],
    fails: ["cool!a@127.0.0.1"],
  },
  {
    mask: "cool[guy]!*@*",
    matches: ["cool[guy]!guy@127.0.0.1", "cool[guy]!a@example.com"],
    fails: ["coolg!ab@127.0.0.1", "cool[!ac@127.0.1.1"],
  },
];

/** Names of hosts. */
export const HOSTNAMES = [
  "irc.example.com",
  "i.coolguy.net",
  "irc-srv.net.uk",
  "iRC.CooLguY.NeT",
  "gsf.ds342.co.uk",
  "324.net.uk",
  "xn--bcher-kva.ch",
  "services.",
];

/** What is no name of a host in IRC (validate-hostname). */
export const NO_HOSTNAMES = [
  "-lol-.net.uk",
  "-lol.net.uk",
  "_irc._sctp.lol.net.uk",
  "irc",
  "com",
  "",
  " ",
  "example. net",
  "ex ample.org",
  " example.org",
  "example.org ",
];

/** Sources, each with its parts. */
export const SOURCES: readonly SourceVector[] = [
  { source: "coolguy", nick: "coolguy" },
  { source: "coolguy!ag@127.0.0.1", nick: "coolguy", user: "ag", host: "127.0.0.1" },
  { source: "coolguy!~ag@localhost", nick: "coolguy", user: "~ag", host: "localhost" },
  { source: "coolguy@127.0.0.1", nick: "coolguy", host: "127.0.0.1" },
  { source: "coolguy!ag", nick: "coolguy", user: "ag" },
  {
    source: "coolguy!ag@net\x035w\x03ork.admin",
    nick: "coolguy",
    user: "ag",
    host: "net\x035w\x03ork.admin",
  },
  {
    source: "coolguy!~ag@n\x02et\x0305w\x0fork.admin",
    nick: "coolguy",
    user: "~ag",
    host: "n\x02et\x0305w\x0fork.admin",
  },
];
