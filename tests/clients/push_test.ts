import {
  assert,
  assertEquals,
  assertFalse,
  assertGreaterOrEqual,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { connectPush } from "../../clients/push.ts";
import { serveHttp } from "../../net/http/mod.ts";
import {
  serveWebSocket,
  type ServeWebSocketOptions,
  type WebSocketConnection,
  type WebSocketHandler,
} from "../../net/websocket/mod.ts";
import { type InProcessOptions, runClient, startClient } from "../cli/in_process.ts";
import { servePush } from "../../servers/push.ts";

/** Serves WebSockets on a free port of this machine. */
function served(handler: WebSocketHandler = echo, options: ServeWebSocketOptions = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return serveWebSocket(listener, { onEvent() {}, ...options }, handler);
}

/** Sends back as many messages, and closes. */
function echoes(count: number): WebSocketHandler {
  return async (socket) => {
    for (let left = count; left > 0; left--) await socket.send((await socket.receive())!);
  };
}

async function echo(socket: WebSocketConnection): Promise<void> {
  for await (const message of socket) await socket.send(message);
}

/** Runs the client against a handler to its end. */
async function ran(handler: WebSocketHandler, options: InProcessOptions = {}) {
  await using server = served(handler);
  return await runClient("push", { port: server.addr.port, ...options });
}

const QUICK = ["--wait", "1ms"];

Deno.test("push sends each line of stdin, and prints what comes", async () => {
  await using server = served(echoes(4));
  const { port } = server.addr;
  const stdin = "one\n\ntwö\nwithout a newline";
  assertEquals(await runClient("push", { port, stdin }), {
    code: 0,
    stdout: "one\n\ntwö\nwithout a newline\n",
    stderr: `Connected to ws://127.0.0.1:${port}/\nThe server closed: 1000 (normal closure)\n`,
  });
});

Deno.test("push closes with 1000 when all was sent and nothing comes any more", async () => {
  const heard: unknown[] = [];
  const { code, stderr } = await ran(async (socket) => {
    for await (const message of socket) heard.push(message.kind);
    heard.push(socket.closeInfo.received, socket.closeInfo.first);
  }, { args: QUICK, stdin: "a\nb\n" });
  assertEquals([code, heard], [0, ["text", "text", { code: 1000, reason: "" }, "peer"]]);
  assertMatch(stderr, /\nClosed: 1000 \(normal closure\)\n$/);
});

Deno.test("push sends what --message says, and nothing of stdin", async () => {
  const args = ["--message", "a", "--message", "b\nc"];
  const { code, stdout } = await ran(echoes(2), { args, stdin: "x\n" });
  assertEquals([code, stdout], [0, "a\nb\nc\n"]);
});

Deno.test("push --binary sends binary messages, whose bytes go into a pipe as they came", async () => {
  const stdin = Uint8Array.of(0xff, 0, 10, 97, 10);
  await using server = served(echoes(2));
  const { port } = server.addr;
  await using client = startClient("push", { port, stdin, args: ["--binary"] });
  assertEquals(await client.ended, 0);
  assertEquals(await client.stdout.bytes(), Uint8Array.of(0xff, 0, 97));
});

Deno.test("push shows text and bytes harmlessly on a terminal", async () => {
  const { stdout } = await ran(async (socket) => {
    await socket.send("\x1b[2J a\nb");
    await socket.send(new Uint8Array(0));
    await socket.send(Uint8Array.of(0x1b, 255));
    await socket.send(new Uint8Array(40));
  }, { args: ["--stay"], stdoutIsTerminal: true });
  assertEquals(
    stdout,
    "\\x1b[2J a\\nb\n(binary, 0 bytes)\n(binary, 2 bytes: 1b ff)\n" +
      `(binary, 40 bytes: ${"00 ".repeat(32)}...)\n`,
  );
});

Deno.test("push --json prints what happens, one object a line", async () => {
  await using server = served(async (socket) => {
    await socket.send("\u001b é");
    await socket.send(Uint8Array.of(0, 255));
    await socket.close(4001, "done \u001b");
  }, { protocols: ["chat"] });
  const { port } = server.addr;
  const args = ["--json", "--subprotocol", "a,chat"];
  const { code, stdout, stderr } = await runClient("push", { port, args });
  const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records, [
    { event: "opened", url: `ws://127.0.0.1:${port}/`, protocol: "chat" },
    { event: "message", kind: "text", text: "\u001b é" },
    { event: "message", kind: "binary", bytes: "00ff" },
    { event: "closed", code: 4001, reason: "done \u001b", first: "peer" },
    {
      event: "failed",
      code: "connection-closed",
      what: "The server closed the connection",
      why: "4001: done \\x1b",
    },
  ]);
  assertFalse(stdout.includes("\u001b"));
  assertEquals([code, stderr], [1, "push: The server closed the connection: 4001: done \\x1b\n"]);
});

