import { assertEquals, assertThrows } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import { IrcSupport, parseIrcMessage } from "../../../codec/irc/mod.ts";
import { IrcRooms } from "../../../net/irc/rooms.ts";
import { IrcState } from "../../../net/irc/state.ts";

/** A server that says nothing of what it supports. */
const SUPPORT = new IrcSupport();

/** What is known after these lines. */
function stateAfter(...lines: readonly string[]): IrcState {
  const rooms = new IrcRooms({ maxChannels: 10 });
  const state = new IrcState({ nick: "ann", rooms, maxCapabilities: 10 });
  for (const line of lines) state.heard(parseIrcMessage(line)!);
  return state;
}

for (
  const [line, user, host] of [
    [":ann!~a@example.org JOIN #news", "~a", "example.org"],
    [":ANN!a@example.org MODE ann +i", "a", "example.org"],
    [":ann JOIN #news", undefined, undefined],
    [":bob!b@example.net JOIN #news", undefined, undefined],
    [":irc 396 ann cloak.example :is now your host", undefined, "cloak.example"],
    [":irc 396 ann u@cloak.example :is now your host", "u", "cloak.example"],
    [":irc 396 bob cloak.example :is now your host", undefined, undefined],
    [":ann!a@b CHGHOST user cloak.example", "user", "cloak.example"],
    [":bob!a@b CHGHOST user cloak.example", undefined, undefined],
    [":irc 302 ann :bob=+b@h Ann*=-~a@example.org ", "~a", "example.org"],
    [":irc 302 ann :annie=+b@h", undefined, undefined],
  ] as const
) {
  Deno.test(`IrcState knows our address as ${user}@${host} after ${line}`, () => {
    const state = stateAfter(line);
    assertEquals([state.user, state.host], [user, host]);
  });
}

Deno.test("IrcState goes by the casemapping of the server when it compares names", () => {
  const state = stateAfter(":irc 005 ann CASEMAPPING=ascii :are supported");
  assertEquals([state.isSame("Ann", "ann"), state.isSame("a[", "a{")], [true, false]);
  assertEquals(stateAfter().isSame("a[", "a{"), true);
});

Deno.test("IrcRooms joins again in lines that no server cuts, those with keys first", () => {
  const rooms = new IrcRooms({ maxChannels: 100 });
  for (let at = 10; at < 40; at++) {
    const channel = `#${"x".repeat(30)}${at}`;
    rooms.asked(channel, at % 2 === 0 ? `key${at}` : undefined);
    rooms.joined(channel);
  }
  const lines = rooms.rejoin(SUPPORT);
  const names = lines.flatMap(({ params }) => params[0]!.split(","));
  const keys = lines.flatMap(({ params }) => params[1]?.split(",") ?? []);
  assertEquals([names.length, keys.length], [30, 15]);
  assertEquals(keys, names.slice(0, 15).map((name) => `key${name.slice(-2)}`));
  for (const { params } of lines) assertEquals(params.join(" ").length < 450, true);
  rooms.lost();
  assertEquals([rooms.names.size, rooms.rejoin(SUPPORT).length], [0, lines.length]);
});

for (
  const [said, sizes] of [
    ["TARGMAX=PRIVMSG:4,JOIN:2", [2, 2, 1]],
    ["TARGMAX=PRIVMSG:1,JOIN:", [5]],
    ["TARGMAX=PRIVMSG:1", [5]],
    ["TARGMAX=PRIVMSG:1 MAXTARGETS=3", [3, 2]],
    ["MAXTARGETS=4", [4, 1]],
    ["MAXTARGETS=", [5]],
  ] as const
) {
  Deno.test(`IrcRooms joins again as many channels at once as the server takes that says ${said}`, () => {
    const rooms = new IrcRooms({ maxChannels: 10 });
    const support = new IrcSupport();
    support.apply(["ann", ...said.split(" "), "are supported"]);
    for (let at = 0; at < 5; at++) rooms.joined(`#${at}`);
    const lines = rooms.rejoin(support);
    assertEquals(lines.map(({ params }) => params[0]!.split(",").length), [...sizes]);
  });
}

