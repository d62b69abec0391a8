import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMAND_HELP, parseTyped, type Typed } from "../../../cli/irc/commands.ts";

const TYPED: readonly (readonly [line: string, typed: Typed])[] = [
  ["", { kind: "nothing" }],
  ["   ", { kind: "nothing" }],
  ["hello", { kind: "say", text: "hello" }],
  ["  two  spaces ", { kind: "say", text: "  two  spaces " }],
  ["//usr/bin", { kind: "say", text: "/usr/bin" }],
  ["/join #a", { kind: "join", joins: [{ channel: "#a" }] }],
  ["/JOIN  #a  key", { kind: "join", joins: [{ channel: "#a", key: "key" }] }],
  ["/j #a,#b,, k,l", {
    kind: "join",
    joins: [{ channel: "#a", key: "k" }, { channel: "#b", key: "l" }],
  }],
  ["/join #a,#b ,l", {
    kind: "join",
    joins: [{ channel: "#a" }, { channel: "#b", key: "l" }],
  }],
  ["/part", { kind: "part", channel: undefined, reason: undefined }],
  ["/part #a", { kind: "part", channel: "#a", reason: undefined }],
  ["/leave #a so  long ", { kind: "part", channel: "#a", reason: "so  long " }],
  ["/part so long", { kind: "part", channel: undefined, reason: "so long" }],
  ["/msg alice how  are you", { kind: "message", target: "alice", text: "how  are you" }],
  ["/m #a :)", { kind: "message", target: "#a", text: ":)" }],
  ["/notice alice hi", { kind: "notice", target: "alice", text: "hi" }],
  ["/query alice", { kind: "query", target: "alice", text: "" }],
  ["/q alice hi", { kind: "query", target: "alice", text: "hi" }],
  ["/me waves  twice", { kind: "act", text: "waves  twice" }],
  ["/nick bob", { kind: "nick", nick: "bob" }],
  ["/topic", { kind: "topic", channel: undefined, topic: undefined }],
  ["/topic #a", { kind: "topic", channel: "#a", topic: undefined }],
  ["/topic #a new  one", { kind: "topic", channel: "#a", topic: "new  one" }],
  ["/topic new #one", { kind: "topic", channel: undefined, topic: "new #one" }],
  ["/names", { kind: "names", channel: undefined }],
  ["/names #a", { kind: "names", channel: "#a" }],
  ["/raw whois alice", { kind: "raw", message: { command: "WHOIS", params: ["alice"] } }],
  ["/raw topic #a :", { kind: "raw", message: { command: "TOPIC", params: ["#a", ""] } }],
  ["/quit", { kind: "quit", reason: undefined }],
  ["/quit good  bye", { kind: "quit", reason: "good  bye" }],
  ["/help", { kind: "help" }],
  ["/help join", { kind: "help" }],
];

for (const [line, typed] of TYPED) {
  Deno.test(`parseTyped() reads ${JSON.stringify(line)}`, () => {
    assertEquals(parseTyped(line), typed);
  });
}

for (
  const [line, usage] of [
    ["/join", "/join CHANNEL"],
    ["/join ,", "/join CHANNEL"],
    ["/join #a k more", "/join CHANNEL"],
    ["/msg", "/msg TARGET TEXT"],
    ["/msg alice", "/msg TARGET TEXT"],
    ["/msg alice  ", "/msg TARGET TEXT"],
    ["/notice alice", "/notice TARGET TEXT"],
    ["/query", "/query TARGET [TEXT]"],
    ["/me", "/me TEXT"],
    ["/nick", "/nick NICK"],
    ["/nick two words", "/nick NICK"],
    ["/names #a #b", "/names [CHANNEL]"],
    ["/raw", "/raw MESSAGE"],
    ["/raw :only.a.source", "/raw MESSAGE"],
  ] as const
) {
  Deno.test(`parseTyped() says how it is typed when it is given ${line}`, () => {
    const typed = parseTyped(line);
    assertEquals(typed.kind, "wrong");
    assertStringIncludes(JSON.stringify(typed), `Usage: ${usage}`);
  });
}

Deno.test("parseTyped() names the nearest command when there is none of that name", () => {
  assertEquals(parseTyped("/joni #a"), {
    kind: "wrong",
    why: 'There is no command "/joni"; did you mean /join?',
  });
  for (const name of ["/", "/xyzzy", "/constructor", "/__proto__"]) {
    assertEquals(parseTyped(name), {
      kind: "wrong",
      why: `There is no command ${JSON.stringify(name)}; /help lists what there is`,
    });
  }
});

Deno.test("parseTyped() takes for a channel what the server says one begins with", () => {
  assertEquals(parseTyped("/topic +a b", { channelTypes: "+" }), {
    kind: "topic",
    channel: "+a",
    topic: "b",
  });
  assertEquals(parseTyped("/topic #a b", { channelTypes: "+" }), {
    kind: "topic",
    channel: undefined,
    topic: "#a b",
  });
});

Deno.test("COMMAND_HELP fits a terminal of 80 columns, and names each command", () => {
  for (const name of ["join", "part", "msg", "notice", "query", "me", "nick", "topic", "names"]) {
    assertStringIncludes(COMMAND_HELP.join("\n"), `/${name} `);
  }
  for (const line of COMMAND_HELP) assert(line.length <= 80, line);
});
