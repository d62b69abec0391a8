import { assertEquals, assertInstanceOf } from "@std/assert";
import type { IrcMessage } from "../../../codec/irc/mod.ts";
import { connectIrc } from "../../../net/irc/connect_irc.ts";
import type { IrcClient } from "../../../net/irc/irc_client.ts";
import type { ConnectIrcOptions } from "../../../net/irc/options.ts";
import { ProtocolError } from "../../../codec/errors.ts";
import { rejectionOf } from "../../../testing/turns.ts";
import { Child, installed } from "../../cli/child.ts";
import { freePort } from "../../contract/free_port.ts";

const needsNgircd = { ignore: !installed("ngircd") };

/** A server that somebody else wrote. */
class Ngircd implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #child: Child;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.#child = new Child(["ngircd", "-n", "-f", `${folder}/ngircd.conf`]);
  }

  /** Starts one on a free port. */
  static async start({ port = freePort(), more = "" } = {}): Promise<Ngircd> {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/ngircd.conf`,
      `[Global]
Name = irc.example.test
Info = test
AdminInfo1 = test
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = "good day"
${more}
[Options]
PAM = no
DNS = no
Ident = no
[Limits]
# Without this it lets a client wait for a second after each command.
MaxPenaltyTime = 0
[Channel]
Name = #keyed
Modes = +k secret
`,
    );
    const server = new Ngircd(folder, port);
    await server.#child.stdout.until(/ ready\./);
    return server;
  }

  /** Connects a client that sends as fast as it can. */
  connect(options: Partial<ConnectIrcOptions> = {}): Promise<IrcClient> {
    const { port } = this;
    return connectIrc({
      open: (signal) => Deno.connect({ hostname: "127.0.0.1", port, signal }),
      nick: "ann",
      pace: { everyMs: 0 },
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Waits for a message. */
async function until(
  client: IrcClient,
  isIt: (message: IrcMessage) => boolean,
): Promise<IrcMessage> {
  for await (const message of client) if (isIt(message)) return message;
  throw new Error("The messages ended before");
}

const joined = (client: IrcClient, channel: string) =>
  until(client, ({ command, params }) => command === "JOIN" && params[0] === channel);

Deno.test(
  "IrcClient talks with another over ngircd, long text among it (needs ngircd)",
  needsNgircd,
  async () => {
    await using server = await Ngircd.start();
    await using ann = await server.connect();
    await using bob = await server.connect({ nick: "bob", user: "a-long-name" });
    assertEquals([ann.nick, ann.support.networkName, ann.support.casemapping], [
      "ann",
      undefined,
      "ascii",
    ]);
    for (const client of [ann, bob]) {
      await client.join("#a");
      await joined(client, "#a");
    }
    const text = "long words ".repeat(80).trimEnd();
    await bob.say("#a", text);
    await bob.act("#a", "waves");
    const pieces: string[] = [];
    const last = await until(ann, ({ command, params }) => {
      if (command === "PRIVMSG" && params[1] !== "\x01ACTION waves\x01") pieces.push(params[1]!);
      return command === "PRIVMSG" && params[1] === "\x01ACTION waves\x01";
    });
    // ngircd drops the spaces that a line ends with: a piece begins with the one at which text was cut.
    assertEquals(pieces.join(""), text);
    assertEquals(pieces.length, 2);
    assertEquals(last.source?.split("!")[0], "bob");
    await ann.join("#keyed", { key: "secret" });
    await joined(ann, "#keyed");
    assertEquals([...ann.channels], ["#a", "#keyed"]);
    await ann.part("#a", "so long");
    await until(ann, ({ command }) => command === "PART");
    assertEquals([...ann.channels], ["#keyed"]);
  },
);

Deno.test(
  "IrcClient takes its nickname back on ngircd when its holder leaves (needs ngircd)",
  needsNgircd,
  async () => {
    await using server = await Ngircd.start();
    const first = await server.connect();
    await using second = await server.connect();
    assertEquals(second.nick, "ann_");
    // Who is on no channel with the holder hears nothing.
    for (const client of [first, second]) {
      await client.join("#a");
      await joined(client, "#a");
    }
    await first.quit();
    await until(second, ({ command }) => command === "NICK");
    assertEquals(second.nick, "ann");
  },
);

Deno.test(
  "IrcClient takes a nickname that is no longer on ngircd when one of the longest is somebody's (needs ngircd)",
  needsNgircd,
  async () => {
    await using server = await Ngircd.start();
    await using first = await server.connect({ nick: "anneliese" });
    await using second = await server.connect({ nick: "anneliese" });
    assertEquals([first.nick, second.nick], ["anneliese", "annelies_"]);
  },
);

Deno.test(
  "IrcClient loses nothing of what it says over ngircd behind a change of its nickname (needs ngircd)",
  needsNgircd,
  async () => {
    await using server = await Ngircd.start();
    await using ann = await server.connect({ nick: "a" });
    await using bob = await server.connect({ nick: "bob" });
    for (const client of [ann, bob]) {
      await client.join("#a");
      await joined(client, "#a");
    }
    await ann.part("#none");
    const text = "x".repeat(1500);
    void ann.changeNick("anneliese");
    await ann.say("#a", text);
    await ann.say("#a", "end");
    let heard = "";
    await until(bob, ({ command, params: [, said = ""] }) => {
      if (command === "PRIVMSG" && said !== "end") heard += said;
      return said === "end";
    });
    assertEquals(heard, text);
  },
);

Deno.test(
  "IrcClient comes back to its channels on ngircd when that was started anew (needs ngircd)",
  needsNgircd,
  async () => {
    const before = await Ngircd.start();
    const { port } = before;
    await using client = await before.connect({
      reconnect: { backoff: { firstMs: 20, maxMs: 20 } },
    });
    for (const channel of ["#a", "#keyed"]) await client.join(channel, { key: "secret" });
    await joined(client, "#keyed");
    await before[Symbol.asyncDispose]();
    await using _after = await Ngircd.start({ port });
    const again = [await joined(client, "#a"), await joined(client, "#keyed")];
    assertEquals(again.length, 2);
    assertEquals([...client.channels], ["#a", "#keyed"]);
  },
);

Deno.test(
  "IrcClient is told by ngircd that a password is wrong (needs ngircd)",
  needsNgircd,
  async () => {
    await using server = await Ngircd.start({ more: "Password = open" });
    await using _client = await server.connect({ password: "open" });
    const error = await rejectionOf(server.connect({ nick: "bob", password: "shut" }));
    assertInstanceOf(error, ProtocolError);
    // It names no numeric for it, and says it in its own words.
    assertEquals([error.code, error.message.includes("assword")], ["registration-refused", true]);
  },
);
