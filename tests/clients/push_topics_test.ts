import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { program } from "../../clients/push.ts";
import { startClient as startCommand } from "../cli/child.ts";
import { runClient, runMain, startClient } from "../cli/in_process.ts";
import { TopicServer } from "./topic_server.ts";

const BOTH = ["--topic", "news", "--topic", "sport"];

/** What a client says once both stand. */
const CONNECTED = /(?:Connected to [^]*){2}/;

/** Returns the lines of a client's stdout as objects. */
function recordsOf(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("push prints what comes on several topics with the topic in front, and sends no stdin", async () => {
  await using server = new TopicServer();
  await using client = startCommand("push", { port: server.port, args: BOTH, stdin: "no\n" });
  const [news, sport] = [await server.on("news"), await server.on("sport")];
  await news.send("it rains");
  await client.stdout.until(/^news: it rains\n$/);
  await sport.send("two lines\n1:0");
  await client.stdout.until(/\nsport: two lines\nsport: 1:0\n$/);
  await news.send(Uint8Array.of(1, 0xff));
  await client.stdout.until(/\nnews: \(binary, 2 bytes: 01 ff\)\n$/);
  assertMatch(
    client.stderr.text,
    /^(news|sport): Connected to ws:\/\/127\.0\.0\.1:\d+\/\1\n(?!\1)(news|sport): Connected to .*\n$/,
  );
  await Promise.all([news.close(1000), sport.close(1000)]);
  assertEquals(await client.ended, 0);
  assertEquals(server.heard, []);
});

Deno.test("push shows text of several topics harmlessly on a terminal, a message a line", async () => {
  await using server = new TopicServer();
  const { port } = server;
  await using client = startClient("push", { port, args: BOTH, stdoutIsTerminal: true });
  await (await server.on("news")).send("\x1b[2J a\nb");
  await client.stdout.until(/^news: \\x1b\[2J a\\nb\n$/);
});

Deno.test("push --json has the topic in each record when there are several", async () => {
  await using server = new TopicServer();
  const { port } = server;
  await using client = startClient("push", { port, args: [...BOTH, "--json"] });
  const [news, sport] = [await server.on("news"), await server.on("sport")];
  await client.stdout.until(/(?:"opened"[^]*){2}/);
  await news.send("\u001b a");
  await client.stdout.until(/"kind":"text"/);
  await sport.send(Uint8Array.of(7));
  await client.stdout.until(/"kind":"binary"/);
  await news.close(1000, "bye");
  await client.stdout.until(/"closed"/);
  await sport.close(4000);
  assertEquals(await client.ended, 1);
  const [first, second, ...others] = recordsOf(client.stdout.text);
  const opened = (topic: string) => ({
    event: "opened",
    topic,
    url: `ws://127.0.0.1:${port}/${topic}`,
  });
  const isInOrder = first?.["topic"] === "news";
  assertEquals(isInOrder ? [first, second] : [second, first], [opened("news"), opened("sport")]);
  assertEquals(others, [
    { event: "message", topic: "news", kind: "text", text: "\u001b a" },
    { event: "message", topic: "sport", kind: "binary", bytes: "07" },
    { event: "closed", topic: "news", code: 1000, reason: "bye", first: "peer" },
    { event: "closed", topic: "sport", code: 4000, reason: "", first: "peer" },
    {
      event: "failed",
      code: "connection-closed",
      what: "sport: The server closed the connection",
      why: "4000",
    },
  ]);
});

Deno.test("push ends with 1 and leaves the other topics when one of several is lost", async () => {
  await using server = new TopicServer();
  await using client = startCommand("push", { port: server.port, args: BOTH });
  await client.stderr.until(CONNECTED);
  (await server.on("sport")).abort();
  assertEquals(await client.ended, 1);
  assertMatch(
    client.stderr.text,
    /\npush: sport: Lost the connection to 127\.0\.0\.1:\d+: the server ended it without a close frame\n$/,
  );
  await server.until(() => server.closed.length === 2);
  assertEquals(server.closed.find(([topic]) => topic === "news"), ["news", 1001]);
});

Deno.test("push --reconnect comes back to the topic that was lost, and stays on the others", async () => {
  await using server = new TopicServer();
  const { port } = server;
  await using client = startClient("push", { port, args: [...BOTH, "--reconnect"] });
  const news = await server.on("news");
  for (const [code, reason] of [[1012, "restart"], [1001, ""]] as const) {
    const sport = await server.on("sport");
    const next = server.again("sport");
    await sport.close(code, reason);
    await (await next).send(`after ${code}`);
    await client.stdout.until(new RegExp(`sport: after ${code}\n$`));
  }
  assertMatch(
    client.stderr.text,
    /\nsport: The server closed the connection: 1012 \(service restart\): restart; connecting again in \d+ms \(try 1\)\n/,
  );
  await news.send("still here");
  await client.stdout.until(/\nnews: still here\n$/);
  assertEquals(server.heads.length, 4);
  client.stop();
  assertEquals(await client.ended, 130);
});

Deno.test("push --reconnect gives up all topics when one of them would fail again", async () => {
  await using server = new TopicServer();
  const { port } = server;
  await using client = startClient("push", { port, args: [...BOTH, "--reconnect"] });
  const [, sport] = [await server.on("news"), await server.on("sport")];
  await sport.close(1008, "not you");
  assertEquals(await client.ended, 1);
  assertStringIncludes(
    client.stderr.text,
    "\npush: sport: The server closed the connection: 1008 (policy violation): not you\n",
  );
});

Deno.test("push goes on with the other topics when the server ends one with 1000", async () => {
  await using server = new TopicServer();
  await using client = startClient("push", { port: server.port, args: BOTH });
  const [news, sport] = [await server.on("news"), await server.on("sport")];
  await news.close(1000);
  await client.stderr.until(/\nnews: The server closed: 1000 \(normal closure\)\n/);
  await sport.send("on");
  await client.stdout.until(/^sport: on\n$/);
  await sport.close(1000);
  assertEquals(await client.ended, 0);
});

Deno.test("push closes every topic with 1001 and ends with 130 when it gets SIGINT", async () => {
  await using server = new TopicServer();
  await using client = startCommand("push", { port: server.port, args: BOTH });
  await client.stderr.until(CONNECTED);
  client.signal("SIGINT");
  assertEquals(await client.ended, 130);
  await server.until(() => server.closed.length === 2);
  assertEquals(server.closed.map(([, code]) => code), [1001, 1001]);
});

Deno.test("push says once that nobody listens when there are several topics", async () => {
  const { code, stdout, stderr } = await runClient("push", { port: 1, args: BOTH });
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /^push: (news|sport): Cannot connect to 127\.0\.0\.1:1: nobody listens there; .*\n$/,
  );
});

Deno.test("push --topic talks to the topic as to a URL when it is the only one", async () => {
  await using server = new TopicServer(async (socket, { message }) => {
    await socket.send(message);
    await socket.close(1000);
  });
  const { port } = server;
  const args = ["--topic", "news", "--json"];
  const { code, stdout } = await runClient("push", { port, args, stdin: "hello\n" });
  assertEquals([code, recordsOf(stdout)], [0, [
    { event: "opened", url: `ws://127.0.0.1:${port}/news` },
    { event: "message", kind: "text", text: "hello" },
    { event: "closed", code: 1000, reason: "", first: "peer" },
  ]]);
});

for (
  const name of [
    "a/b",
    "/",
    "//a//",
    "what?",
    "#1",
    "100%",
    "%2F",
    "a b",
    " ",
    "…",
    "日本語",
    "👩‍👩‍👧",
    "a+b&c=d;e:f@g",
    'it\'s "so"\\',
    "é".repeat(127),
    "...",
    "../a",
    "default",
  ]
) {
  Deno.test(`push asks for the topic ${name} as it was typed`, async () => {
    await using server = new TopicServer();
    const { port } = server;
    const { code } = await runClient("push", { port, args: [`--publish=${name}`, "x"] });
    assertEquals([code, server.heard], [0, [{ topic: name, message: "x" }]]);
  });
}

for (
  const [base, asked] of [
    ["", "/a%2Fb"],
    ["/", "/a%2Fb"],
    ["/push", "/push/a%2Fb"],
    ["/push/?token=t", "/push/a%2Fb?token=t"],
  ] as const
) {
  Deno.test(`push asks for ${asked} when the topic a/b is below ${base || "nothing"}`, async () => {
    await using server = new TopicServer();
    const url = `ws://127.0.0.1:${server.port}${base}`;
    const { code } = await runMain(program.main, [url, "--publish", "a/b", "x"]);
    assertEquals(code, 0);
    assertEquals(server.heads[0]?.split("\r\n")[0], `GET ${asked} HTTP/1.1`);
  });
}

for (
  const [args, problem] of [
    [
      [...BOTH, "--message", "x"],
      "Several topics are listened to, and nothing is sent there: leave out --message",
    ],
    [
      [...BOTH, "--echo"],
      "Several topics are listened to, and nothing is sent there: leave out --echo",
    ],
    [["--topic", "a", "--topic", "a"], '--topic "a" is there twice'],
    [["--topic", ""], "--topic needs a value"],
    [
      ["--topic", "a\nb"],
      '--topic takes the name of a topic, not "a\\nb": a topic holds printable characters alone',
    ],
    [["--topic", ".."], '--topic takes the name of a topic, not "..": in a URL this is no name'],
    [
      ["--topic", "é".repeat(128)],
      `--topic takes the name of a topic, not "${"é".repeat(128)}": ` +
      "a topic has up to 255 bytes, and this has 256 bytes",
    ],
  ] as const
) {
  Deno.test(`push ends with 2 when it is told ${args.join(" ").slice(0, 60)}`, async () => {
    const { code, stderr } = await runClient("push", { port: 1, args });
    assertEquals([code, stderr.split("\n")[0]], [2, `push: ${problem}`]);
  });
}
