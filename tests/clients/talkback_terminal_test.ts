import process from "node:process";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Child, installed, programCommand } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer } from "../cli/peer.ts";
import { screenOf } from "../cli/screen.ts";
import {
  needsScript,
  onTerminal as runOnTerminal,
  type TerminalOptions,
  typedCommand,
} from "../cli/terminal.ts";

const needsBash = { ignore: !installed("script") || !installed("bash") };
const needsPython = { ignore: !installed("python3") };

const COLUMNS = 40;

/** The client on a terminal of its own. */
function onTerminal(
  port: number,
  { args = [], ...options }: Partial<TerminalOptions> & { args?: readonly string[] } = {},
): Child {
  const command = programCommand("clients/talkback.ts", { port, args });
  return runOnTerminal(command, { columns: COLUMNS, ...options });
}

/** Waits until the terminal shows this last. */
async function untilShown(client: Child, last: string): Promise<void> {
  while (!screenOf(client.stdout.text, COLUMNS).join("").endsWith(last)) {
    await client.stdout.until(new RegExp(`^[^]{${client.stdout.text.length + 1}}`));
  }
}

const untilWelcome = (client: Child) => client.stdout.until(/type[\s\S]*'shutdown'\./);

Deno.test(
  "talkback client prints above what is half typed when that has several rows (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    await using other = await connectPeer(server.port);
    await other.until(/type 'shutdown'\./);
    for (
      const typed of ["half", "x".repeat(COLUMNS), "x".repeat(2 * COLUMNS + 20), "漢".repeat(50)]
    ) {
      await using client = onTerminal(server.port);
      await untilWelcome(client);
      // Key by key, as a person types.
      for (const key of typed) await client.type(key);
      await untilShown(client, typed);
      await other.send("from another\n");
      await client.stdout.until(/from another\r\n/);
      await client.type("!");
      await untilShown(client, `${typed}!`);
      const rows = screenOf(client.stdout.text, COLUMNS);
      const at = rows.indexOf("0: from another");
      assertStringIncludes(rows[at - 1] ?? "", "'shutdown'.");
      assertEquals(rows.slice(at + 1).join(""), `${typed}!`);
      await client.type("\r");
      await client.stdout.until(/You said '[^']*!'\.\r\n/);
      await client.type("quit\r");
      assertEquals(await client.ended, 0);
    }
  },
);

Deno.test(
  "talkback client prints above a pasted line that has several rows (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    await using other = await connectPeer(server.port);
    await other.until(/type 'shutdown'\./);
    await using client = onTerminal(server.port);
    await untilWelcome(client);
    const pasted = "0123456789".repeat(10);
    await client.type(pasted);
    await untilShown(client, pasted);
    await other.send("from another\n");
    await client.stdout.until(/0: from another\r\n/);
    await client.type("!");
    await untilShown(client, `${pasted}!`);
    const rows = screenOf(client.stdout.text, COLUMNS);
    const at = rows.indexOf("0: from another");
    assertStringIncludes(rows[at - 1] ?? "", "'shutdown'.");
    assertEquals(rows.slice(at + 1).join(""), `${pasted}!`);
  },
);

Deno.test(
  "talkback client shows its trace above what is half typed (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    await using client = onTerminal(server.port, { args: ["--trace"] });
    await untilWelcome(client);
    await client.type("half");
    await client.stdout.until(/half$/);
    await using other = await connectPeer(server.port);
    await other.send("from another\n");
    await client.stdout.until(/<= message "1: from another"[\s\S]*\r\n[^\n]*half[^\n]*$/);
    const rows = screenOf(client.stdout.text, 1000);
    assertEquals(rows.at(-1), "half");
    assert(!rows.slice(0, -1).some((row) => row.includes("half")), rows.join("\n"));
  },
);

for (
  const [what, typed, key, code, last] of [
    ["Ctrl+D", "", "\x04", 0, "You said 'hello'."],
    ["Ctrl+C", "", "\x03", 130, "You said 'hello'."],
    ["Ctrl+C", "half", "\x03", 130, "half"],
  ] as const
) {
  Deno.test(
    `talkback client ends with ${code} on a line of its own when ${what} is typed behind '${typed}' (needs script)`,
    needsScript,
    async () => {
      await using server = await startServer("talkback");
      await using client = onTerminal(server.port, { after: "echo next; stty -a" });
      await untilWelcome(client);
      await client.type("hello\r");
      await client.stdout.until(/You said 'hello'\./);
      await client.type(typed);
      if (typed !== "") await client.stdout.until(/half$/);
      await client.type(key);
      assertEquals(await client.ended, code);
      const rows = screenOf(client.stdout.text, 1000);
      assertEquals(rows[rows.indexOf("next") - 1], last);
      // The terminal is as it was.
      assertMatch(client.stdout.text, /[^-]icanon[\s\S]*[^-]echo\b/);
    },
  );
}

