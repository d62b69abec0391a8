import { assert, assertEquals } from "@std/assert";
import { installed, startClient, startServer } from "./child.ts";
import { connectPeer } from "./peer.ts";

/** Starts a command whose stdout does not block, as a shell leaves it when another program made it so. */
const NON_BLOCKING = [
  "python3",
  "-c",
  "import fcntl, os, sys\n" +
  "fcntl.fcntl(1, fcntl.F_SETFL, fcntl.fcntl(1, fcntl.F_GETFL) | os.O_NONBLOCK)\n" +
  "os.execvp(sys.argv[1], sys.argv[1:])",
];
/** Leads stdout through a pipe of the shell, on Node too, where a child's own stdout is a socket. */
const THROUGH_PIPE = ["sh", "-c", '"$@" | cat', "sh"];

/** More lines than the pipe and the backlog together hold. */
export const MANY = 30_000;
/** One of them. */
export const LINE: string = "x".repeat(100);

/** What nobody reads: how programs of these tests are started. */
export const UNREAD_ENDS = {
  "behind a pipe": { via: THROUGH_PIPE, ignore: false },
  "that it was started with": { via: [], ignore: false },
  "of a stream that does not block (needs python3)": {
    via: NON_BLOCKING,
    ignore: !installed("python3"),
  },
} as const;

/** Registers the tests of programs whose output is not read. */
export function testUnreadEnd(where: keyof typeof UNREAD_ENDS): void {
  const { via, ignore } = UNREAD_ENDS[where];
  Deno.test(
    `talkback server answers everybody and counts what it drops when nobody reads the end ${where}`,
    { ignore },
    async () => {
      await using server = await startServer("talkback", { via, unread: true });
      await using peer = await connectPeer(server.port);
      await peer.lines(3);
      const answers = peer.lines(MANY);
      await peer.send(`${LINE}\n`.repeat(MANY));
      assertEquals((await answers).filter((line) => line !== `You said '${LINE}'.`), []);
      await server.stderr.until(/its reader is too slow; lines are dropped and counted\n/);
      server.read();
      const [, dropped] = await server.stdout.until(/\((\d+) lines were dropped here: .*\)\n/);
      await peer.send("the last\nshutdown\n");
      await server.stdout.until(/^#0 said: the last\n/m);
      assertEquals(await server.ended, 0);
      const written = server.stdout.text.split("\n").filter((line) => line === `#0 said: ${LINE}`);
      assertEquals(written.length + Number(dropped), MANY);
      assertEquals(server.stderr.text.match(/Cannot write/g)?.length, 1);
    },
  );

  Deno.test(`talkback client loses no line when nobody reads for a while the end ${where}`, {
    ignore,
  }, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    await using client = startClient("talkback", { port, via, unread: true });
    using conn = await listener.accept();
    const lines = Array.from({ length: MANY }, (_, at) => `${at} ${LINE}\n`).join("");
    const sent = (async () => {
      const bytes = new TextEncoder().encode(lines);
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      await conn.closeWrite();
    })();
    // Once a line went back it hears for certain, and nobody reads what it prints.
    await client.type("hello\n");
    await conn.read(new Uint8Array(6));
    client.read();
    await sent;
    await client.endInput();
    assertEquals([await client.ended, client.stderr.text], [0, ""]);
    assert(client.stdout.text === lines);
  });
}
