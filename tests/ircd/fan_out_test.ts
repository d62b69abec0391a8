import { assertEquals } from "@std/assert";
import type { Codec, Session } from "../../codec/codec.ts";
import { irc, type IrcMessage } from "../../codec/irc/mod.ts";
import type { LimitError } from "../../codec/errors.ts";
import { Channel } from "../../ircd/channel.ts";
import { FanOut } from "../../ircd/fan_out.ts";
import { User } from "../../ircd/user.ts";
import { Connection } from "../../net/connection.ts";
import { FakeClock, MemoryTransport, turns } from "../../testing/mod.ts";

/** Counts what is encoded. */
function countingCodec(): {
  codec: Codec<IrcMessage | LimitError, IrcMessage>;
  counts: { encoded: number };
} {
  const counts = { encoded: 0 };
  const inner = irc({ onTooLong: "skip" });
  const codec = {
    ...inner,
    session(): Session<IrcMessage | LimitError, IrcMessage> {
      const session = inner.session();
      return {
        ...session,
        decoder: session.decoder,
        encode(message, writer) {
          counts.encoded++;
          session.encode(message, writer);
        },
      };
    },
  };
  return { codec, counts };
}

/** A channel with as many members. */
function crowd(count: number, maxQueuedBytes = 1e6) {
  const clock = new FakeClock();
  const { codec, counts } = countingCodec();
  const slow: User[] = [];
  let heard = (_user: User) => {};
  const fanOut = new FanOut({
    codec,
    clock,
    onSlow(user) {
      slow.push(user);
      heard(user);
    },
  });
  const hearSlow = (listener: (user: User) => void) => void (heard = listener);
  const channel = new Channel("#a", { key: "#a", nowSeconds: 0, maxNamesBytes: 400 });
  const transports: MemoryTransport[] = [];
  const users = Array.from({ length: count }, (_, at) => {
    const transport = new MemoryTransport();
    transports.push(transport);
    const connection = new Connection(transport, codec, { clock });
    const settle = fanOut.settle;
    const user = new User(connection, { serverName: "irc.test", maxQueuedBytes, clock, settle });
    user.introduce("~u", "U");
    user.rename(`u${at}`, `u${at}`);
    channel.add(user);
    return user;
  });
  return { fanOut, channel, users, transports, slow, hearSlow, counts };
}

const said = (text: string): IrcMessage => ({
  source: "x!~x@y",
  command: "PRIVMSG",
  params: ["#a", text],
});

Deno.test("a message is encoded once for all who get it in the same form", async () => {
  const { fanOut, channel, users, transports, counts } = crowd(100);
  for (const [at, user] of users.entries()) {
    if (at % 3 === 1) user.toggle("server-time", true);
    if (at % 3 === 2) user.toggle("message-tags", true);
  }
  fanOut.toChannel(channel, said("one"));
  await turns();
  // Plain, with the time, and with tags, of which there are none.
  assertEquals(counts.encoded, 3);
  fanOut.toUsers(users, said("two"));
  await turns();
  assertEquals(counts.encoded, 6);
  assertEquals(transports[0]!.written, ":x!~x@y PRIVMSG #a :one\r\n:x!~x@y PRIVMSG #a :two\r\n");
  assertEquals(
    transports[1]!.written.split("\r\n")[0],
    "@time=1970-01-01T00:00:00.000Z :x!~x@y PRIVMSG #a :one",
  );
  for (const transport of transports) assertEquals(transport.written.match(/\r\n/g)?.length, 2);
});

Deno.test("what is said on one turn in one channel is one write, and what the server says comes behind it", async () => {
  const { fanOut, channel, users, transports } = crowd(3);
  const [first, second] = users;
  fanOut.toChannel(channel, said("1"), { except: first });
  fanOut.toChannel(channel, said("2"));
  second!.send({ command: "PING", params: ["x"] });
  fanOut.toChannel(channel, said("3"), { except: second });
  await turns();
  const heard = transports.map(({ written }) =>
    written.replaceAll(":x!~x@y PRIVMSG #a :", "").split("\r\n").slice(0, -1)
  );
  assertEquals(heard, [["2", "3"], ["1", "2", "PING x"], ["1", "2", "3"]]);
  assertEquals(transports[2]!.writes.length, 1);
});

Deno.test("who comes in hears nothing of what was said before, and who leaves hears all of it", async () => {
  const { fanOut, channel, users, transports } = crowd(3);
  const [first, second, third] = users;
  channel.remove(third!);
  fanOut.toChannel(channel, said("1"));
  channel.add(third!);
  fanOut.joined(channel, third!);
  fanOut.settle(second!);
  channel.remove(second!);
  fanOut.toChannel(channel, said("2"));
  await turns();
  const heard = transports.map(({ written }) => written.match(/:\d/g));
  assertEquals(heard, [[":1", ":2"], [":1"], [":2"]]);
  assertEquals(channel.members.has(first!), true);
});

Deno.test("everybody who is too slow is told of, at each message, and keeps it from nobody", async () => {
  const { fanOut, channel, users, transports, slow } = crowd(4, 100);
  for (const transport of transports.slice(1)) transport.blockWrites();
  for (let count = 0; count < 3; count++) {
    fanOut.toChannel(channel, said("x".repeat(50)));
    await turns();
    assertEquals(slow.splice(0), count === 0 ? [] : users.slice(1));
  }
  assertEquals(transports[0]!.written.match(/\r\n/g)?.length, 3);
});

Deno.test("thousands may be too slow at once, each because it was told of the one before", async () => {
  const { fanOut, users, transports, slow, hearSlow } = crowd(5_000, 100);
  for (const transport of transports) transport.blockWrites();
  const text = "x".repeat(80);
  fanOut.toUsers(users, said(text));
  await turns();
  hearSlow((user) => {
    const next = users[users.indexOf(user) + 1];
    if (next) fanOut.toUsers([next], said(text));
  });
  fanOut.toUsers([users[0]!], said(text));
  assertEquals(slow.length, 5_000);
});
