// Runs each example by the command in its header, with exactly its permissions.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connect } from "../../net/connect.ts";
import { serve } from "../../net/serve.ts";
import { lines } from "../../codec/lines.ts";
import { connectIrc } from "../../net/irc/mod.ts";
import { serveIrc } from "../../servers/irc.ts";
import { Child } from "../cli/child.ts";
import { isFree } from "../cli/peer.ts";
import { UdpPeer } from "../cli/udp_peer.ts";
import { ROOT } from "../runtime.ts";

const FOLDER = new URL("examples/", ROOT);
const CERT = "tests/net/testdata/cert.pem";
const KEY = "tests/net/testdata/key.pem";

/** Starts an example by its header's command; `args` stand in for those that the command shows. */
function start(name: string, args?: readonly string[]): Child {
  const text = Deno.readTextFileSync(new URL(`${name}.ts`, FOLDER));
  const [, line = ""] = /^\/\/ {3}deno (.*)$/m.exec(text) ?? [];
  const [subcommand = "", ...words] = line.split(" ");
  const file = words.indexOf(`examples/${name}.ts`);
  assert(file >= 0, `${name} has no command in its header`);
  const shown = words.slice(0, file + 1);
  return new Child([
    Deno.execPath(),
    subcommand,
    "--no-prompt",
    ...shown,
    ...args ?? words.slice(file + 1),
  ]);
}

