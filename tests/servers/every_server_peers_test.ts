import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { serveFiles } from "../../servers/files.ts";
import { serveGreeting } from "../../servers/greeting.ts";
import { serveHeaders } from "../../servers/headers.ts";
import { serveIrc } from "../../servers/irc.ts";
import { servePush } from "../../servers/push.ts";
import { serveReverse } from "../../servers/reverse.ts";
import { serveTalkback } from "../../servers/talkback.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer, isRefused } from "../cli/peer.ts";
import { tcpPrograms } from "../cli/tcp_programs.ts";
import { inFolder } from "../contract/folder.ts";
import { freePort } from "../contract/free_port.ts";

/** What a server needs to be told. */
const OWN: Readonly<Record<string, (folder: string) => readonly string[]>> = {
  files: (folder) => ["--dir", folder],
  push: () => ["--echo"],
};

/** Who answers requests. */
const OF_HTTP: readonly string[] = ["headers", "push"];

for (const { name } of tcpPrograms("server")) {
  const inPlace = (work: (args: readonly string[]) => Promise<void>) =>
    inFolder((folder) => work(OWN[name]?.(folder) ?? []));

  for (
    const list of [
      ["--deny", "10.0.0.0/8,127.0.0.1"],
      ["--deny", "10.0.0.0/8", "--deny", "127.0.0.0/8"],
      ["--allow", "10.0.0.0/8"],
      ["--allow", "127.0.0.0/8", "--deny", "127.0.0.1"],
    ]
  ) {
    Deno.test(`${name} server closes at once, and says so once, when it is told ${list.join(" ")}`, () =>
      inPlace(async (args) => {
        await using server = await startServer(name, { args: [...args, ...list] });
        for (let count = 0; count < 3; count++) {
          await using peer = await connectPeer(server.port);
          assertEquals(await peer.rest(), "");
        }
        server.stop();
        assertEquals(await server.ended, 0);
        const refused = server.stderr.text.split("\n").filter((line) => line.includes("refused"));
        assertEquals(refused.length, 1);
        assertMatch(refused[0]!, /^127\.0\.0\.1:\d+ refused: 127\.0\.0\.1:\d+ is not allowed$/);
      }));
  }

  Deno.test(`${name} server serves who is on the list when it is told --allow`, () =>
    inPlace(async (args) => {
      await using server = await startServer(name, { args: [...args, "--allow", "127.0.0.1"] });
      await using peer = await connectPeer(server.port);
      await peer.send(OF_HTTP.includes(name) ? "GET / HTTP/1.0\r\n\r\n" : "x\n");
      assertEquals(typeof await peer.line(), "string");
    }));

  Deno.test(`${name} server turns one address away behind --max-connections-per-address`, () =>
    inPlace(async (args) => {
      const limit = ["--max-connections-per-address", "1"];
      await using server = await startServer(name, { args: [...args, ...limit] });
      await using _first = await connectPeer(server.port);
      await server.stderr.until(/^#0 .* connected$/m);
      await using second = await connectPeer(server.port);
      await second.rest();
      await server.stderr.until(
        /refused: .*2 connections exceed maxConnectionsPerAddress 1$/m,
      );
    }));
}

/** What no server can be given, where the type allows it. */
const WRONG = [
  { limits: { maxConnections: 0 } },
  { deadlines: { idleMs: -1 } },
  { rate: { messagesPerSecond: -1 } },
] as const;

for (const wrong of WRONG) {
  const [what] = Object.keys(wrong);

  Deno.test(`no server function leaves its port taken when its ${what} are refused`, () =>
    inFolder(async (dir) => {
      const port = freePort();
      const given = { port, ...wrong };
      for (
        const serve of [
          () => serveGreeting(given),
          () => serveReverse(given),
          () => serveTalkback(given),
          () => serveHeaders(given),
          () => serveIrc(given),
          () => servePush({ ...given, echo: true }),
        ]
      ) {
        assertThrows(serve, RangeError);
        assertEquals(await isRefused(port), true);
      }
      await assertRejects(() => serveFiles({ ...given, dir }), RangeError);
      assertEquals(await isRefused(port), true);
    }));
}

Deno.test("serveReverse() leaves its port free when maxMessageBytes is refused", async () => {
  const port = freePort();
  assertThrows(() => serveReverse({ port, maxMessageBytes: 0 }), RangeError);
  assertEquals(await isRefused(port), true);
});

Deno.test("servePush() leaves its port free when a limit or a token is refused", async () => {
  const port = freePort();
  assertThrows(() => servePush({ port, echo: true, maxMessage: 0 }), RangeError);
  assertThrows(() => servePush({ port, echo: true, maxFragments: 0.5 }), RangeError);
  assertThrows(() => servePush({ port, history: -1 }), RangeError);
  assertThrows(() => servePush({ port, publishToken: "" }), TypeError, "Cannot use a token: ");
  assertEquals(await isRefused(port), true);
});
