import { assertEquals } from "@std/assert";
import { messageRecord } from "../../../cli/irc/record.ts";
import { jsonLine } from "../../../cli/json_line.ts";
import { messageOf } from "./irc_messages.ts";

const DATE = new Date(0);
const MADE = { viewer: { nick: "me" }, date: DATE };

/** Returns what a machine reads of a line. */
function record(line: string): unknown {
  return JSON.parse(jsonLine(messageRecord(messageOf(line), MADE)));
}

const date = DATE.toISOString();

Deno.test("messageRecord() takes apart what somebody says", () => {
  const source = "alice!a@h";
  const said = { event: "message", date, from: "alice", target: "#a", source };
  assertEquals(record(":alice!a@h PRIVMSG #a :hi"), { ...said, kind: "message", text: "hi" });
  assertEquals(record(":alice!a@h NOTICE #a :hi"), { ...said, kind: "notice", text: "hi" });
  assertEquals(record(":alice!a@h PRIVMSG #a :\x01ACTION waves\x01"), {
    ...said,
    kind: "action",
    text: "waves",
  });
  assertEquals(record("@account=al;+x :alice!a@h PRIVMSG #a :\x1b\x02hi"), {
    ...said,
    kind: "message",
    text: "\x1b\x02hi",
    tags: { account: "al", "+x": "" },
  });
});

Deno.test("messageRecord() gives any other message as it came", () => {
  assertEquals(record("@__proto__=x PING :a b"), {
    event: "irc",
    date,
    command: "PING",
    params: ["a b"],
    tags: { ["__proto__"]: "x" },
  });
  assertEquals(record(":irc 433 * me :in use"), {
    event: "irc",
    date,
    command: "433",
    name: "ERR_NICKNAMEINUSE",
    params: ["*", "me", "in use"],
    source: "irc",
  });
});
