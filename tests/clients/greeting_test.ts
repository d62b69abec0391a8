import { assertEquals, assertMatch } from "@std/assert";
import { runClient, startClient, startServer } from "../cli/in_process.ts";

const ANSWER = "Hello! Say something, please.\nI heard you.\nGoodbye!\n";

Deno.test("greeting client prints everything to the end when it says a line", async () => {
  await using server = await startServer("greeting");
  const { port } = server;
  assertEquals(await runClient("greeting", { port, args: ["Ho"] }), {
    code: 0,
    stdout: ANSWER,
    stderr: "",
  });
  await server.stdout.until(/ said: Ho\n$/);
});

Deno.test("greeting client says its arguments as lines when there are several", async () => {
  await using server = await startServer("greeting");
  const { port } = server;
  const { code, stdout } = await runClient("greeting", { port, args: ["first blood", "0"] });
  assertEquals([code, stdout], [0, ANSWER]);
  await server.stdout.until(/ said: first blood\n$/);
});

for (const line of ["0", "007", "1e3", "true", "--port"]) {
  Deno.test(`greeting client says ${line} as it stands when it is an argument`, async () => {
    await using server = await startServer("greeting");
    const { port } = server;
    const { stdout } = await runClient("greeting", { port, args: ["--json", "--", line] });
    assertEquals(stdout.match(/"event":"message"/g)?.length, 3);
    const bare = line.startsWith("-") ? ["--", line] : ["--json", line];
    assertEquals((await runClient("greeting", { port, args: bare })).code, 0);
    assertEquals(
      (await server.stdout.lines(2)).map((said) => said.split(" said: ")[1]),
      [line, line],
    );
  });
}

Deno.test("greeting client says what comes on stdin when it has no arguments", async () => {
  await using server = await startServer("greeting");
  const { port } = server;
  const { code, stdout } = await runClient("greeting", { port, stdin: "from a pipe\r\nmore" });
  assertEquals([code, stdout], [0, ANSWER]);
  await server.stdout.until(/ said: from a pipe\n$/);
});

Deno.test("greeting client ends when the server has finished though its stdin stays open", async () => {
  await using server = await startServer("greeting");
  await using client = startClient("greeting", { port: server.port });
  await client.stdout.until(/^Hello! .*\n/);
  client.type("Ho\n");
  assertEquals(await client.ended, 0);
  assertEquals(client.stdout.text, ANSWER);
});

Deno.test("greeting client ends with 1 and says so when the server goes before anything was said", async () => {
  await using server = await startServer("greeting");
  await using client = startClient("greeting", { port: server.port });
  await client.stdout.until(/^Hello! .*\n/);
  server.stop();
  assertEquals(await client.ended, 1);
  assertMatch(client.stderr.text, /^greeting: .*[Tt]he server closed the connection\n$/);
});

Deno.test("greeting client prints one object a line when --json is given", async () => {
  await using server = await startServer("greeting");
  const { stdout } = await runClient("greeting", { port: server.port, args: ["--json", "Ho"] });
  assertEquals(stdout.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { event: "message", message: "Hello! Say something, please." },
    { event: "message", message: "I heard you." },
    { event: "message", message: "Goodbye!" },
  ]);
});
