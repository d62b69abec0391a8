import { assert, assertEquals, assertMatch } from "@std/assert";
import { connectWebSocket, type WebSocketConnection } from "../../net/websocket/mod.ts";
import { type PushServerOptions, servePush } from "../../servers/push.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer } from "../cli/peer.ts";

const quiet = { port: 0, onEvent() {} };

/** Starts a server, and says how its clients call it. */
function started(options: PushServerOptions = {}) {
  const server = servePush({ ...quiet, ...options });
  const { port } = server.addr as Deno.NetAddr;
  return {
    server,
    port,
    http: `http://127.0.0.1:${port}`,
    follow: (topic: string, more: Parameters<typeof connectWebSocket>[1] = {}) =>
      connectWebSocket(`ws://127.0.0.1:${port}/${topic}`, more),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function textOf(socket: WebSocketConnection): Promise<string> {
  const message = await socket.receive();
  assert(message?.kind === "text", `${message?.kind} came`);
  return message.text;
}

/** Waits until as many follow a topic: a client knows that it stands before the server has it among the others. */
async function untilPresent(http: string, topic: string, count: number): Promise<void> {
  for (let present = -1; present !== count;) {
    const answer = await fetch(`${http}/topics/${topic}`);
    ({ present } = await answer.json());
  }
}

Deno.test("push brings what a client sends to everybody on its topic, itself included, and to nobody else", async () => {
  await using push = started();
  await using first = await push.follow("news");
  await using second = await push.follow("news");
  await using other = await push.follow("sport");
  await untilPresent(push.http, "news", 2);
  const long = "é".repeat(200_000);
  for (const message of ["hello", "", long]) {
    await first.send(message);
    assertEquals([await textOf(first), await textOf(second)], [message, message]);
  }
  await second.send(Uint8Array.of(0, 255));
  for (const socket of [first, second]) {
    const message = await socket.receive();
    assert(message?.kind === "binary");
    assertEquals([...message.bytes], [0, 255]);
  }
  await other.send("alone");
  assertEquals(await textOf(other), "alone");
  assertEquals(first.tryReceive(), undefined);
});

Deno.test("push takes the decoded path as the topic, and / as the topic default", async () => {
  await using push = started();
  await using slash = await push.follow("");
  await using odd = await push.follow("a%20b/%C3%A9%3F%25");
  await untilPresent(push.http, "default", 1);
  await untilPresent(push.http, encodeURIComponent("a b/é?%"), 1);
  await fetch(`${push.http}/topics/default`, { method: "POST", body: "one" }).then(drop);
  await fetch(`${push.http}/topics/a%20b%2F%C3%A9%3F%25`, { method: "POST", body: "two" })
    .then(drop);
  assertEquals([await textOf(slash), await textOf(odd)], ["one", "two"]);
});

for (const path of ["topics/news", "topics", "healthz", "metrics", "a%0Ab", "%E2%80%AE", "%ff"]) {
  Deno.test(`push opens no WebSocket at /${path}`, async () => {
    await using push = started();
    await using peer = await connectPeer(push.port);
    await peer.send(`GET /${path} HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);
    await peer.until(/^HTTP\/1\.1 400 [^]*\r\n\r\nThat is no topic: .*\n$/);
  });
}

const UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

Deno.test("push --no-echo brings nobody its own messages", async () => {
  await using push = started({ noEcho: true });
  await using first = await push.follow("news");
  await using second = await push.follow("news");
  await untilPresent(push.http, "news", 2);
  await first.send("of the first");
  await second.send("of the second");
  assertEquals([await textOf(first), await textOf(second)], ["of the second", "of the first"]);
});

Deno.test("push tells who speaks parley.push what there is, who is there, and whose a message is", async () => {
  await using push = started();
  await using plain = await push.follow("news");
  await untilPresent(push.http, "news", 1);
  await plain.send("before");
  assertEquals(await textOf(plain), "before");
  await using full = await push.follow("news", { protocols: ["parley.push"] });
  const hello = JSON.parse(await textOf(full));
  const { run, you } = hello;
  assertEquals(hello, { type: "hello", run, you, topic: "news", present: 2, mayPublish: true });
  const { time, ...kept } = JSON.parse(await textOf(full));
  assert(typeof time === "number");
  assertEquals(kept, { type: "message", id: `${run}-1`, from: "1", text: "before" });
  await full.send("mine");
  const mine = JSON.parse(await textOf(full));
  assertEquals([mine.from, mine.text], [you, "mine"]);
  assertEquals(JSON.parse(await textOf(full)), { type: "presence", present: 2 });
  await using back = await push.follow(`news?lastEventId=${run}-1`, { protocols: ["parley.push"] });
  await textOf(back);
  assertEquals(JSON.parse(await textOf(back)).text, "mine");
  await using late = await push.follow("news?lastEventId=feed-1", { protocols: ["parley.push"] });
  await textOf(late);
  assertEquals(JSON.parse(await textOf(late)), { type: "missed" });
  assertEquals(JSON.parse(await textOf(late)).text, "before");
});

Deno.test("push closes with 1009 beyond --max-message, with 1008 where a client may not publish, with 1001 when it stops", async () => {
  await using push = started({ maxMessage: 10, noClientPublish: true });
  await using large = await push.follow("news");
  await large.send("x".repeat(11));
  await ended(large);
  assertEquals(large.closeInfo.received?.code, 1009);
  await using eager = await push.follow("news");
  await eager.send("hello");
  await ended(eager);
  assertEquals(eager.closeInfo.received, { code: 1008, reason: "This client may not publish" });
  await using quietly = await push.follow("news");
  await untilPresent(push.http, "news", 1);
  await fetch(`${push.http}/topics/news`, { method: "POST", body: "last" }).then(drop);
  const stopped = push.server.shutdown();
  assertEquals(await textOf(quietly), "last");
  await ended(quietly);
  assertEquals(quietly.closeInfo.received?.code, 1001);
  assertEquals((await stopped).cut, 0);
});

Deno.test("push lets in who knows a token, in a field or in the target, and shows it nowhere", async () => {
  const args = ["--subscribe-token", "read-me", "--publish-token", "write-me", "--json"];
  await using server = await startServer("push", { args });
  const base = `127.0.0.1:${server.port}`;
  const status = async (token: string | undefined, more: RequestInit = {}) => {
    const headers: Record<string, string> = token === undefined
      ? {}
      : { Authorization: `Bearer ${token}` };
    const answer = await fetch(`http://${base}/topics/news`, { ...more, headers });
    await answer.body?.cancel();
    return answer.status;
  };
  const post = { method: "POST", body: "it rains" };
  assertEquals(
    [
      await status(undefined),
      await status("wrong"),
      await status("read-me"),
      await status("write-me"),
    ],
    [401, 401, 200, 200],
  );
  assertEquals(
    [await status(undefined, post), await status("read-me", post), await status("write-me", post)],
    [401, 401, 200],
  );
  await using reader = await connectWebSocket(`ws://${base}/news?token=read-me`);
  await reader.send("not mine to say");
  await ended(reader);
  assertEquals(reader.closeInfo.received?.code, 1008);
  await using peer = await connectPeer(server.port);
  await peer.send(`GET /news HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);
  await peer.until(/^HTTP\/1\.1 401 [^]*WWW-Authenticate: Bearer [^]*\n$/);
  server.stop();
  await server.ended;
  for (const token of ["read-me", "write-me", "wrong"]) {
    assertEquals(server.stdout.text.includes(token), false);
    assertEquals(server.stderr.text.includes(token), false);
  }
});

Deno.test("push counts what it does for Prometheus, and says that it is well", async () => {
  await using push = started();
  await using socket = await push.follow("news");
  await untilPresent(push.http, "news", 1);
  await socket.send("12345");
  await textOf(socket);
  await socket.close(4000, "enough");
  await untilPresent(push.http, "news", 0);
  const answer = await fetch(`${push.http}/metrics`);
  const text = await answer.text();
  for (
    const line of [
      "parley_push_subscribers 0",
      "parley_push_messages_total 1",
      "parley_push_message_bytes_total 5",
      "parley_push_deliveries_total 1",
      'parley_push_closes_total{code="4xxx"} 1',
    ]
  ) assertMatch(text, new RegExp(`^${line.replace(/[{}]/g, "\\$&")}$`, "m"));
  assertEquals(await fetch(`${push.http}/healthz`).then((one) => one.text()), "ok\n");
});

Deno.test("push compresses messages for those who agreed to it, once for all, and sends the others the same", async () => {
  await using push = started({ compress: true });
  await using packed = await push.follow("news", { compress: true });
  await using plain = await push.follow("news");
  await untilPresent(push.http, "news", 2);
  assertEquals(packed.compression?.incoming.takeover, false);
  for (let time = 0; time < 2; time++) {
    const text = `${time}`.repeat(10_000);
    const before = packed.connection.bytesReceived;
    await plain.send(text);
    assertEquals([await textOf(packed), await textOf(plain)], [text, text]);
    assert(packed.connection.bytesReceived - before < 1000);
  }
});

Deno.test("push takes no more messages a second from one client than --max-messages-per-second, and loses none", async () => {
  await using push = started({ maxMessagesPerSecond: 1000 });
  await using socket = await push.follow("news");
  for (let count = 0; count < 50; count++) void socket.send(`${count}`);
  for (let count = 0; count < 50; count++) assertEquals(await textOf(socket), `${count}`);
});

Deno.test("push says in its log whom a trusted proxy speaks for", async () => {
  await using server = await startServer("push", {
    args: ["--trust-proxy", "127.0.0.1", "--json"],
  });
  const answer = await fetch(`http://127.0.0.1:${server.port}/topics/news?token=secret`, {
    headers: { "X-Forwarded-For": "10.9.9.9, 192.0.2.7" },
  });
  await answer.body?.cancel();
  const [line] = await server.stdout.until(/^.*"request".*$/m);
  const { id: _, ...record } = JSON.parse(line);
  assertEquals(record, {
    event: "request",
    client: "192.0.2.7",
    method: "GET",
    target: "/topics/news?token=...",
    status: 200,
  });
});

async function ended(socket: WebSocketConnection): Promise<void> {
  while (await socket.receive() !== undefined);
}

async function drop(answer: Response): Promise<void> {
  await answer.body?.cancel();
}
