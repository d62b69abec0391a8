import { assertEquals, assertMatch } from "@std/assert";
import { Chat } from "../../../cli/irc/chat.ts";
import { IrcReport } from "../../../cli/irc/irc_report.ts";
import { Report } from "../../../cli/report.ts";
import { LimitError } from "../../../codec/errors.ts";
import { ClosedError } from "../../../net/errors.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { turns } from "../../../testing/turns.ts";
import { keptIo } from "../kept_io.ts";
import { FakeChatClient } from "./fake_chat_client.ts";
import { messageOf } from "./irc_messages.ts";

/** A person on a client that sends nothing. */
function talking() {
  const irc = new FakeChatClient();
  const io = keptIo();
  const clock = new FakeClock();
  const counts: Promise<void>[] = [];
  const count = (sending: Promise<void>) => {
    counts.push(sending);
    return sending;
  };
  const chat = new Chat(irc, new IrcReport(new Report(io, false), io), { count, clock });
  return {
    irc,
    chat,
    clock,
    counts,
    /** The client hears a line, as it would before the person does. */
    hear(line: string): void {
      const message = messageOf(line);
      const [channel = ""] = message.params;
      if (line.startsWith(":me!m@h JOIN")) irc.channels.add(channel);
      if (line.startsWith(":me!m@h PART") || message.command === "KICK") {
        irc.channels.delete(channel);
      }
      chat.heard(message);
    },
    /** What was said to the person, without the times. */
    told: () => io.about.map((line) => line.replace(/^\d\d:\d\d:\d\d /, "").trimEnd()),
  };
}

for (
  const [typed, sent] of [
    ["hello", "PRIVMSG|#news|hello"],
    ["hello  all", "PRIVMSG|#news|hello  all"],
    ["//x", "PRIVMSG|#news|/x"],
    ["/me waves", "PRIVMSG|#news|\x01ACTION waves\x01"],
    ["/msg bob hi", "PRIVMSG|bob|hi"],
    ["/notice bob hi", "NOTICE|bob|hi"],
    ["/query bob hi", "PRIVMSG|bob|hi"],
    ["/join #b", "JOIN|#b"],
    ["/join #b key", "JOIN|#b|key"],
    ["/part", "PART|#news"],
    ["/part so long", "PART|#news|so long"],
    ["/part #b bye", "PART|#b|bye"],
    ["/topic", "TOPIC|#news"],
    ["/topic a b", "TOPIC|#news|a b"],
    ["/topic #b c", "TOPIC|#b|c"],
    ["/names", "NAMES|#news"],
    ["/names #b", "NAMES|#b"],
    ["/nick you", "NICK|you"],
    ["/raw whois bob", "WHOIS|bob"],
  ] as const
) {
  Deno.test(`Chat sends ${sent} when ${typed} is typed on #news`, async () => {
    const { irc, chat, hear } = talking();
    hear(":me!m@h JOIN #news");
    assertEquals(await chat.obey(typed), undefined);
    assertEquals(irc.sent, [sent]);
  });
}

Deno.test("Chat says that nobody would hear when nothing was joined", async () => {
  const { irc, chat, told } = talking();
  for (const typed of ["hello", "/me waves", "/topic", "/names", "/part", "/names bob"]) {
    await chat.obey(typed);
  }
  assertEquals(irc.sent, []);
  assertEquals(told(), [
    "!! Nobody would hear that: /join a channel, or /query a person",
    "!! Nobody would hear that: /join a channel, or /query a person",
    "!! You talk on no channel: say which one",
    "!! You talk on no channel: say which one",
    "!! You talk on no channel: say which one",
    "!! bob is no channel",
  ]);
});

Deno.test("Chat talks on the first channel that is joined, and on others that were asked for", async () => {
  const { chat, hear, told } = talking();
  hear(":me!m@h JOIN #a");
  hear(":me!m@h JOIN #b");
  assertEquals(chat.place, "#a");
  await chat.obey("/join #C");
  assertEquals(chat.place, "#a");
  hear(":bob!b@h JOIN #c");
  assertEquals(chat.place, "#a");
  hear(":me!m@h JOIN #c");
  assertEquals(chat.place, "#c");
  hear(":me!m@h JOIN #c");
  assertEquals(told(), ["-- What you type goes to #a", "-- What you type goes to #c"]);
});

Deno.test("Chat goes back to a channel without a word to the server when it was joined before", async () => {
  const { irc, chat, hear } = talking();
  hear(":me!m@h JOIN #a");
  await chat.obey("/query bob");
  assertEquals(chat.place, "bob");
  await chat.obey("/join #A");
  assertEquals([chat.place, irc.sent], ["#A", []]);
});

