import { assert, assertEquals, assertFalse } from "@std/assert";
import { shownMessage } from "../../../cli/irc/render.ts";
import { lineOf } from "../../../cli/irc/spans.ts";
import { messageOf } from "./irc_messages.ts";

const VIEWER = { nick: "me" };

/** Returns what is shown of a line: its kind, its place and its text. */
function shown(line: string): string | undefined {
  const one = shownMessage(messageOf(line), VIEWER);
  if (!one) return undefined;
  const text = lineOf(one.spans, { colour: false });
  return [one.kind, ...one.place === undefined ? [] : [one.place], text].join(" | ");
}

const LINES: readonly (readonly [line: string, shown: string | undefined])[] = [
  [":alice!a@h PRIVMSG #news :hello  all", "said | #news | <alice> hello  all"],
  [":alice!a@h PRIVMSG me :hi", "said | alice | <alice> hi"],
  [":alice!a@h PRIVMSG ME :hi", "said | alice | <alice> hi"],
  [":alice!a@h PRIVMSG @#news :ops", "said | @#news | <alice> ops"],
  [":me!m@h PRIVMSG alice :hi", "said | alice | <me> hi"],
  [":alice!a@h PRIVMSG #news :\x01ACTION waves\x01", "said | #news | * alice waves"],
  [":alice!a@h PRIVMSG #news :\x01ACTION waves", "said | #news | * alice waves"],
  [":alice!a@h PRIVMSG me :\x01VERSION\x01", "told | alice | -- alice asks for VERSION (CTCP)"],
  [":alice!a@h NOTICE me :\x01PING 12\x01", "told | alice | -- alice answers PING 12 (CTCP)"],
  [":alice!a@h NOTICE #news :psst", "said | #news | -alice- psst"],
  [":irc.example.org NOTICE * :*** Looking up", "told | -- -irc.example.org- *** Looking up"],
  ["NOTICE AUTH :*** Checking", "told | -- *** Checking"],
  [
    ":alice!a@h PRIVMSG #news :\x02bold\x0f \x0304,01red\x03 \x1b[2J",
    "said | #news | <alice> bold red \\x1b[2J",
  ],
  [":alice!a@h PRIVMSG #news :\u202eevil\u009b", "said | #news | <alice> \\u{202e}evil\\x9b"],
  [":a\x1bb!a@h PRIVMSG #n\x07 :hi", "said | #n\\x07 | <a\\x1bb> hi"],
  ["PRIVMSG", "said |  | <> "],
  [":alice!a@h JOIN #news", "told | #news | -- alice joined (a@h)"],
  [":me!m@h JOIN #news", "told | #news | -- You joined"],
  [":alice!a@h PART #news", "told | #news | -- alice left"],
  [":alice!a@h PART #news :so long", "told | #news | -- alice left: so long"],
  [":alice!a@h QUIT :Ping timeout", "told | -- alice quit: Ping timeout"],
  [":alice!a@h KICK #news bob :spam", "told | #news | -- alice kicked bob: spam"],
  [":alice!a@h KICK #news me", "told | #news | -- alice kicked you"],
  [":alice!a@h NICK alicia", "told | -- alice is now alicia"],
  [":me!m@h NICK you", "told | -- You are now you"],
  [":old!m@h NICK me", "told | -- You are now me"],
  [":alice!a@h TOPIC #news :new one", "told | #news | -- alice set the topic: new one"],
  [":alice!a@h TOPIC #news :", "told | #news | -- alice cleared the topic"],
  [":alice!a@h MODE #news +o bob", "told | #news | -- alice set mode +o bob"],
  [":alice!a@h INVITE me #news", "told | -- alice invited you to #news"],
  [":irc 001 me :Welcome", "told | -- Welcome"],
  [":irc 005 me NICKLEN=9 :are supported", undefined],
  [":irc 372 me :- be kind", "told | -- - be kind"],
  [":irc 376 me :End of MOTD", undefined],
  [":irc 301 me bob :lunch", "told | -- bob is away: lunch"],
  [":irc 324 me #news +nt", "told | #news | -- The mode is +nt"],
  [":irc 331 me #news :No topic is set", "told | #news | -- There is no topic"],
  [":irc 332 me #news :old one", "told | #news | -- The topic is: old one"],
  [":irc 341 me bob #news", "told | #news | -- You invited bob"],
  [":irc 353 me = #news :@alice me ", "told | #news | -- Here: @alice me"],
  [":irc 366 me #news :End of NAMES", undefined],
  [":irc 311 me bob b h * :Bob", "told | -- bob b h * Bob"],
  [":irc 401 me bob :No such nick", "wrong | !! bob: No such nick (401)"],
  [":irc 404 me #news :Cannot send", "wrong | !! #news: Cannot send (404)"],
  [":irc 451 me :Not registered", "wrong | !! Not registered (451)"],
  [":irc 499 me", "wrong | !!  (499)"],
  [":irc 904 me :SASL failed", "wrong | !! SASL failed (904)"],
  ["ERROR :Closing Link", "wrong | !! The server ends the connection: Closing Link"],
  ["FAIL NICK BAD x :No good", "wrong | !! No good (NICK BAD)"],
  ["NOTE * INFO :Fine", "told | -- Fine (* INFO)"],
  [":irc WALLOPS :to all", "told | -- irc WALLOPS to all"],
  ["PING x", undefined],
  [":irc PONG irc x", undefined],
  ["CAP * LS :sasl", undefined],
  ["@+typing=active :alice!a@h TAGMSG #news", undefined],
];