for (
  const [change, key] of [
    ["+k new", "new"],
    ["-k old", undefined],
    ["-k *", undefined],
    ["+okl ann new 5", "new"],
    ["+bl-l+k *!*@bad 5 new", "new"],
    ["+nt-k+k old new", "new"],
    ["+k *", "old"],
    ["+k a,b", "old"],
    ["+k", "old"],
    ["+o k", "old"],
  ] as const
) {
  Deno.test(`IrcRooms joins again with the key ${key} after MODE ${change}`, () => {
    const rooms = new IrcRooms({ maxChannels: 10 });
    const state = new IrcState({ nick: "ann", rooms, maxCapabilities: 10 });
    rooms.asked("#a", "old");
    rooms.joined("#a");
    for (const channel of ["#A", "#b", "ann"]) {
      state.heard(parseIrcMessage(`:op!o@h MODE ${channel} ${change}`)!);
    }
    const params = key === undefined ? ["#a"] : ["#a", key];
    assertEquals(rooms.rejoin(SUPPORT), [{ command: "JOIN", params }]);
    rooms.left("#a");
    assertEquals(rooms.rejoin(SUPPORT), []);
  });
}

Deno.test("IrcRooms remembers what a JOIN asks for that was sent, and nothing of other messages", () => {
  const rooms = new IrcRooms({ maxChannels: 10 });
  for (const line of ["JOIN #a,#b,#c x,,z", "join #d", "JOIN 0", "JOIN", "PART #e", "KICK #f x"]) {
    rooms.sent(parseIrcMessage(line)!);
  }
  assertEquals(rooms.rejoin(SUPPORT), [{ command: "JOIN", params: ["#a,#c,#b,#d", "x,z"] }]);
});

/** The channels that it would join again. */
const rejoined = (rooms: IrcRooms) =>
  rooms.rejoin(SUPPORT).flatMap(({ params }) => params[0]!.split(","));

Deno.test("IrcRooms forgets the oldest of the channels that were asked for when they are many", () => {
  const rooms = new IrcRooms({ maxChannels: 1000 });
  for (let at = 0; at < 101; at++) rooms.asked(`#${at}`, "key");
  rooms.joined("#0");
  assertEquals([rejoined(rooms).length, rejoined(rooms).at(-1)], [101, "#0"]);
});

Deno.test("IrcRooms keeps the key, and forgets the channel when it is left, where it is asked for while we are there", () => {
  const rooms = new IrcRooms({ maxChannels: 10 });
  rooms.asked("#a", "key");
  rooms.joined("#a");
  rooms.asked("#a", undefined);
  assertEquals(rooms.rejoin(SUPPORT), [{ command: "JOIN", params: ["#a", "key"] }]);
  rooms.lost();
  rooms.asked("#A", undefined);
  assertEquals(rooms.rejoin(SUPPORT), [{ command: "JOIN", params: ["#A", "key"] }]);
  rooms.joined("#a");
  rooms.asked("#a", undefined);
  rooms.left("#a");
  assertEquals(rooms.rejoin(SUPPORT), []);
});

Deno.test("IrcRooms asks for no channel again that the server has refused", () => {
  for (const numeric of ["403", "405", "437", "471", "473", "474", "475"]) {
    const rooms = new IrcRooms({ maxChannels: 10 });
    const state = new IrcState({ nick: "ann", rooms, maxCapabilities: 10 });
    for (const channel of ["#a", "#b"]) rooms.asked(channel, undefined);
    state.heard(parseIrcMessage(`:irc ${numeric} ann #A :No`)!);
    assertEquals(rejoined(rooms), ["#b"]);
  }
});

Deno.test("IrcRooms does not go back to the channel that was one too many", () => {
  const rooms = new IrcRooms({ maxChannels: 2 });
  for (const channel of ["#a", "#b", "#a"]) rooms.joined(channel);
  const error = assertThrows(() => rooms.joined("#c"), LimitError);
  assertEquals(error.message, "Cannot keep channels: 3 channels exceed maxChannels 2");
  rooms.lost();
  assertEquals(rejoined(rooms), ["#a", "#b"]);
});

Deno.test("IrcRooms takes names for those that the server takes them for when it says so later", () => {
  const rooms = new IrcRooms({ maxChannels: 10 });
  rooms.casemapping = "ascii";
  rooms.joined("#a[");
  rooms.casemapping = "rfc1459";
  rooms.left("#A{");
  assertEquals([rooms.names.size, rooms.rejoin(SUPPORT)], [0, []]);
});

Deno.test("IrcRooms goes by the last key when a channel is asked for again", () => {
  const rooms = new IrcRooms({ maxChannels: 10 });
  rooms.asked("#a", "old");
  rooms.asked("#A", "new");
  rooms.joined("#a");
  rooms.joined("#a");
  assertEquals(rooms.rejoin(SUPPORT), [{ command: "JOIN", params: ["#a", "new"] }]);
  rooms.left("#A");
  assertEquals(rooms.rejoin(SUPPORT), []);
});