for (
  const [code, reason, exit, said] of [
    [1000, "", 0, "The server closed: 1000 (normal closure)\n"],
    [1000, "bye", 0, "The server closed: 1000 (normal closure): bye\n"],
    [1001, "", 1, "push: The server closed the connection: 1001 (going away)\n"],
    [1011, "oh", 1, "push: The server closed the connection: 1011 (internal error): oh\n"],
    [3000, "", 1, "push: The server closed the connection: 3000 (unauthorized)\n"],
  ] as const
) {
  Deno.test(`push ends with ${exit} when the server closes with ${code} ${reason}`, async () => {
    const { code: ended, stderr } = await ran((socket) => socket.close(code, reason));
    assertEquals([ended, stderr.replace(/^Connected to .*\n/, "")], [exit, said]);
  });
}

Deno.test("push ends with 1 when the server is gone without a close frame", async () => {
  const { code, stderr } = await ran(async (socket) => {
    await socket.receive();
    socket.abort();
  }, { args: ["--stay"], stdin: "a\n" });
  assertEquals(code, 1);
  assertMatch(stderr, /\npush: Lost the connection to 127\.0\.0\.1:\d+: .*\n$/);
});

Deno.test("push ends with 1, and has told the server, when what comes breaks the protocol", async () => {
  const closed = Promise.withResolvers<unknown>();
  const { code, stderr } = await ran(async (socket) => {
    await socket.send("too long");
    for await (const _ of socket);
    closed.resolve(socket.closeInfo.received?.code);
  }, { args: ["--max-message", "7", "--stay"] });
  assertEquals([code, await closed.promise], [1, 1009]);
  assertMatch(stderr, /\npush: Cannot decode .*maxMessageBytes 7.*; raise --max-message\n$/);
});

Deno.test("push says the status when the handshake is refused", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serveHttp(listener, { onEvent() {} }, async (http) => {
    for await (const request of http) await request.respond({ status: 404, body: "no\x1b\n" });
  });
  const { port } = server.addr;
  for (const args of [[], ["--reconnect"]]) {
    const { code, stdout, stderr } = await runClient("push", { port, args });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^push: Cannot open ws:\/\/127\.0\.0\.1:\d+\/: .*404 Not Found.*\n$/);
  }
});

Deno.test("push sends fields, a URL's user and password, and shows no password", async () => {
  let text = "";
  await using server = served((socket) => {
    text = socket.request?.text ?? "";
  });
  const { port } = server.addr;
  const url = `ws://me:secret@127.0.0.1:${port}/a?b`;
  const { stderr } = await runClient("push", {
    port,
    args: ["--header", "Cookie: a=1", "-H", "User-Agent:"],
  });
  assertStringIncludes(text, "Cookie: a=1\r\n");
  assertFalse(/user-agent/i.test(text));
  assertStringIncludes(stderr, "The server closed: 1000");
  const { runMain } = await import("../cli/in_process.ts");
  const { program } = await import("../../clients/push.ts");
  const second = await runMain(program.main, [url]);
  assertMatch(text, /^GET \/a\?b HTTP\/1\.1\r\n/);
  assertStringIncludes(text, "Authorization: Basic bWU6c2VjcmV0\r\n");
  assertStringIncludes(text, "User-Agent: parley/");
  assertFalse((second.stdout + second.stderr).includes("secret"));
});

Deno.test("push --stay stays when all was sent, until the server closes", async () => {
  const { code, stdout } = await ran(async (socket) => {
    const message = await socket.receive();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await socket.send(message!);
  }, { args: ["--stay", "--wait", "10ms"], stdin: "late\n" });
  assertEquals([code, stdout], [0, "late\n"]);
});