Deno.test(
  "talkback client goes on with what is half typed when it is stopped and goes on (needs script and bash)",
  needsBash,
  async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    const bash = "stty cols 1000; PS1='$ ' exec bash --norc --noprofile --noediting -i";
    await using shell = new Child(["script", "-qec", bash, "/dev/null"]);
    const command = programCommand("clients/talkback.ts", { port: server.port });
    await shell.type(`${typedCommand(command)}\r`);
    await untilWelcome(shell);
    await shell.type("half");
    await shell.stdout.until(/half$/);
    await shell.type("\x1a");
    await shell.stdout.until(/Stopped/);
    await shell.type("stty -a; echo between$((1 + 1))\r");
    await shell.stdout.until(/[^-]icanon[\s\S]*[^-]echo\b[\s\S]*between2/);
    await shell.type("fg\r");
    await shell.stdout.until(/between2[\s\S]*\r\n[^\r\n]*half[^\r\n]*$/);
    await shell.type(" line\r");
    await shell.stdout.until(/You said 'half line'\.\r\n/);
    await using other = await connectPeer(server.port);
    await other.send("from another\n");
    await shell.stdout.until(/1: from another\r\n/);
    await shell.type("quit\r");
    // What is typed before the shell has its terminal again goes to the client.
    await shell.stdout.until(/Goodbye!\r\n\$ $/);
    await shell.type("exit\r");
    assertEquals(await shell.ended, 0);
  },
);

Deno.test(
  "talkback client says that the server closed the connection, below what is half typed (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("talkback");
    await using client = onTerminal(server.port);
    await untilWelcome(client);
    await client.type("half");
    await client.stdout.until(/half$/);
    server.stop();
    assertEquals(await client.ended, 1);
    const rows = screenOf(client.stdout.text, 1000);
    assertEquals(rows.slice(-4, -2), ["The server is shutting down. Goodbye!", "half"]);
    assertMatch(rows.at(-2) ?? "", /^talkback: .*[Tt]he server closed the connection$/);
  },
);

Deno.test(
  "talkback client ends quietly with 0 when its person shuts the server down (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("talkback");
    await using client = onTerminal(server.port);
    await untilWelcome(client);
    await client.type("shutdown\r");
    assertEquals(await client.ended, 0);
    assertMatch(client.stdout.text, /shutting down\. Goodbye!\r\n$/);
  },
);

Deno.test("talkback client --json prints objects when it runs on a terminal (needs script)", {
  ...needsScript,
}, async () => {
  await using server = await startServer("talkback");
  await using client = onTerminal(server.port, { args: ["--json"] });
  await untilWelcome(client);
  await client.type("quit\n");
  assertEquals(await client.ended, 0);
  const [, last = ""] = /(\{[^\r\n]*Goodbye![^\r\n]*\})\r\n/.exec(client.stdout.text) ?? [];
  assertEquals(JSON.parse(last), { event: "message", message: "Goodbye!" });
  assert(!client.stdout.text.includes("\x1b"));
});

for (const TERM of ["dumb", ""]) {
  Deno.test(
    `talkback client writes no escape sequence when TERM is '${TERM}' (needs script)`,
    needsScript,
    async () => {
      await using server = await startServer("talkback");
      await using client = onTerminal(server.port, { env: { TERM } });
      await untilWelcome(client);
      await client.type("hello\n");
      await client.stdout.until(/You said 'hello'\.\r\n/);
      await client.type("quit\n");
      assertEquals(await client.ended, 0);
      assert(!client.stdout.text.includes("\x1b"), JSON.stringify(client.stdout.text));
    },
  );
}

/** Runs a command on a terminal that takes nothing; prints its process id, and how it ended. */
const STUCK_TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
print(pid, flush=True)
os.read(terminal, 1)
print("reads no more", flush=True)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
`;

Deno.test(
  "talkback client hears a signal while its terminal takes nothing (needs python3)",
  needsPython,
  async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    const command = programCommand("clients/talkback.ts", { port: server.port });
    await using client = new Child(["python3", "-c", STUCK_TERMINAL, ...command]);
    const pid = Number(await client.stdout.line());
    assertEquals(await client.stdout.line(), "reads no more");
    await using other = await connectPeer(server.port);
    // More than a terminal keeps.
    await other.send(`${"x".repeat(70)}\n`.repeat(1000));
    await other.lines(3 + 1000);
    process.kill(pid, "SIGTERM");
    assertEquals(await client.stdout.line(), "130");
  },
);