for (const [line, expected] of LINES) {
  Deno.test(`shownMessage() shows ${JSON.stringify(line)}`, () => {
    assertEquals(shown(line), expected);
  });
}

Deno.test("shownMessage() shows who set a topic, and on which day where that is known", () => {
  // Noon of UTC is the same day in most of the world, and the day after it in the rest.
  assert(/set by bob on 1970-01-0[12]$/.test(shown(":irc 333 me #news bob!b@h 43200") ?? ""));
  assertEquals(shown(":irc 333 me #news bob"), "told | #news | -- It was set by bob");
  assertEquals(shown(":irc 333 me #news bob x"), "told | #news | -- It was set by bob");
});

Deno.test("shownMessage() makes what speaks of its person bold, and no other text", () => {
  const isBold = (text: string, nick = "me") => {
    const message = { source: "alice!a@h", command: "PRIVMSG", params: ["#news", text] };
    return shownMessage(message, { nick })?.spans.at(-1)?.sgr !== undefined;
  };
  for (const text of ["me", "me: hi", "hi Me", "(me)", "meme, me"]) assert(isBold(text), text);
  for (const text of ["", "meme", "you", "some", "me_", "me-"]) assertFalse(isBold(text), text);
  assertFalse(isBold("anything", ""));
});

Deno.test("shownMessage() gives a nick the same colour whatever its case, and others another one", () => {
  const colourOf = (nick: string) =>
    shownMessage(messageOf(`:${nick}!a@h PRIVMSG #news :hi`), VIEWER)?.spans[1]?.sgr;
  assertEquals(colourOf("Alice[]"), colourOf("alice{}"));
  const colours = new Set(["alice", "bob", "carol", "dave", "eve", "frank"].map(colourOf));
  assert(colours.size > 1);
});

Deno.test("shownMessage() takes time in proportion to a text when it looks for the nick", () => {
  const text = "me".repeat(100_000);
  const message = { source: "a!a@h", command: "PRIVMSG", params: ["#news", text] };
  assertFalse(shownMessage(message, VIEWER)?.spans.at(-1)?.sgr !== undefined);
});

Deno.test("lineOf() writes an escape sequence only where there shall be colours", () => {
  const spans = [{ text: "a", sgr: "2" }, { text: "b" }];
  assertEquals(lineOf(spans, { colour: true }), "\x1b[2ma\x1b[mb");
  assertEquals(lineOf(spans, { colour: false }), "ab");
});
