import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type PushServerOptions, servePush } from "../../servers/push.ts";
import { connectPeer } from "../cli/peer.ts";

function started(options: PushServerOptions = {}) {
  const server = servePush({ port: 0, onEvent() {}, ...options });
  const { port } = server.addr as Deno.NetAddr;
  return {
    port,
    topics: `http://127.0.0.1:${port}/topics`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function post(url: string, body: BodyInit, type?: string) {
  const headers: Record<string, string> = type === undefined ? {} : { "Content-Type": type };
  const answer = await fetch(url, { method: "POST", body, headers });
  return { status: answer.status, json: await answer.json() };
}

Deno.test("POST publishes text by its type, and anything else as binary", async () => {
  await using push = started();
  const url = `${push.topics}/news`;
  const bytes = Uint8Array.of(104, 105);
  for (
    const [type, isText] of [
      [undefined, true],
      ["text/plain; charset=utf-8", true],
      ["TEXT/CSV", true],
      ["application/json", true],
      ["application/ld+json", true],
      ["application/x-www-form-urlencoded", true],
      ["application/octet-stream", false],
      ["image/png", false],
      ["x", false],
    ] as const
  ) {
    const { status, json } = await post(url, bytes, type);
    assertEquals([status, json.topic, json.subscribers], [200, "news", 0]);
    const { messages, run } = await fetch(url).then((answer) => answer.json());
    const { text, base64, id, from } = messages.at(-1);
    assertEquals([text, base64], isText ? ["hi", undefined] : [undefined, "aGk="], type);
    assertEquals([id, from], [json.id, undefined]);
    assertMatch(id, new RegExp(`^${run}-\\d+$`));
  }
});

Deno.test("POST refuses text that is no UTF-8, and bodies beyond --max-message", async () => {
  await using push = started({ maxMessage: 1000 });
  const url = `${push.topics}/news`;
  const bad = await post(url, Uint8Array.of(255));
  assertEquals([bad.status, bad.json.error.code], [400, "bad-utf8"]);
  assertEquals((await post(url, "x".repeat(1000))).status, 200);
  const large = await post(url, "x".repeat(1001));
  assertEquals([large.status, large.json.error.code], [413, "too-large"]);
  assertStringIncludes(large.json.error.message, "1000 bytes");
  // One that does not say how long it is, sent in chunks.
  await using peer = await connectPeer(push.port);
  await peer.send(
    "POST /topics/news HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
      `3e9\r\n${"y".repeat(1001)}\r\n0\r\n\r\n`,
  );
  await peer.until(/^HTTP\/1\.1 413 /);
  const { messages } = await fetch(url).then((answer) => answer.json());
  assertEquals(messages.length, 1);
});

for (
  const [method, path, status, code] of [
    ["GET", "/topics", 404, "not-found"],
    ["GET", "/topics/", 404, "not-found"],
    ["GET", "/nothing", 404, "not-found"],
    ["GET", "/topics/%ff", 400, "bad-topic"],
    ["GET", "/topics/a%00", 400, "bad-topic"],
    ["GET", `/topics/${"x".repeat(256)}`, 400, "bad-topic"],
    ["DELETE", "/topics/news", 405, "bad-method"],
    ["PUT", "/topics/news", 405, "bad-method"],
    ["POST", "/", 405, "bad-method"],
    ["POST", "/healthz", 405, "bad-method"],
  ] as const
) {
  Deno.test(`push answers ${status} to ${method} ${path.slice(0, 20)}`, async () => {
    await using push = started();
    const answer = await fetch(new URL(path, push.topics), { method });
    assertEquals(answer.status, status);
    const { error } = await answer.json();
    assertEquals(error.code, code);
    assertMatch(error.message, /\.$/);
    if (status === 405) assert(answer.headers.get("allow"));
  });
}

Deno.test("push answers pages of its own host alone, with what lets them read it, and tells the others of --origin", async () => {
  await using push = started({ origin: ["https://a.example"] });
  const url = `${push.topics}/news`;
  for (
    const [origin, status] of [
      ["http://localhost:3000", 200],
      ["https://a.example", 200],
      ["https://b.example", 403],
      ["null", 403],
    ] as const
  ) {
    for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
      const answer = await fetch(url, { method, headers: { Origin: origin } });
      const text = await answer.text();
      const allowed = method === "OPTIONS" ? 204 : method === "DELETE" ? 405 : status;
      assertEquals(answer.status, status === 200 ? allowed : 403, `${method} ${origin}`);
      assertEquals(
        answer.headers.get("access-control-allow-origin"),
        status === 200 ? origin : null,
      );
      if (status === 403) assertStringIncludes(text, `--origin ${origin}`);
    }
  }
});

Deno.test("push answers to its own names alone, and tells of --host", async () => {
  await using push = started({ host: ["push.example"] });
  for (
    const [host, status] of [
      ["localhost", 200],
      ["127.0.0.1:4000", 200],
      ["push.example:80", 200],
      ["evil.example", 421],
    ] as const
  ) {
    for (const path of ["/", "/topics/news", "/metrics"]) {
      await using peer = await connectPeer(push.port);
      await peer.send(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      const answer = await peer.rest();
      assertEquals(answer.split(" ")[1], String(status), `${host} ${path}`);
      if (status === 421) assertStringIncludes(answer, "--host evil.example");
    }
  }
});

Deno.test("GET / gives a page that loads nothing from elsewhere, whoever asks", async () => {
  await using push = started({ subscribeToken: "secret" });
  const answer = await fetch(new URL("/", push.topics));
  const html = await answer.text();
  assertEquals(answer.headers.get("content-type"), "text/html; charset=utf-8");
  assertMatch(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assertEquals(html.includes("secret"), false);
});
