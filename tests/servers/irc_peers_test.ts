import { assertEquals } from "@std/assert";
import { program } from "../../servers/irc.ts";
import { Child, installed } from "../cli/child.ts";
import { Running } from "../cli/in_process.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";
import { inFolder } from "../contract/folder.ts";

const IRSSI = { ignore: !installed("irssi") || !installed("script") };
const WEECHAT = { ignore: !installed("weechat-headless") };

/** Starts the server in this process, on a free port. */
async function startIrc(): Promise<Running & { port: number }> {
  const server = new Running(program.main, ["--port", "0", "--motd", "Good day", "--trace"]);
  const [, port] = await server.stderr.until(/^irc listening on .*:(\d+)\n/);
  return Object.assign(server, { port: Number(port) });
}

/** Somebody called bob who waits in `#a`, and says there what a test types. */
async function bobIn(port: number): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.send("NICK bob\r\nUSER bob 0 * :Bob\r\nJOIN #a\r\n");
  await peer.until(/ 366 bob #a /);
  return peer;
}

/** Waits until a client has come in and talked. */
async function heard(bob: Peer, nick: string): Promise<void> {
  const source = `:${nick}!~\\S+@127\\.0\\.0\\.1`;
  await bob.until(new RegExp(`^${source} JOIN #a\r$`, "m"));
  await bob.until(new RegExp(`^${source} PRIVMSG #a :hello all\r$`, "m"));
}

/** Everything that irssi waits for between two lines that it sends is taken away. */
const irssiConfig = (port: number) => `
servers = ({ address = "127.0.0.1"; chatnet = "t"; port = "${port}"; autoconnect = "yes"; });
chatnets = { t = { type = "IRC"; nick = "ann"; max_cmds_at_once = "100"; cmd_queue_speed = "10"; }; };
channels = ({ name = "#a"; chatnet = "t"; autojoin = "yes"; autosendcmd = "/msg #a hello all"; });
settings = {
  core = { real_name = "Ann"; user_name = "ann"; nick = "ann"; };
  "irc/core" = { cmd_queue_speed = "10msec"; cmds_max_at_once = "100"; };
};`;

/** The same for WeeChat, whose commands run as soon as it is connected. */
const weechatConfig = (port: number) => `
[server]
t.addresses = "127.0.0.1/${port}"
t.ssl = off
t.nicks = "wee"
t.username = "wee"
t.autoconnect = on
t.anti_flood_prio_high = 0
t.anti_flood_prio_low = 0
t.command = "/join #a;/msg #a hello all;/whois bob"
`;

Deno.test(
  "irc serves irssi: it joins, talks, hears, and leaves (needs irssi and script)",
  IRSSI,
  () =>
    inFolder(async (folder) => {
      await using server = await startIrc();
      await using bob = await bobIn(server.port);
      await Deno.writeTextFile(`${folder}/config`, irssiConfig(server.port));
      const command = `stty rows 24 cols 160; irssi --home=${folder} --config=${folder}/config`;
      await using irssi = new Child(["script", "-qec", command, "/dev/null"]);
      await heard(bob, "ann");
      await bob.send("TOPIC #a :all about irssi\r\nPRIVMSG #a :can you read this?\r\n");
      await irssi.type("/window 2\n");
      await irssi.stdout.until(/can you read this\?/);
      await irssi.type("/nick anna\n");
      await bob.until(/^:ann!~ann@127\.0\.0\.1 NICK :?anna\r$/m);
      await irssi.type("/window 1\n/whois bob\n");
      await irssi.stdout.until(/End of WHOIS/);
      await irssi.type("/quit so long\n");
      await bob.until(/^:anna!~ann@127\.0\.0\.1 QUIT :Quit: so long\r$/m);
      await irssi.ended;
      assertKnown(server);
    }),
);

Deno.test(
  "irc serves WeeChat: it joins, talks, hears, and is told of the end (needs weechat-headless)",
  WEECHAT,
  () =>
    inFolder(async (folder) => {
      await using server = await startIrc();
      await using bob = await bobIn(server.port);
      await Deno.writeTextFile(`${folder}/irc.conf`, weechatConfig(server.port));
      await Deno.writeTextFile(`${folder}/logger.conf`, "[file]\nflush_delay = 0\n");
      await using _weechat = new Child(["weechat-headless", "--dir", folder]);
      await heard(bob, "wee");
      // It answers, so it has understood who asked.
      await bob.send("PRIVMSG wee :\x01PING 123\x01\r\n");
      await bob.until(/^:wee!~wee@127\.0\.0\.1 NOTICE bob :.PING 123.\r$/m);
      await bob.send("PRIVMSG #a :can you read this?\r\n");
      await logHas(`${folder}/logs/irc.t.#a.weechatlog`, /bob\tcan you read this\?/);
      await logHas(`${folder}/logs/irc.server.t.weechatlog`, /End of WHOIS/);
      server.stop();
      await logHas(`${folder}/logs/irc.server.t.weechatlog`, /Server shutting down/);
      assertKnown(server);
    }),
);

/** What a client asks for on its own is known here. */
function assertKnown(server: Running): void {
  const answers = server.stderr.text.match(/"command":"(?:421|461)".*/g) ?? [];
  assertEquals(answers, []);
}

/** Waits until a file that another program writes matches. */
async function logHas(path: string, pattern: RegExp): Promise<void> {
  while (true) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (pattern.test(text)) return;
  }
}
