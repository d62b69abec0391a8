import { assert, assertEquals, assertMatch } from "@std/assert";
import { programs } from "../../cli.ts";
import { serveDatagramEcho } from "../../servers/datagrams.ts";
import { serveFiles } from "../../servers/files.ts";
import { serveGreeting } from "../../servers/greeting.ts";
import { serveHeaders } from "../../servers/headers.ts";
import { serveIrc } from "../../servers/irc.ts";
import { servePush } from "../../servers/push.ts";
import { serveReverse } from "../../servers/reverse.ts";
import { serveTalkback } from "../../servers/talkback.ts";
import { asTheHeaderSays, Child } from "../cli/child.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { onNode } from "../runtime.ts";

/** What the server of each client is, with a folder for the one that needs it. */
const SERVE = {
  datagrams: () => serveDatagramEcho({ onEvent() {} }),
  files: (dir: string) => serveFiles({ dir, onEvent() {} }),
  greeting: () => serveGreeting({ onEvent() {} }),
  headers: () => serveHeaders({ onEvent() {} }),
  irc: () => serveIrc({ onEvent() {} }),
  push: () => servePush({ echo: true, onEvent() {} }),
  reverse: () => serveReverse({ onEvent() {} }),
  talkback: () => serveTalkback({ onEvent() {} }),
} as const;

/** What a client says about what it prints. */
const SAYS: Readonly<Record<string, RegExp>> = {
  headers: /^HEAD http:\/\/127\.0\.0\.1:8080\/ at 127\.0\.0\.1:8080 \(.* ms\)\n$/,
  irc: /^[\d:]+ -- Connected to 127\.0\.0\.1:6667 as ann\n[^]* #news -- You joined\n[^]*\n$/,
  push: /^Connected to ws:\/\/127\.0\.0\.1:4000\/\nClosed: 1000 \(normal closure\)\n$/,
};

/** The file that the header's command names is beside the compiled ones, not among them. */
const OPERANDS: Readonly<Record<string, string>> = onNode ? { "README.md": "../README.md" } : {};

for (const { name, defaultPort } of programs.filter(({ kind }) => kind === "client")) {
  Deno.test(`${name} client runs when it is started by its header's command`, async (t) => {
    const serve = Object.entries(SERVE).find(([served]) => served === name)?.[1];
    assert(serve, `no server for the client ${name}`);
    await using inbox = await InboxFolder.make();
    let server: Awaited<ReturnType<typeof serve>> | undefined;
    try {
      server = await serve(inbox.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
    await t.step({
      name: `on port ${defaultPort}`,
      ignore: server === undefined,
      async fn() {
        const command = asTheHeaderSays(`clients/${name}.ts`).map((word) => OPERANDS[word] ?? word);
        await using client = new Child(command, { stdin: "quit\n" });
        assertEquals(await client.ended, 0);
        assertMatch(client.stderr.text, SAYS[name] ?? /^$/);
        // What nobody said is not printed.
        assertMatch(client.stdout.text, name === "irc" ? /^$/ : /\n$/);
        assertEquals(await inbox.names(), name === "files" ? ["README.md"] : []);
      },
    });
    await server?.shutdown();
  });
}