/** Waits until somebody listens on a port of this machine. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`Nobody listens on ${port}`);
}

Deno.test("every example has 10 to 40 lines, says what it does, and is run here", async () => {
  const self = await Deno.readTextFile(new URL(import.meta.url));
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    const count = text.trimEnd().split("\n").length;
    assert(count >= 10 && count <= 40, `${name} has ${count} lines`);
    assert(/^\/\/ [A-Z].*\.\n\/\/\n\/\/ {3}deno /.test(text), `${name} begins otherwise`);
    const stem = name.replace(/\.ts$/, "");
    assertStringIncludes(self, `start("${stem}"`);
    names.push(stem);
  }
  assert(names.length >= 8, names.join());
});

Deno.test("shout answers whisper, and steady comes back when shout has been away", async () => {
  await using steady = start("steady");
  await steady.stderr.until(/next try in/);
  {
    await using shout = start("shout");
    await listening(7007);
    await using whisper = start("whisper");
    assertEquals([await whisper.ended, whisper.stdout.text], [0, "IS ANYBODY THERE?\n"]);
    await steady.stdout.until(/ARE YOU THERE\?\nSTILL THERE\?\n/);
    shout.signal("SIGTERM");
    assertEquals(await shout.ended, 0, shout.stderr.text);
  }
  const before = steady.stdout.text.length;
  await using again = start("shout");
  await listening(7007);
  await steady.stdout.until(new RegExp(`^[^]{${before}}ARE YOU THERE`));
  steady.signal("SIGINT");
  assertEquals(await steady.ended, 0, steady.stderr.text);
  again.signal("SIGTERM");
  await again.ended;
});

Deno.test("whisper says what would help when nobody listens", async () => {
  await using whisper = start("whisper");
  assertEquals([await whisper.ended, whisper.stdout.text, whisper.stderr.text], [
    1,
    "",
    "Cannot connect to 127.0.0.1:7007: nobody listens there\n" +
    "- start the server\n- check the host and the port\n",
  ]);
});

Deno.test("whisper shows what a server says harmlessly", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 7007 });
  await using _server = serve(listener, { codec: lines() }, async (connection) => {
    await connection.receive();
    await connection.send("\x1b]0;owned\x07");
  });
  await using whisper = start("whisper");
  assertEquals([await whisper.ended, whisper.stdout.text], [0, "\\x1b]0;owned\\x07\n"]);
});

Deno.test("calls asks two questions at a time, and the short one is answered first", async () => {
  await using calls = start("calls");
  assertEquals([await calls.ended, calls.stdout.text, calls.stderr.text], [
    0,
    "SHORT\nA LONG QUESTION\n",
    "",
  ]);
});

Deno.test("proxy passes bytes on, and each end of a direction", async () => {
  await using proxy = start("proxy");
  await listening(7070);
  await using upstream = serve(
    Deno.listen({ hostname: "127.0.0.1", port: 7007 }),
    { codec: lines() },
    async (connection) => {
      const said: string[] = [];
      for await (const line of connection) said.push(line);
      await connection.send(said.join("+"));
    },
  );
  assertEquals(upstream.addr.port, 7007);
  await using connection = await connect({ port: 7070, codec: lines() });
  await connection.send("one");
  await connection.send("two");
  await connection.closeWrite();
  assertEquals([await connection.receive(), await connection.receive()], ["one+two", undefined]);
  proxy.signal("SIGTERM");
  assertEquals(await proxy.ended, 0, proxy.stderr.text);
});

Deno.test("device asks a sensor over a protocol of its own", async () => {
  await using device = start("device");
  assertEquals([await device.ended, device.stdout.text], [0, "{ sensor: 7, celsius: 21.5 }\n"]);
});

Deno.test("tls_lines serves over TLS, refuses long lines, and says goodbye when it stops", async () => {
  await using server = start("tls_lines", [CERT, KEY]);
  await server.stderr.until(/Listening on 127\.0\.0\.1:7443/);
  const caCerts = [await Deno.readTextFile(new URL(CERT, ROOT))];
  await using connection = await connect({
    hostname: "localhost",
    port: 7443,
    tls: { caCerts },
    codec: lines(),
  });
  await connection.send("hello");
  await connection.send("x".repeat(1025));
  assertEquals(await connection.receive(), "5");
  assertStringIncludes(await connection.receive() ?? "", "exceed maxLineBytes 1024");
  server.signal("SIGINT");
  assertEquals(await connection.receive(), "Goodbye!");
  await connection.close();
  assertEquals(await server.ended, 0);
});

Deno.test("readings sends back what is a reading, and drops what is none", async () => {
  await using server = start("readings");
  await server.stderr.until(/Listening on 127\.0\.0\.1:7017/);
  using sensor = new UdpPeer({ port: 7017 });
  await sensor.send('{"sensor":7}');
  const reading = '{"sensor":"roof","celsius":21.5}';
  assertEquals(JSON.parse(await sensor.ask(reading)), JSON.parse(reading));
  await server.stdout.until(/^roof: 21\.5 °C\n$/);
  await sensor.ask(JSON.stringify({ sensor: "\x1b]0;owned\x07", celsius: 1 }));
  await server.stdout.until(/\n\\x1b\]0;owned\\x07: 1 °C\n$/);
  server.signal("SIGTERM");
  assertEquals(await server.ended, 0, server.stderr.text);
});

Deno.test({
  name: "irc_bot tells the time, and quits when it is stopped",
  ignore: !isFree(6667),
  async fn() {
    await using _server = serveIrc({ onEvent() {} });
    await using bot = start("irc_bot");
    const open = (signal: AbortSignal) => Deno.connect({ port: 6667, signal });
    await using ann = await connectIrc({ open, nick: "ann", pace: { everyMs: 0 } });
    await ann.join("#news");
    const heard = async (command: string, isIt: (text: string) => boolean) => {
      for await (const message of ann) {
        if (message.command === command && isIt(message.params.at(-1) ?? "")) return message;
      }
    };
    // It may be there before or after us.
    for (let isThere = false; !isThere;) {
      await ann.send({ command: "NAMES", params: ["#news"] });
      isThere = (await heard("353", () => true))!.params.at(-1)!.includes("clock");
    }
    await ann.say("#news", "!time");
    const { params: [target, text = ""] } = (await heard("PRIVMSG", () => true))!;
    assertEquals(target, "#news");
    assertStringIncludes(text, `ann: ${new Date().getFullYear()}-`);
    bot.signal("SIGINT");
    assertEquals(await bot.ended, 0, bot.stderr.text);
    await heard("QUIT", (reason) => reason.includes("Going home"));
  },
});

Deno.test("handler_test passes", async () => {
  await using child = start("handler_test");
  assertEquals(await child.ended, 0, child.stdout.text + child.stderr.text);
  assertStringIncludes(child.stdout.text, "2 passed");
});
