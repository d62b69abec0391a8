import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import type { WebSocketConnection } from "../../net/websocket/mod.ts";
import { program } from "../../clients/push.ts";
import { runClient as runCommand, startClient as startCommand } from "../cli/child.ts";
import { runClient, runMain, startClient } from "../cli/in_process.ts";
import { inFolder } from "../contract/folder.ts";
import { refusing, TopicServer } from "./topic_server.ts";

const TOKEN = "s3cret-of-the-test";

/** Waits until a client has heard how far the server has read: what it asks comes before what it is asked here. */
async function untilTold(socket: WebSocketConnection): Promise<void> {
  await socket.ping();
  await socket.ping();
}

Deno.test("push --publish sends one message, prints nothing of what comes, and ends with 0", async () => {
  await using server = new TopicServer();
  const { port } = server;
  const args = ["--publish", "news", "it rains"];
  assertEquals(await runCommand("push", { port, args, stdin: "not sent\n" }), {
    code: 0,
    stdout: "",
    stderr: `Connected to ws://127.0.0.1:${port}/news\nClosed: 1000 (normal closure)\n` +
      "Published 1 message to news\n",
  });
  assertEquals(server.heard, [{ topic: "news", message: "it rains" }]);
  assertEquals(server.closed, [["news", 1000]]);
});

Deno.test("push --publish sends each line of stdin when no message stands there", async () => {
  await using server = new TopicServer();
  const { port } = server;
  const stdin = "one\n\ntwö\nwithout a newline";
  const args = ["--publish", "news"];
  const { code, stdout, stderr } = await runClient("push", { port, args, stdin });
  assertEquals([code, stdout], [0, ""]);
  assertMatch(stderr, /\nPublished 4 messages to news\n$/);
  assertEquals(server.texts, ["one", "", "twö", "without a newline"]);
});

