import { assertEquals } from "@std/assert";
import { clientProgram } from "../../cli/client_program.ts";
import { serverProgram } from "../../cli/server_program.ts";
import { connect, lines, serve } from "../../mod.ts";
import { runMain } from "./in_process.ts";

const DECLARED = {
  name: "own",
  summary: "",
  defaultPort: 1,
  options: {},
  tryIt: () => "",
} as const;

Deno.test("a server that does not look at unix refuses --unix, and listens nowhere", async () => {
  const program = serverProgram({
    ...DECLARED,
    start({ settings }) {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: settings.port ?? 0 });
      return serve(listener, { ...settings, codec: lines() }, () => {});
    },
  });
  const { code, stderr } = await runMain(program.main, ["--unix", "a.sock"]);
  assertEquals([code, stderr.split("\n")[0]], [2, "own: --unix means nothing to this program"]);
});

Deno.test("a client that does not look at unix refuses --unix, and says nothing there", async () => {
  const heard: unknown[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using _server = serve(listener, { codec: lines() }, async (connection) => {
    for await (const line of connection) heard.push(line);
  });
  const program = clientProgram({
    ...DECLARED,
    connect: () => connect({ port: listener.addr.port, codec: lines() }),
    async talk({ connection }) {
      await connection.send("hello");
      return 0;
    },
  });
  const { code, stderr } = await runMain(program.main, ["--unix", "a.sock"]);
  assertEquals([code, stderr.split("\n")[0]], [2, "own: --unix means nothing to this program"]);
  assertEquals(heard, []);
});
