import { assert, assertEquals } from "@std/assert";
import { parseIrcMessage } from "../../codec/irc/mod.ts";
import { SeededRandom } from "../../testing/random.ts";
import { turns } from "../../testing/mod.ts";
import { type TestClient, TestNetwork } from "./irc_harness.ts";

const random = new SeededRandom(20_261);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

function oneOf<Value>(values: readonly Value[]): Value {
  return values[random.upTo(values.length - 1)]!;
}

const COMMANDS = [
  ..."NICK USER PASS PING PONG CAP JOIN PART TOPIC NAMES LIST KICK INVITE MODE PRIVMSG NOTICE"
    .split(" "),
  ..."TAGMSG AWAY WHO WHOIS WHOWAS USERHOST ISON LUSERS VERSION TIME ADMIN INFO MOTD WHAT".split(
    " ",
  ),
];
const WORDS = [
  ..."u0 u1 U2 u3 #a #A #b #c,#d u0,u1,#a 0 * ? + - +o -o +v +b -b +e +I +k -k +l -l".split(" "),
  ..."+imnst -imnst +bbbb +oovv +kl b e I REQ LS LIST END -multi-prefix server-time".split(" "),
  ..."message-tags echo-message away-notify u* *!*@* : :: :a :a\x01ACTION >1 <2,>0".split(" "),
  ..."irc.test 302 #\u00e9 \u{1f600} o %tcuihsnfdar,42 constructor __proto__ \x02 a!b@c :!@".split(
    " ",
  ),
  ":" + "long text ".repeat(40),
  "\u20ac".repeat(100),
  "x".repeat(300),
  "#" + "\u00e9".repeat(31),
];

function line(): Uint8Array {
  const tags = random.upTo(9) === 0 ? `@+a=${oneOf(WORDS)};b;+c=\\s\\:\\\\ ` : "";
  const source = random.upTo(9) === 0 ? ":u1!~u1@10.0.0.1 " : "";
  const words = Array.from({ length: random.upTo(6) }, () => oneOf(WORDS));
  const bytes = encoder.encode(`${tags}${source}${oneOf(COMMANDS)} ${words.join(" ")}`);
  // Some of it is no UTF-8, or holds what ends a line.
  if (random.upTo(9) === 0) {
    for (let count = random.upTo(3); count >= 0; count--) {
      bytes[random.upTo(bytes.length - 1)] = random.upTo(255);
    }
  }
  return new Uint8Array([...bytes, 13, 10]);
}

const CAPS = [
  [],
  ["server-time"],
  ["message-tags"],
  ["echo-message", "multi-prefix", "server-time", "message-tags"],
  ["away-notify", "userhost-in-names"],
];

Deno.test("a network answers with lines that can be read, and fails nobody, whatever clients say", async () => {
  await using irc = new TestNetwork({
    serverName: `${"x".repeat(58)}.test`,
    limits: {
      maxNickBytes: 64,
      maxChannelBytes: 64,
      maxReasonBytes: 250,
      maxTargetsPerSecond: 1e9,
    },
    deadlines: { registerMs: Infinity },
  });
  const clients: TestClient[] = [];
  for (const [at, caps] of CAPS.entries()) {
    const from = "2001:db8:1111:2222:3333:4444:5555:6666";
    clients.push(await irc.register(`u${at}`, { caps, from }));
  }
  await irc.register("u5".padEnd(64, "x"));
  for (let round = 0; round < 2_000; round++) {
    for (let count = 0; count < 8; count++) oneOf(clients).transport.deliver(line());
    await turns(2);
    for (const client of clients) client.transport.deliver("JOIN #a,#b\r\n");
  }
  await turns(16);
  assertEquals(irc.failures, []);
  let told = 0;
  for (const { transport } of clients) {
    const bytes = new Uint8Array(transport.writes.flatMap((piece) => [...piece]));
    for (const text of decoder.decode(bytes).split("\r\n").slice(0, -1)) {
      const message = parseIrcMessage(text);
      assert(message !== undefined && !/[\0\r\n]/.test(text), text);
      const bare = text.startsWith("@") ? text.slice(text.indexOf(" ") + 1) : text;
      assert(encoder.encode(bare).length <= 510, bare);
      assert(/^[A-Z]+$|^\d{3}$/.test(message.command), text);
      told++;
    }
  }
  assert(told > 10_000, `${told}`);
  for (const { transport } of clients) transport.finish();
  await turns(16);
  assertEquals(irc.network.counts, { users: 1, unknown: 0, channels: 0 });
});

Deno.test("tags that grew when they became UTF-8 are left out, and the message arrives", async () => {
  await using irc = new TestNetwork();
  const ann = await irc.register("ann", { caps: ["message-tags"] });
  const bob = await irc.register("bob", { caps: ["message-tags"] });
  ann.transport.deliver(
    new Uint8Array([...encoder.encode("@+a="), ...new Uint8Array(4_000).fill(0xe9)]),
  );
  await ann.say(" PRIVMSG bob :x");
  assertEquals(bob.news(), [":ann!~ann@10.0.0.1 PRIVMSG bob :x"]);
  const tag = `@+a=${"x".repeat(4_091)}`;
  assertEquals(await ann.say(`${tag} PRIVMSG bob :y`), []);
  assertEquals(bob.news(), [`${tag} :ann!~ann@10.0.0.1 PRIVMSG bob :y`]);
  assertEquals(irc.failures, []);
});