Deno.test("push does not cut off an answer that comes slowly", async () => {
  const { code, stdout } = await ran(async (socket) => {
    await socket.receive();
    const pieces = async function* () {
      for (let count = 0; count < 20; count++) {
        yield "x".repeat(1000);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await socket.sendStream(pieces(), { kind: "text" });
  }, { args: ["--wait", "2s"], stdin: "slowly\n" });
  assertEquals([code, stdout.length], [0, 20_001]);
});

Deno.test("push --ping measures a round trip at least, and says it on stderr", async () => {
  const { code, stdout, stderr } = await ran(echo, { args: ["--ping", "--wait", "1ms"] });
  assertEquals([code, stdout], [0, ""]);
  assertMatch(stderr, /\nPong after \d+(\.\d+)? ms\nClosed: 1000 /);
  const json = await ran(echo, { args: ["--ping", "--wait", "1ms", "--json"] });
  const pong = JSON.parse(json.stdout.split("\n")[1]!);
  assertEquals(pong.event, "pong");
  assertGreaterOrEqual(pong.ms, 0);
});

Deno.test("push --echo sends back what comes as it came, and ends with 0 when the server closes", async () => {
  const heard: unknown[] = [];
  const { code, stdout } = await ran(async (socket) => {
    const long = "é".repeat(100_000);
    await socket.send(long);
    await socket.send(Uint8Array.of(0, 255));
    await socket.send("");
    for (let count = 0; count < 3; count++) {
      const message = await socket.receive();
      heard.push(message?.kind === "text" ? message.text.length : message?.bytes.join());
    }
  }, { args: ["--echo"], stdin: "not sent\n" });
  assertEquals([code, stdout, heard], [0, "", [100_000, "0,255", 0]]);
});

Deno.test("push --reconnect connects again when the connection is lost, and goes on with what was not sent", async () => {
  let count = 0;
  await using server = served(async (socket) => {
    const number = ++count;
    const message = await socket.receive();
    await socket.send(`${number} ${message?.kind === "text" ? message.text : ""}`);
    if (number < 2) await socket.close(1012, "restart");
  });
  const { port } = server.addr;
  await using client = startClient("push", { port, args: ["--reconnect"] });
  client.type("one\n");
  await client.stderr.until(
    /^The server closed the connection: 1012 .*; connecting again in \d+ms \(try 1\)$/m,
  );
  client.type("two\n");
  client.endInput();
  assertEquals(await client.ended, 0);
  assertEquals(client.stdout.text, "1 one\n2 two\n");
  assertEquals(client.stderr.text.match(/^Connected to /gm)?.length, 2);
});

Deno.test("push --reconnect waits for a server that is not there yet, and stops when it is told", async () => {
  await using client = startClient("push", { port: 1, args: ["--reconnect", "--json"] });
  const [line] = await client.stdout.until(/^.*"reconnecting".*$/m);
  const { attempt, delayMs, why } = JSON.parse(line);
  assertEquals(attempt, 1);
  assert(delayMs >= 0 && delayMs <= 500);
  assertStringIncludes(why, "nobody listens there");
  client.stop();
  assertEquals([await client.ended, client.stderr.text], [130, ""]);
});

Deno.test("push --reconnect comes back after no close that would be the same again", async () => {
  const { code, stderr } = await ran((socket) => socket.close(1008), {
    args: ["--reconnect", "--stay"],
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "push: The server closed the connection: 1008 (policy violation)\n");
});

Deno.test("push closes with 1001 and ends with 130 when it is interrupted", async () => {
  const closed = Promise.withResolvers<unknown>();
  await using server = served(async (socket) => {
    for await (const _ of socket);
    closed.resolve(socket.closeInfo.received?.code);
  });
  await using client = startClient("push", { port: server.addr.port });
  await client.stderr.until(/^Connected to .*\n/);
  client.stop();
  assertEquals([await client.ended, await closed.promise], [130, 1001]);
});

Deno.test("push says which line is no text, once those before it were sent", async () => {
  const stdin = Uint8Array.of(97, 10, 0xff, 10, 98, 10);
  const heard: unknown[] = [];
  const { code, stderr } = await ran(async (socket) => {
    for await (const message of socket) heard.push(message.kind === "text" && message.text);
  }, { stdin });
  assertEquals([code, heard], [1, ["a"]]);
  assertStringIncludes(
    stderr,
    "push: Cannot send line 2 as text: it is no UTF-8; add --binary\n",
  );
});

for (
  const [args, problem] of [
    [
      ["--echo", "--message", "a"],
      "--echo sends back what comes and nothing else: leave out --message",
    ],
    [["--echo", "--binary"], "--echo sends back what comes and nothing else: leave out --binary"],
    [["ws://a/"], 'Unexpected argument "ws://a/"'],
    [["--header", "Upgrade: x"], "--header cannot set Upgrade: the client writes that itself"],
  ] as const
) {
  Deno.test(`push ends with 2 when it is told ${args.join(" ")}`, async () => {
    const { code, stderr } = await runClient("push", { port: 1, args });
    assertEquals([code, stderr.split("\n")[0]], [2, `push: ${problem}`]);
  });
}

Deno.test("connectPush() connects to a push server, with compression where both want it", async () => {
  await using server = servePush({ port: 0, echo: true, compress: true, onEvent() {} });
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  await using socket = await connectPush(url, { compress: true });
  const text = "abc".repeat(10_000);
  await socket.send(text);
  const answer = await socket.receive();
  assert(answer?.kind === "text" && answer.text === text);
  assert(socket.connection.bytesReceived < 2000);
});
