import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { serveHeaders } from "../../servers/headers.ts";
import { FakeClock } from "../../testing/mod.ts";
import { fromFarAway } from "../cli/far_away.ts";
import { type RunningServer, startServer } from "../cli/in_process.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";
import { onNode } from "../runtime.ts";

const EVENTS = "GET /-/live/events HTTP/1.1\r\nHost: localhost\r\n";

async function exchange(port: number, request: string): Promise<string> {
  await using peer = await connectPeer(port);
  await peer.send(request);
  await peer.finish();
  return await peer.rest();
}

/** Connects a reader of the events, who has been answered. */
async function reader(port: number, fields = ""): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.send(`${EVENTS}${fields}\r\n`);
  await peer.until(/event: server\n/);
  return peer;
}

const send = (port: number, target: string, fields = "") =>
  exchange(port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);

Deno.test("headers /-/live/events tells of what came before, and of what comes", async () => {
  await using server = await startServer("headers");
  await send(server.port, "/before");
  await using peer = await connectPeer(server.port);
  await peer.send(`${EVENTS}\r\n`);
  const [head] = await peer.until(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\n/);
  assertStringIncludes(head, "\r\nContent-Type: text/event-stream\r\n");
  assertStringIncludes(head, "\r\nCache-Control: no-store\r\n");
  assertStringIncludes(head, "\r\nX-Accel-Buffering: no\r\n");
  assertStringIncludes(head, "\r\nTransfer-Encoding: chunked\r\n");
  await peer.until(/\nid: \S+\.1\nevent: request\ndata: \{.*"target":"\/before".*\}\n\n/);
  await send(server.port, "/behind");
  await peer.until(/\nid: \S+\.2\nevent: request\ndata: \{.*"target":"\/behind".*\}\n\n/);
  // Nobody is shown who looks.
  assertFalse(peer.text.includes("/-/live"));
  assertFalse(server.stdout.text.includes("/-/live"));
});

Deno.test("headers /-/live/events goes on behind what a reader has seen", async () => {
  await using server = await startServer("headers");
  for (const target of ["/1", "/2", "/3"]) await send(server.port, target);
  await using first = await reader(server.port);
  const [, id] = await first.until(/id: (\S+\.2)\n/);
  await using second = await reader(server.port, `Last-Event-ID: ${id}\r\n`);
  await second.until(/"target":"\/3"/);
  assertFalse(second.text.includes('"target":"/2"'));
});

Deno.test("headers /-/live/events keeps the last 100 requests", async () => {
  await using server = await startServer("headers");
  const all = Array.from({ length: 101 }, (_, at) => `GET /n${at} HTTP/1.1\r\nHost: h\r\n\r\n`);
  await exchange(server.port, all.join(""));
  await using peer = await reader(server.port);
  await peer.until(/"target":"\/n100"/);
  assertEquals(peer.text.match(/event: request\n/g)?.length, 100);
  assertFalse(peer.text.includes('"target":"/n0"'));
});

for (
  const [args, isShown] of [[[], false], [["--show-secrets"], true]] as const
) {
  Deno.test(`headers /-/live/events has ${isShown ? "all" : "no"} secrets when it is told ${args.join() || "nothing"}`, async () => {
    await using server = await startServer("headers", { args });
    const fields = "Cookie: sid=hush\r\nAuthorization: Basic hush\r\n" +
      "Proxy-Authorization: hush\r\nX-Api-Key: hush\r\n";
    const own = await send(server.port, "/secret", fields);
    assertEquals(own.match(/hush/g)?.length, 5);
    await using peer = await reader(server.port);
    await peer.until(/"target":"\/secret".*\n\n/);
    assertEquals(peer.text.includes("hush"), isShown);
    assertStringIncludes(peer.text, '"name":"Cookie"');
  });
}

