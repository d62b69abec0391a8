import { assertEquals, assertMatch } from "@std/assert";
import { installed, programCommand, run, succeeds } from "../cli/child.ts";
import { runServer, startServer } from "../cli/in_process.ts";
import { connectPeer } from "../cli/peer.ts";
import { onNode } from "../runtime.ts";

/** What the system calls the runtime that runs this. */
const ownName = onNode ? "\\S+" : "deno";

for (const name of ["greeting", "reverse", "talkback"]) {
  Deno.test(`${name} server names who holds its port when that is in use (needs ss)`, {
    ignore: !installed("ss"),
  }, async () => {
    await using holder = await startServer(name);
    const { port } = holder;
    const { code, stdout, stderr } = await runServer(name, { port });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      new RegExp(
        `^${name}: Cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use by ${ownName} ` +
          `\\(process ${Deno.pid}\\); stop it, or take another port with --port\n$`,
      ),
    );
  });

  Deno.test(
    `${name} server gives the command that tells when its port is in use (needs permissions)`,
    { ignore: onNode, permissions: { net: true } },
    async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr;
      const { code, stderr } = await runServer(name, { port });
      assertEquals(code, 1);
      assertMatch(
        stderr,
        new RegExp(
          `^${name}: Cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use; take another ` +
            `one with --port, or see who has it: (ss|lsof) .*:${port}\\S*\n$`,
        ),
      );
    },
  );
}

Deno.test("a server listens again at once when its port was in use a moment ago", async () => {
  await using first = await startServer("talkback");
  const { port } = first;
  await using peer = await connectPeer(port);
  await peer.lines(3);
  // The server closes first, so that its end of the connection stays with the system for a while.
  first.stop();
  await peer.rest();
  peer.close();
  await first.ended;
  await using again = await startServer("talkback", { port });
  assertEquals(again.port, port);
});

/** Only the administrator may take ports below 1024 here, and we can give that up. */
const LIMITED = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"];
const LISTEN = "Deno.listen({ hostname: '127.0.0.1', port: 81 }).close()";
const LISTEN_ON_NODE = "require('node:net').createServer().listen(81, '127.0.0.1').unref()";
const canBeLimited = succeeds([...LIMITED, "true"]) &&
  !succeeds([...LIMITED, Deno.execPath(), ...onNode ? ["-e", LISTEN_ON_NODE] : ["eval", LISTEN]]);

Deno.test("a server says so when its port is below 1024 (needs setpriv and protected ports)", {
  ignore: !canBeLimited,
}, async () => {
  const command = programCommand("servers/talkback.ts", { port: 81 });
  assertEquals(await run(command, { via: LIMITED }), {
    code: 1,
    stdout: "",
    stderr: "talkback: Cannot listen on 127.0.0.1:81: ports under 1024 are for the administrator " +
      "here; use --port with one from 1024 to 65535\n",
  });
});

Deno.test("a server says so when there is no such host to listen on", async () => {
  const hostname = "no-such-host.invalid";
  const { code, stderr } = await runServer("talkback", { port: 9, hostname });
  assertEquals(code, 1);
  assertEquals(
    stderr,
    `talkback: Cannot listen on ${hostname}:9: no such host; check the spelling of ${hostname}\n`,
  );
});
