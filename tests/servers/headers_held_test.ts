import { assertEquals, assertMatch } from "@std/assert";
import { FREE_BYTES as FREE } from "../../headers/held_bytes.ts";
import { serveHeaders } from "../../servers/headers.ts";
import { FakeClock } from "../../testing/mod.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";

const HOST = "Host: localhost\r\n";
const CLOSE = `${HOST}Connection: close\r\n`;

/** Sends a request that ends its connection, and returns the whole answer. */
async function exchange(port: number, request: string): Promise<string> {
  await using peer = await connectPeer(port);
  await peer.send(request);
  return await peer.rest();
}

/** Begins a body and leaves it at that. */
async function holding(port: number, bytes: number): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.send(
    `POST /held HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: ${bytes}\r\n\r\n`,
  );
  // It is asked for once it is held.
  await peer.until(/^HTTP\/1\.1 100 /);
  return peer;
}

for (const bytes of [FREE + 399, FREE + 400, FREE + 401]) {
  for (const framing of ["Content-Length", "Transfer-Encoding"] as const) {
    Deno.test(`headers takes a body of ${bytes} bytes with ${framing}, or refuses it with 503 when it may hold 400 more`, async () => {
      const tooMuch = bytes > FREE + 400;
      const events: string[] = [];
      let heard = 0;
      await using server = serveHeaders({
        port: 0,
        maxHeldBytes: 800,
        // Its answer is short.
        status: 204,
        onRequest: () => heard++,
        onEvent: (event) => {
          if (event.type === "failed") events.push(String(event.error));
        },
      });
      const body = "x".repeat(bytes);
      const [field, sent] = framing === "Content-Length"
        ? [bytes, body]
        : ["chunked", `${bytes.toString(16)}\r\n${body}\r\n0\r\n\r\n`];
      const answer = await exchange(
        server.addr.port,
        `POST / HTTP/1.1\r\n${CLOSE}${framing}: ${field}\r\n\r\n${sent}`,
      );
      assertMatch(answer, tooMuch ? /^HTTP\/1\.1 503 / : /^HTTP\/1\.1 204 /);
      assertEquals(heard, tooMuch ? 0 : 1);
      if (!tooMuch) return;
      assertMatch(answer, /\r\nRetry-After: 5\r\n/);
      assertMatch(answer, /\r\nConnection: close\r\n/);
      assertEquals(server.counts.failed, 1);
      assertEquals(events, [
        "LimitError: Cannot hold more for clients: 401 bytes exceed maxHeldBytesPerAddress 400",
      ]);
    });
  }
}

Deno.test("headers refuses large bodies with 503 and answers small requests while others hold as much as they may", async () => {
  await using server = serveHeaders({ port: 0, maxHeldBytes: 2000, onEvent() {} });
  const { port } = server.addr;
  const large = `POST / HTTP/1.1\r\n${CLOSE}Content-Length: ${FREE + 1}\r\n\r\n`;
  {
    await using _ = await holding(port, FREE + 1000);
    assertMatch(await exchange(port, large), /^HTTP\/1\.1 503 /);
    assertMatch(await exchange(port, `GET / HTTP/1.1\r\n${CLOSE}\r\n`), /^HTTP\/1\.1 200 /);
    const small = `POST / HTTP/1.1\r\n${CLOSE}Content-Length: 4\r\n\r\nbody`;
    assertMatch(await exchange(port, small), /^HTTP\/1\.1 200 /);
  }
  // Who held it has left, which takes the server a moment to hear.
  for (;;) {
    const answer = await exchange(port, large + "x".repeat(FREE + 1));
    // Its answer holds some more than the body did.
    if (answer.startsWith("HTTP/1.1 200 ")) break;
  }
});

Deno.test("headers refuses with 503 when its answer is more than it may hold", async () => {
  const heard: string[] = [];
  await using server = serveHeaders({
    port: 0,
    maxHeldBytes: 32 * 1024,
    onRequest: ({ body }) => heard.push(body.state),
    onEvent() {},
  });
  const bytes = FREE + 16 * 1024;
  const request = (body: string) =>
    `POST / HTTP/1.1\r\n${CLOSE}Content-Length: ${bytes}\r\n\r\n${body}`;
  // Half of what may be held is what the body itself has; its answer is twice that.
  const answer = await exchange(server.addr.port, request("\n".repeat(bytes)));
  assertMatch(answer, /^HTTP\/1\.1 503 /);
  assertEquals(heard, ["whole"]);
});

Deno.test("headers holds nothing any more when an answer was taken, or its client has left", async () => {
  await using server = serveHeaders({ port: 0, maxHeldBytes: 600 * 1024, onEvent() {} });
  const body = "x".repeat(256 * 1024);
  const request = `POST / HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n\r\n${body}`;
  await using peer = await connectPeer(server.addr.port);
  for (let count = 1; count <= 5; count++) {
    await peer.send(request);
    const [answer] = await peer.until(/HTTP\/1\.1 (?:200|503)[^]*? so far, no TLS\n/);
    assertMatch(answer, /^HTTP\/1\.1 200 /);
  }
});

Deno.test("headers holds an answer while it is delayed, and no longer than its client takes it", async () => {
  const clock = new FakeClock();
  let heard!: () => void;
  const came = new Promise<void>((resolve) => heard = resolve);
  await using server = serveHeaders({
    port: 0,
    clock,
    delayMs: 5_000,
    maxHeldBytes: 64 * 1024,
    onRequest: () => heard(),
    onEvent() {},
  });
  const { port } = server.addr;
  const request = (bytes: number) =>
    `POST / HTTP/1.1\r\n${CLOSE}Content-Length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`;
  await using slow = await connectPeer(port);
  await slow.send(request(FREE + 31 * 1024));
  await came;
  assertMatch(await exchange(port, request(FREE + 1024)), /^HTTP\/1\.1 503 /);
  await clock.advance(5_000);
  assertMatch(await slow.rest(), /^HTTP\/1\.1 200 /);
  await using next = await connectPeer(port);
  await next.send(
    `POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: ${FREE + 32 * 1024}\r\n\r\n`,
  );
  await next.until(/^HTTP\/1\.1 100 /);
});
