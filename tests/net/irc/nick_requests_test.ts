import { assertEquals } from "@std/assert";
import { type IrcMessage, parseIrcMessage } from "../../../codec/irc/mod.ts";
import { NickRequests } from "../../../net/irc/nick_requests.ts";
import { IrcRooms } from "../../../net/irc/rooms.ts";
import { IrcState } from "../../../net/irc/state.ts";

/** The requests of somebody who has asked for `one`, `two` and `three`, the last of which waits to be sent. */
function requests() {
  const state = new IrcState({
    nick: "ann",
    rooms: new IrcRooms({ maxChannels: 1 }),
    maxCapabilities: 1,
  });
  const asked = new NickRequests();
  const messages = ["one", "two", "three"].map((nick): IrcMessage => ({
    command: "NICK",
    params: [nick],
  }));
  for (const message of messages) asked.asked(message);
  for (const message of messages.slice(0, 2)) asked.sent(message);
  return {
    asked,
    messages,
    state,
    hear(line: string): void {
      const message = parseIrcMessage(line)!;
      state.heard(message);
      asked.heard(message, state);
    },
  };
}

for (
  const [line, left] of [
    [":ann!a@h NICK one", ["two", "three"]],
    [":ann!a@h NICK two", ["three"]],
    [":ann!a@h NICK tw", ["three"]],
    [":ann!a@h NICK Guest17", ["one", "two", "three"]],
    [":irc 433 ann ONE :In use", ["two", "three"]],
    [":irc 433 ann tw :In use", ["one", "three"]],
    [":irc 433 ann on :In use", ["two", "three"]],
    [":irc 432 ann two :Erroneous", ["one", "three"]],
    [":irc 438 ann one :Too fast", ["two", "three"]],
    [":irc 447 ann :Not while you are on #a", ["two", "three"]],
    [":irc 433 ann other :In use", ["one", "two", "three"]],
    [":irc 437 ann #a :Unavailable", ["one", "two", "three"]],
    [":irc 433 ann three :In use", ["one", "two", "three"]],
    [":irc 401 ann one :No such nick", ["one", "two", "three"]],
  ] as const
) {
  Deno.test(`NickRequests waits for ${left} when it hears ${line}`, () => {
    const { asked, hear } = requests();
    hear(line);
    assertEquals(asked.nicks, [...left]);
  });
}

Deno.test("NickRequests forgets what was sent over a connection that is lost, and what is not sent", () => {
  const { asked, messages } = requests();
  asked.lost();
  assertEquals(asked.nicks, ["three"]);
  asked.dropped(messages[2]!);
  assertEquals(asked.nicks, []);
});

Deno.test("NickRequests forgets the oldest when the server answers none", () => {
  const { asked } = requests();
  for (let at = 0; at < 100; at++) asked.asked({ command: "NICK", params: [`n${at}`] });
  assertEquals([asked.nicks.length, asked.nicks[0]], [100, "n0"]);
});

Deno.test("NickRequests takes away what changes nothing once all before it is answered", () => {
  const { asked, state, messages, hear } = requests();
  const same: IrcMessage = { command: "NICK", params: ["Ann"] };
  asked.asked(same);
  for (const message of [messages[2]!, same]) asked.sent(message);
  assertEquals(asked.takeUnchanged(state), false);
  for (const nick of ["one", "two", "three"]) hear(`:irc 433 ann ${nick} :In use`);
  assertEquals([asked.takeUnchanged(state), asked.nicks], [true, []]);
  // A server cuts to its own length, and to no other.
  const longer: IrcMessage = { command: "NICK", params: ["annabel"] };
  asked.asked(longer);
  asked.sent(longer);
  assertEquals([asked.takeUnchanged(state), asked.nicks], [false, ["annabel"]]);
  hear(":irc 005 ann NICKLEN=3 :are supported");
  assertEquals([asked.takeUnchanged(state), asked.nicks], [true, []]);
  // One that waits to be sent may change something by then.
  asked.asked({ command: "NICK", params: ["ann"] });
  assertEquals([asked.takeUnchanged(state), asked.nicks], [false, ["ann"]]);
});