Deno.test("Chat talks on another channel, or with nobody, when it has left the one where it was", () => {
  const { chat, hear, told } = talking();
  for (const channel of ["#a", "#b"]) hear(`:me!m@h JOIN ${channel}`);
  hear(":bob!b@h PART #a");
  hear(":bob!b@h KICK #a carol");
  assertEquals(chat.place, "#a");
  hear(":me!m@h PART #A");
  assertEquals(chat.place, "#b");
  hear(":bob!b@h KICK #b me :out");
  assertEquals(chat.place, undefined);
  assertEquals(told().slice(1), ["-- What you type goes to #b", "-- You talk with nobody now"]);
});

Deno.test("Chat goes on with a person who is called otherwise now", async () => {
  const { irc, chat, hear } = talking();
  await chat.obey("/query Bob");
  hear(":carol!c@h NICK dora");
  hear(":bob!b@h NICK robert");
  await chat.obey("still there?");
  assertEquals(irc.sent, ["PRIVMSG|robert|still there?"]);
});

Deno.test("Chat leaves it to its caller to quit, and sends nothing", async () => {
  const { irc, chat } = talking();
  assertEquals(await chat.obey("/quit"), { quit: undefined });
  assertEquals(await chat.obey("/quit so long"), { quit: "so long" });
  assertEquals(irc.sent, []);
});

Deno.test("Chat says why something cannot be sent, and nothing when the connection is over", async () => {
  const { irc, chat, told } = talking();
  irc.failure = new TypeError("Cannot send that: it has a \r");
  await chat.obey("/msg bob hi");
  irc.failure = new ClosedError("Cannot send: it is over", {
    code: "connection-closed",
    by: "peer",
  });
  await chat.obey("/msg bob hi");
  irc.failure = new Error("Cannot keep the connection: no byte passed");
  irc.closed = true;
  await chat.obey("/msg bob hi");
  assertEquals(told(), ["!! Cannot send that: it has a \\r"]);
});

Deno.test("Chat says once for all that came together that too much waits to be sent", async () => {
  const { irc, chat, hear, told, clock } = talking();
  hear(":me!m@h JOIN #news");
  irc.failure = new LimitError("Cannot send", {
    limit: "maxQueuedMessages",
    max: 1000,
    got: 1001,
    unit: "messages",
    side: "local",
  });
  const before = told().length;
  for (let line = 1; line <= 3; line++) chat.obeyNow(`${line}${" and on".repeat(10)}`);
  await clock.advance(199);
  chat.obeyNow("more");
  await clock.advance(199);
  assertEquals(told().length, before);
  await clock.advance(1);
  chat.obeyNow("last");
  await turns();
  chat.end();
  const why = "1001 messages exceed maxQueuedMessages 1000";
  assertEquals(told().slice(before), [
    `!! Cannot send 4 lines, from "1 and on and on and on and on and on and…" on: ${why}`,
    `!! Cannot send 1 line, "last": ${why}`,
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("Chat has what is said counted, and nothing else", async () => {
  const { chat, hear, counts } = talking();
  for (const typed of ["hello", "/join #b", "/query bob", "/nick you"]) await chat.obey(typed);
  hear(":me!m@h JOIN #news");
  for (const typed of ["/topic", "/names", "/part #b"]) await chat.obey(typed);
  assertEquals(counts.length, 0);
  const all = [
    "/me x",
    "/msg b x",
    "/notice b x",
    "/query b x",
    "/topic #b x",
    "/raw whois b",
    "x",
  ];
  for (const typed of all) await chat.obey(typed);
  assertEquals(counts.length, all.length);
});

Deno.test("Chat explains its commands, and what it does not know", async () => {
  const { chat, told } = talking();
  await chat.obey("/joni #a");
  await chat.obey("  ");
  assertEquals(told(), ['!! There is no command "/joni"; did you mean /join?']);
  await chat.obey("/help");
  assertMatch(told().join("\n"), /\/quit/);
});

Deno.test("Chat forgets channels that were asked for when they are too many", async () => {
  const { chat, hear } = talking();
  hear(":me!m@h JOIN #first");
  for (let at = 0; at < 101; at++) await chat.obey(`/join #${at}`);
  hear(":me!m@h JOIN #0");
  assertEquals(chat.place, "#first");
  hear(":me!m@h JOIN #1");
  assertEquals(chat.place, "#1");
});

Deno.test("Chat obeys the next line when what the last one sends has to wait", async () => {
  const { irc, chat, hear, told } = talking();
  hear(":me!m@h JOIN #news");
  irc.say = () => new Promise(() => {});
  const before = told().length;
  assertEquals(chat.obeyNow("hello"), undefined);
  assertEquals(chat.obeyNow("/hepl"), undefined);
  await turns();
  assertMatch(told()[before] ?? "", /did you mean \/help/);
  assertEquals(chat.obeyNow("/quit so long"), { quit: "so long" });
});