Deno.test("push --publish sends thousands of lines to a server that is slow, in their order", async () => {
  let count = 0;
  await using server = new TopicServer(async () => {
    if (++count % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
  const lines = Array.from({ length: 5000 }, (_, at) => `line ${at}`);
  const { code, stderr } = await runClient("push", {
    port: server.port,
    args: ["--publish", "log"],
    stdin: lines.join("\n"),
  });
  assertEquals(code, 0);
  assertStringIncludes(stderr, "Published 5000 messages to log\n");
  // It has read them, and its program may be behind.
  await server.until(() => server.texts.length === lines.length);
  assertEquals(server.texts, lines);
});

Deno.test("push --publish sends what --message says, an empty message, and nothing at all", async () => {
  await using server = new TopicServer();
  const { port } = server;
  const publish = (...args: string[]) =>
    runClient("push", { port, args: ["--publish", "a", ...args] });
  assertEquals((await publish("--message", "b\nc", "--message", "d")).code, 0);
  assertEquals((await publish("")).code, 0);
  assertMatch((await publish()).stderr, /\nPublished 0 messages to a\n$/);
  assertEquals(server.texts, ["b\nc", "d", ""]);
});

Deno.test("push --publish --binary sends all of stdin as one message, or the message as binary", async () => {
  await using server = new TopicServer();
  const { port } = server;
  const stdin = Uint8Array.of(0xff, 10, 0, 10, 97);
  const whole = { port, args: ["--publish", "a", "--binary"], stdin };
  assertMatch((await runClient("push", whole)).stderr, /\nPublished 1 message to a\n$/);
  const text = { port, args: ["--publish", "a", "é", "--binary"] };
  assertEquals((await runClient("push", text)).code, 0);
  assertEquals(server.texts, [stdin, Uint8Array.of(0xc3, 0xa9)]);
});

for (
  const [code, reason, said] of [
    [1008, "may not publish", "1008 (policy violation): may not publish"],
    [1009, "", "1009 (message too big)"],
    [1013, "too many topics", "1013 (try again later): too many topics"],
    [1000, "enough", "1000 (normal closure): enough"],
  ] as const
) {
  Deno.test(`push --publish ends with 1 and one line when the server closes with ${code}`, async () => {
    await using server = new TopicServer((socket) => socket.close(code, reason));
    const { port } = server;
    const args = ["--publish", "news", "x"];
    const { code: ended, stdout, stderr } = await runClient("push", { port, args });
    assertEquals([ended, stdout, stderr.split("\n").length], [1, "", 3]);
    const [, line = ""] = stderr.split("\n");
    assert(line.startsWith(`push: The server closed the connection: ${said} (the server`), line);
    assertMatch(line, /\(the server has read [01] of 1 message for certain\)$/);
  });
}

Deno.test("push --publish ends with 1 when a line is larger than the server takes", async () => {
  await using server = new TopicServer(undefined, { limits: { maxMessageBytes: 10 } });
  const { code, stderr } = await runClient("push", {
    port: server.port,
    args: ["--publish", "news"],
    stdin: `short\n${"x".repeat(11)}\nnever\n`,
  });
  assertEquals([code, server.texts], [1, ["short"]]);
  assertMatch(stderr, /\npush: The server closed the connection: 1009 \(message too big\).*\n$/);
});

Deno.test("push --publish drops what comes also when it is larger than a listener takes", async () => {
  const large = "x".repeat(1_500_000);
  await using server = new TopicServer((socket) => socket.send(large));
  const { port } = server;
  const args = ["--publish", "news", "small"];
  assertEquals((await runClient("push", { port, args })).code, 0);
  const bounded = await runClient("push", { port, args: [...args, "--max-message", "1k"] });
  assertStringIncludes(bounded.stderr, "raise --max-message");
});

Deno.test("push --publish says how many were read for certain when the server is gone in the middle", async () => {
  let isLast = false;
  const told: unknown[] = [];
  await using server = new TopicServer(async (socket, { message }) => {
    if (isLast) return socket.abort();
    await untilTold(socket);
    told.push(message);
  });
  const { port } = server;
  await using client = startCommand("push", { port, args: ["--publish", "news"] });
  for (const line of ["one", "two"]) {
    await client.type(`${line}\n`);
    await server.until(() => server.texts.includes(line));
  }
  while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  isLast = true;
  await client.type("three\n");
  assertEquals([await client.ended, client.stdout.text], [1, ""]);
  assertMatch(
    client.stderr.text,
    /\npush: Lost the connection to 127\.0\.0\.1:\d+: the server ended it without a close frame \(the server has read [23] of 3 messages for certain\)\n$/,
  );
});

Deno.test("push --publish sends again what may not have been read when it connects again", async () => {
  let count = 0;
  await using server = new TopicServer((socket) => {
    if (++count === 2) socket.abort();
  });
  const { port } = server;
  const args = ["--publish", "news", "--reconnect", "--json"];
  const { code, stdout } = await runClient("push", { port, args, stdin: "one\ntwo\nthree\n" });
  const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map(({ event }) => event), [
    "opened",
    "closed",
    "reconnecting",
    "opened",
    "closed",
    "published",
  ]);
  assertEquals(records.at(-1), { event: "published", topic: "news", sent: 3, read: 3 });
  assertEquals(code, 0);
  // Whatever was in doubt came twice, and nothing is missing behind it.
  assertEquals(server.texts.slice(-2), ["two", "three"]);
});

Deno.test("push --publish --json says how far it came when it failed", async () => {
  await using server = new TopicServer((socket) => socket.close(1008, "no"));
  const { port } = server;
  const args = ["--publish", "ä b", "x", "--json"];
  const { code, stdout } = await runClient("push", { port, args });
  const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const { read } = records[2];
  assert(read === 0 || read === 1);
  assertEquals([code, records], [1, [
    { event: "opened", url: `ws://127.0.0.1:${port}/%C3%A4%20b` },
    records[1],
    { event: "published", topic: "ä b", sent: 1, read },
    {
      event: "failed",
      code: "connection-closed",
      what: "The server closed the connection",
      why: "1008 (policy violation): no " +
        `(the server has read ${read} of 1 message for certain)`,
    },
  ]]);
  assertEquals([records[1].event, records[1].code], ["closed", 1008]);
});

Deno.test("push --publish says which line is no text, and how many before it arrived", async () => {
  await using server = new TopicServer();
  const { code, stderr } = await runClient("push", {
    port: server.port,
    args: ["--publish", "a"],
    stdin: Uint8Array.of(97, 10, 0xff, 10),
  });
  assertEquals([code, server.texts], [1, ["a"]]);
  assertMatch(
    stderr,
    /\npush: Cannot send line 2 as text: it is no UTF-8 \(the server has read 1 of 1 message for certain\); add --binary\n$/,
  );
});

Deno.test("push --publish closes with 1001 and ends with 130 when it gets SIGINT", async () => {
  await using server = new TopicServer(untilTold);
  await using client = startCommand("push", { port: server.port, args: ["--publish", "news"] });
  await client.type("one\n");
  await server.until(() => server.texts.length === 1);
  await untilTold(await server.on("news"));
  client.signal("SIGINT");
  assertEquals(await client.ended, 130);
  await server.until(() => server.closed.length === 1);
  assertEquals(server.closed, [["news", 1001]]);
  assertMatch(client.stderr.text, /\nPublished 1 of 1 message to news for certain\n$/);
});

Deno.test("push --publish ends with 130 when it is interrupted while lines pour in", async () => {
  let count = 0;
  await using server = new TopicServer(async () => {
    if (++count % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  });
  await using client = startClient("push", { port: server.port, args: ["--publish", "log"] });
  client.type("x\n".repeat(20_000));
  await server.until(() => server.texts.length > 10);
  client.stop();
  assertEquals(await client.ended, 130);
  assertFalse(client.stderr.text.includes("push:"), client.stderr.text);
  await server.until(() => server.closed.length === 1);
});

Deno.test("push --token sends the token, as it is typed or out of a file, and shows it nowhere", async () => {
  await using server = new TopicServer();
  const { port } = server;
  const typed = await runCommand("push", {
    port,
    args: ["--publish", "news", "x", "--token", TOKEN, "--json"],
  });
  await inFolder(async (folder) => {
    const path = `${folder}/token`;
    await Deno.writeTextFile(path, `${TOKEN}\n`);
    const args = ["--topic", "news", "--message", "x", "--wait", "1ms", "--token", `@${path}`];
    const permissions = [`--allow-read=${path}`];
    const read = await runCommand("push", { port, args, permissions });
    assertEquals([typed.code, read.code], [0, 0], read.stderr);
    for (const { stdout, stderr } of [typed, read]) {
      assertFalse((stdout + stderr).includes(TOKEN));
    }
  });
  assertEquals(server.heads.length, 2);
  for (const head of server.heads) {
    assertStringIncludes(head, `\r\nAuthorization: Bearer ${TOKEN}\r\n`);
  }
});

for (
  const [name, answer, args, said] of [
    [
      "a line of text",
      { status: 401, type: "text/plain; charset=utf-8", body: "A token \x1b is needed\nmore\n" },
      [],
      "401 Unauthorized: A token \\x1b is needed; give --token",
    ],
    [
      "a token that is wrong",
      { status: 401, body: "That token is not known\n" },
      ["--token", TOKEN],
      "401 Unauthorized: That token is not known; check --token",
    ],
    [
      "an error in JSON",
      {
        status: 403,
        type: "application/json",
        body: '{"error":{"code":"forbidden","message":"Not from there"}}\n',
      },
      [],
      "403 Forbidden: Not from there",
    ],
    [
      "another host",
      { status: 421, type: "text/plain", body: "Nobody of that name is here" },
      [],
      "421 Misdirected Request: Nobody of that name is here",
    ],
    [
      "a page",
      { status: 401, type: "text/html", body: "<h1>Unauthorized</h1>" },
      [],
      "401 Unauthorized: the server wants credentials; give --token",
    ],
    [
      "a page that is called text",
      { status: 403, type: "text/plain", body: "<h1>Forbidden</h1>" },
      [],
      "403 Forbidden",
    ],
    ["a long line", { status: 403, body: "x".repeat(201) }, [], "403 Forbidden"],
    ["nothing", { status: 403, body: "" }, [], "403 Forbidden"],
    ["broken JSON", { status: 403, type: "application/json", body: "{" }, [], "403 Forbidden"],
  ] as const
) {
  Deno.test(`push tells what the server said when it refuses with ${name}`, async () => {
    await using server = refusing(answer);
    const { port } = server.addr;
    const { code, stdout, stderr } = await runClient("push", { port, args });
    assertEquals([code, stdout, stderr], [
      1,
      "",
      `push: Cannot open ws://127.0.0.1:${port}/: expected status 101, got ${said}\n`,
    ]);
  });
}

Deno.test("push waits for what a server says of a refusal when it comes behind the head, in chunks, or never", async () => {
  const head = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n";
  for (
    const [first, rest, said] of [
      [`${head}Content-Length: 6\r\n\r\n`, "not me", "403 Forbidden: not me"],
      [`${head}Transfer-Encoding: chunked\r\n\r\n`, "3\r\nnot\r\n3\r\n me\r\n0\r\n\r\n", "not me"],
      [`${head}X: ${"x".repeat(600)}\r\nContent-Length: 6\r\n\r\n`, "not me", ": not me"],
      [`${head}Content-Length: 6\r\n\r\n`, "", "403 Forbidden"],
    ] as const
  ) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    await using client = startClient("push", { port, stdin: "" });
    using conn = await listener.accept();
    await conn.read(new Uint8Array(4096));
    const encoder = new TextEncoder();
    await conn.write(encoder.encode(first));
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (rest !== "") await conn.write(encoder.encode(rest));
    assertEquals(await client.ended, 1);
    assert(client.stderr.text.endsWith(`${said}\n`), client.stderr.text);
    // It has left.
    assertEquals(await conn.read(new Uint8Array(1)).catch(() => null), null);
  }
});

for (
  const [args, problem] of [
    [
      ["--publish", "a", "--topic", "b"],
      "--publish sends, prints nothing of what comes, and ends: leave out --topic",
    ],
    [
      ["--publish", "a", "--stay"],
      "--publish sends, prints nothing of what comes, and ends: leave out --stay",
    ],
    [
      ["--publish", "a", "--wait", "1s"],
      "--publish sends, prints nothing of what comes, and ends: leave out --wait",
    ],
    [
      ["--publish", "a", "b", "--message", "c"],
      "What is published is said twice: leave out --message",
    ],
    [["--publish", "a", "b", "c"], 'Unexpected argument "c"'],
    [["a"], 'Unexpected argument "a"'],
    [["--publish", ""], "--publish needs a value"],
    [["--token", ""], "--token needs a value"],
    [
      ["--token", `${TOKEN}\r\nX: y`],
      "--token takes letters, digits and signs of ASCII, without blanks",
    ],
    [
      ["--token", TOKEN, "-H", "authorization: Basic x"],
      "--token is sent as Authorization: leave out --header Authorization",
    ],
  ] as const
) {
  Deno.test(`push ends with 2 when it is told ${args.join(" ")}`, async () => {
    const { code, stderr } = await runClient("push", { port: 1, args });
    assertEquals([code, stderr.split("\n")[0]], [2, `push: ${problem}`]);
    assertFalse(stderr.includes(TOKEN));
  });
}

Deno.test("push ends with 2 when a token stands beside a user in the URL, and shows neither", async () => {
  const { code, stderr } = await runMain(program.main, [
    "ws://me:pass@127.0.0.1:1/",
    "--token",
    TOKEN,
  ]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "leave out the user and password in the URL\n");
  assertFalse(stderr.includes("pass@") || stderr.includes(TOKEN));
});