for (const path of ["/-/live", "/-/live/events"]) {
  for (
    const [args, host, status] of [
      [[], "localhost", 200],
      [[], "127.0.0.1:1", 200],
      [[], "[::1]", 200],
      [[], "evil.test", 421],
      [["--host", "parley.test"], "parley.test:1", 200],
      [["--host", "parley.test", "--host", "other.test"], "OTHER.test", 200],
      [["--host", "parley.test"], "evil.test", 421],
    ] as const
  ) {
    Deno.test(`headers ${path} answers ${status} to ${host} when it is told ${args.join(" ") || "nothing"}`, async () => {
      await using server = await startServer("headers", { args });
      await send(server.port, "/shown");
      const answer = await exchange(server.port, `HEAD ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      assertMatch(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      if (status === 200) return;
      const told = await exchange(server.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      assertMatch(told, / --host evil\.test\n$/);
      assertFalse(told.includes("/shown"));
    });
  }

  Deno.test(`headers ${path} is there to be read and for nothing else`, async () => {
    await using server = await startServer("headers");
    const answer = await exchange(
      server.port,
      `DELETE ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    assertMatch(answer, /^HTTP\/1\.1 405 /);
    assertStringIncludes(answer, "\r\nAllow: GET, HEAD\r\n");
  });

  Deno.test(`headers ${path} answers 403 when a proxy asks for somebody else`, async () => {
    await using server = await startServer("headers");
    const answer = await send(server.port, path, "X-Forwarded-For: 192.0.2.7\r\n");
    assertMatch(answer, /^HTTP\/1\.1 403 /);
    assertMatch(answer, / --live-to .*proxy's address\n$/);
  });

  Deno.test({
    name:
      `headers ${path} answers 403 to another machine, unless --live-to has it (needs a Deno to change)`,
    ignore: onNode,
    async fn() {
      using _ = fromFarAway();
      await using server = serveHeaders({ port: 0, onEvent() {} });
      const answer = await send(server.addr.port, path);
      assertMatch(answer, /^HTTP\/1\.1 403 /);
      assertMatch(answer, / --live-to 192\.0\.2\.7\n$/);
      await using open = serveHeaders({ port: 0, liveTo: ["192.0.2.0/24"], onEvent() {} });
      const head = `HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      assertMatch(await exchange(open.addr.port, head), /^HTTP\/1\.1 200 /);
      assertMatch(
        await exchange(open.addr.port, head.replace("localhost", "evil.test")),
        /^HTTP\/1\.1 421 /,
      );
    },
  });
}

Deno.test("headers links to /-/live where its reader may see it", async () => {
  await using server = await startServer("headers");
  const page = "Accept: text/html\r\n";
  assertStringIncludes(await send(server.port, "/", page), 'href="/-/live"');
  const proxied = await send(server.port, "/", `${page}Forwarded: for=192.0.2.7\r\n`);
  assertFalse(proxied.includes('href="/-/live"'));
});

Deno.test("headers /-/live/events turns a reader away when 100 are there, until one has left", async () => {
  await using server = await startServer("headers");
  const readers: Peer[] = [];
  try {
    for (let count = 0; count < 100; count++) readers.push(await reader(server.port));
    assertMatch(await exchange(server.port, `${EVENTS}\r\n`), /^HTTP\/1\.1 503 /);
    readers.pop()?.close();
    await left(server);
    await using _ = await reader(server.port);
  } finally {
    for (const peer of readers) peer.close();
  }
});

Deno.test("headers /-/live/events ends politely when the server stops", async () => {
  await using server = await startServer("headers");
  await using peer = await reader(server.port);
  server.stop();
  assertEquals(await peer.ending(), "polite");
  assertMatch(peer.text, /\r\n0\r\n\r\n$/);
  peer.close();
  assertEquals(await server.ended, 0);
});

Deno.test("headers /-/live/events stays when nothing comes for longer than a connection may be silent", async () => {
  const clock = new FakeClock();
  await using server = serveHeaders({ port: 0, clock, deadlines: { idleMs: 20_000 } });
  await using peer = await reader(server.addr.port);
  for (let count = 1; count <= 3; count++) {
    await clock.advance(10_000);
    await peer.until(new RegExp(`(: still here\\n\\n[^]*){${count}}`));
  }
  await send(server.addr.port, "/after");
  await peer.until(/"target":"\/after"/);
});

Deno.test("headers /-/live/events ends no line of the log with a failure when its reader leaves", async () => {
  await using server = await startServer("headers");
  const peer = await reader(server.port);
  peer.close();
  await left(server);
  await send(server.port, "/after");
  server.stop();
  await server.ended;
  assertFalse(server.stderr.text.includes("failed"), server.stderr.text);
});

/** Waits until a connection has ended that was not there before. */
async function left(server: RunningServer): Promise<void> {
  await server.stderr.until(/ closed\n/);
}
