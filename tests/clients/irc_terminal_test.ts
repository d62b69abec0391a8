import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Child, programCommand } from "../cli/child.ts";
import { screenOf } from "../cli/screen.ts";
import { needsScript, onTerminal as runOnTerminal, type TerminalOptions } from "../cli/terminal.ts";
import { PlayedIrcServer } from "./irc_server.ts";

const COLUMNS = 1000;

/** The client on a terminal of its own. */
function onTerminal(
  port: number,
  { args = [], ...options }: Partial<TerminalOptions> & { args?: readonly string[] } = {},
): Child {
  const own = ["--nick", "ann", "--join", "#a", "--every", "1ms", ...args];
  const command = programCommand("clients/irc.ts", { port, args: own });
  return runOnTerminal(command, { columns: COLUMNS, ...options });
}

/** What the terminal shows, without the times. */
function rowsOf(client: Child): string[] {
  return screenOf(client.stdout.text, COLUMNS).map((row) => row.replace(/^\d\d:\d\d:\d\d /, ""));
}

const untilJoined = (client: Child) => client.stdout.until(/What you type goes to #a/);

Deno.test(
  "irc client prints above what is half typed when somebody says something (needs script)",
  needsScript,
  async () => {
    await using server = new PlayedIrcServer();
    await using client = onTerminal(server.port);
    await untilJoined(client);
    await client.type("half");
    await client.stdout.until(/half$/);
    await server.send(":bob!b@h PRIVMSG #a :hi \x1b]0;owned\x07 ann");
    await client.stdout.until(/hi [^\n]*\r\n[^\n]*half[^\n]*$/);
    const rows = rowsOf(client);
    assertEquals(rows.slice(-2), ["#a <bob> hi \\x1b]0;owned\\x07 ann", "half"]);
    await client.type(" line\r");
    await server.heard.until(/PRIVMSG #a :half line\r\n/);
    await client.type("/quit so long\r");
    assertEquals(await client.ended, 0);
    assertMatch(server.heard.text, /QUIT :so long\r\n$/);
  },
);

Deno.test("irc client does what a person types (needs script)", needsScript, async () => {
  await using server = new PlayedIrcServer({
    answer: ({ command, params }) =>
      command === "NICK" && params === "bea" ? [":ann!ann@127.0.0.1 NICK bea"] : undefined,
  });
  await using client = onTerminal(server.port);
  await untilJoined(client);
  for (
    const [typed, sent] of [
      ["/me waves", "PRIVMSG #a :\x01ACTION waves\x01"],
      ["/msg bob psst", "PRIVMSG bob :psst"],
      ["/topic all of it", "TOPIC #a :all of it"],
      ["/names", "NAMES #a"],
      ["/nick bea", "NICK bea"],
      ["/part so long", "PART #a :so long"],
    ] as const
  ) {
    await client.type(`${typed}\r`);
    await server.heard.until(new RegExp(`${sent}\r\n`));
  }
  await client.stdout.until(/You are now bea[^]*You left[^]*You talk with nobody now/);
  await client.type("/hepl\r");
  await client.stdout.until(/did you mean \/help\?/);
  await client.type("/help\r");
  await client.stdout.until(/\/quit \[REASON\] +leaves the server/);
  await client.type("/quit\r");
  assertEquals(await client.ended, 0);
});

Deno.test(
  "irc client leaves at once when nobody is there and lines wait (needs script)",
  needsScript,
  async () => {
    for (const last of ["/quit\r", "\x04"]) {
      const server = new PlayedIrcServer();
      await using client = onTerminal(server.port, { args: ["--reconnect"] });
      await untilJoined(client);
      await server[Symbol.asyncDispose]();
      await client.stdout.until(/nobody listens|refused/);
      await client.type("hello\r/hepl\r");
      await client.stdout.until(/did you mean \/help\?/);
      await client.type(last);
      assertEquals(await client.ended, 0);
    }
  },
);

Deno.test(
  "irc client says how many lines are not sent when a person leaves before the pace lets them go (needs script)",
  needsScript,
  async () => {
    await using server = new PlayedIrcServer();
    await using client = onTerminal(server.port, { args: ["--every", "1h"] });
    await untilJoined(client);
    for (let count = 1; count <= 6; count++) await client.type(`${count}\r`);
    await server.heard.until(/PRIVMSG #a :4\r\n/);
    await client.type("/hepl\r/quit\r");
    assertEquals(await client.ended, 0);
    assert(rowsOf(client).includes("!! 2 messages that waited were not sent"));
  },
);

for (
  const [key, code, quit] of [["\x04", 0, "QUIT"], ["\x03", 130, "QUIT :Interrupted"]] as const
) {
  Deno.test(
    `irc client leaves the server and ends with ${code}, on a line of its own, when ${
      JSON.stringify(key)
    } is typed (needs script)`,
    needsScript,
    async () => {
      await using server = new PlayedIrcServer();
      await using client = onTerminal(server.port, { after: "echo next; stty -a" });
      await untilJoined(client);
      await client.type(key);
      assertEquals(await client.ended, code);
      const rows = rowsOf(client);
      assertMatch(rows[rows.indexOf("next") - 1] ?? "", /Here: ann|You joined|What you type/);
      assert(server.heard.text.endsWith(`${quit}\r\n`));
      // The terminal is as it was.
      assertMatch(client.stdout.text, /[^-]icanon[\s\S]*[^-]echo\b/);
    },
  );
}

Deno.test(
  "irc client says why the server closed the connection, below what is half typed (needs script)",
  needsScript,
  async () => {
    await using server = new PlayedIrcServer();
    await using client = onTerminal(server.port);
    await untilJoined(client);
    await client.type("half");
    await client.stdout.until(/half$/);
    await server.send("ERROR :Closing link: restart");
    await client.stdout.until(/ends the connection/);
    server.hangUp();
    assertEquals(await client.ended, 1);
    const rows = rowsOf(client);
    assertEquals(rows.at(-3), "half");
    assertMatch(rows.at(-2) ?? "", /^irc: .*[Tt]he server closed the connection: Closing link/);
  },
);

Deno.test(
  "irc client writes no escape sequence when TERM is 'dumb' (needs script)",
  needsScript,
  async () => {
    await using server = new PlayedIrcServer();
    await using client = onTerminal(server.port, { env: { TERM: "dumb" } });
    await untilJoined(client);
    await client.type("/quit\n");
    assertEquals(await client.ended, 0);
    assert(!client.stdout.text.includes("\x1b"), JSON.stringify(client.stdout.text));
  },
);
