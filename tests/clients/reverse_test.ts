import { assertEquals, assertMatch } from "@std/assert";
import { runClient, startClient, startServer } from "../cli/in_process.ts";

for (
  const [what, args, stdin, answer] of [
    ["a message", ["Hello Server"], "", "revreS olleH\n"],
    ["several words", ["Hello", "0", "007"], "", "700 0 olleH\n"],
    ["0", ["0"], "", "0\n"],
    ["nothing in quotes", [""], "", "\n"],
    ["an emoji", ["a👨‍👩‍👧"], "", "👨‍👩‍👧a\n"],
    ["what looks like an option", ["--", "--help"], "", "pleh--\n"],
    ["a line of stdin", [], "from a pipe\n", "epip a morf\n"],
    ["several lines of stdin", [], "l1\nl2\n\nl3", "1l\n2l\n\n3l\n"],
    ["stdin without a newline", [], "abc", "cba\n"],
  ] as const
) {
  Deno.test(`reverse client prints the answer when it is given ${what}`, async () => {
    await using server = await startServer("reverse", { args: ["--gap", "1h"] });
    assertEquals(await runClient("reverse", { port: server.port, args, stdin }), {
      code: 0,
      stdout: answer,
      stderr: "",
    });
  });
}

Deno.test("reverse client prints an answer while its input goes on", async () => {
  await using server = await startServer("reverse");
  await using client = startClient("reverse", { port: server.port });
  for (const [line, answer] of [["one", "eno"], ["two", "owt"]] as const) {
    client.type(`${line}\n`);
    assertEquals(await client.stdout.line(), answer);
  }
  client.endInput();
  assertEquals([await client.ended, client.stderr.text], [0, ""]);
});

Deno.test("reverse client prints every answer in order when its input is much longer than a buffer", async () => {
  await using server = await startServer("reverse");
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at}`);
  const { code, stdout, stderr } = await runClient("reverse", {
    port: server.port,
    stdin: lines.map((line) => `${line}\n`).join(""),
  });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, lines.map((line) => `${line.split("").reverse().join("")}\n`).join(""));
});

Deno.test("reverse client ends with 1 and says so when the server goes while nothing is asked", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using client = startClient("reverse", { port: listener.addr.port });
  const conn = await listener.accept();
  client.type("one\n");
  assertEquals(await conn.read(new Uint8Array(16)), 4);
  await conn.write(new TextEncoder().encode("eno\n"));
  assertEquals(await client.stdout.line(), "eno");
  conn.close();
  assertEquals(await client.ended, 1);
  assertMatch(client.stderr.text, /^reverse: .*the server closed the connection\n$/);
});

Deno.test("reverse client prints one answer of 1 MiB when it sends as much", async () => {
  await using server = await startServer("reverse", { args: ["--max-message", "1MiB"] });
  const stdin = "abcd".repeat(256 * 1024);
  const { code, stdout } = await runClient("reverse", { port: server.port, stdin });
  assertEquals([code, stdout === `${"dcba".repeat(256 * 1024)}\n`], [0, true]);
});

Deno.test("reverse client prints message and answer when --json is given", async () => {
  await using server = await startServer("reverse");
  const args = ["--json", "abc"];
  const { stdout } = await runClient("reverse", { port: server.port, args });
  assertEquals(JSON.parse(stdout), { event: "answer", message: "abc", answer: "cba" });
});

Deno.test("reverse client ends with 1 when it has no message at all", async () => {
  await using server = await startServer("reverse");
  const { code, stderr } = await runClient("reverse", { port: server.port });
  assertEquals(code, 1);
  assertMatch(stderr, /^reverse: .*no message on the command line, nor on stdin\n$/);
});

Deno.test("reverse client ends with 1 when its message would be two", async () => {
  await using server = await startServer("reverse");
  const { code, stderr } = await runClient("reverse", { port: server.port, args: ["a\nb"] });
  assertEquals(code, 1);
  assertMatch(stderr, /^reverse: Cannot encode line: it holds a line ending at 1, .*\n$/);
});

Deno.test("reverse client ends with 1 when the server hangs up without an answer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using client = startClient("reverse", { port: listener.addr.port, args: ["hi"] });
  using conn = await listener.accept();
  await conn.closeWrite();
  assertEquals(await client.ended, 1);
  assertMatch(client.stderr.text, /^reverse: .*the server hung up without an answer\n$/);
});

Deno.test("reverse client ends with 1 when no answer comes within --wait", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const args = ["--wait", "20ms", "hi"];
  await using client = startClient("reverse", { port: listener.addr.port, args });
  using conn = await listener.accept();
  const said = new Uint8Array(16);
  assertEquals([await conn.read(said), await conn.read(said)], [3, null]);
  await conn.closeWrite();
  assertEquals(await client.ended, 1);
  assertMatch(client.stderr.text, /none came within 20 ms \(receive deadline\).*\n$/);
});
