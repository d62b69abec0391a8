import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { lines } from "../../../mod.ts";
import type { HttpServerConnection } from "../../../net/http/mod.ts";
import { nextTurn } from "../../../net/turn.ts";
import { turns } from "../../../testing/turns.ts";
import { asked, failuresOf, servedHttp, statusLines, stop, told } from "./served_http.ts";

Deno.test("serveHttp() answers requests in order when they come glued, cut or one by one", async () => {
  const requests = asked("GET /a") + asked("POST /b", "Content-Length: 2") + "hi" +
    asked("POST /c", "Transfer-Encoding: chunked") + "3\r\nyou\r\n0\r\n\r\n" + asked("GET /d");
  const whole = servedHttp();
  const peer = whole.listener.connect();
  const glued = await told(peer, requests);
  assertEquals(peer.writes.length, 1);
  assertEquals(statusLines(glued).length, 4);
  for (const body of ["/a", "/b hi", "/c you", "/d"]) {
    assertStringIncludes(glued, `\r\n\r\n${body}`);
  }
  const cut = whole.listener.connect();
  assertEquals(await told(cut, ...requests), glued);
  peer.finish();
  cut.finish();
  await whole.server.shutdown();
  assertEquals(failuresOf(whole.events), []);
});

Deno.test("serveHttp() lets others have their turn while one client has sent many requests", async () => {
  const order: string[] = [];
  const { server, listener, events } = servedHttp(async (http) => {
    for await (const request of http) {
      if (order.push(request.path) === 1) nextTurn(() => other.deliver(asked("GET /other")));
      await request.respond({ body: request.path });
    }
  });
  const greedy = listener.connect();
  const other = listener.connect();
  greedy.deliver(asked("GET /greedy").repeat(200));
  await turns(20);
  assertEquals(order.length, 201);
  const before = order.indexOf("/other");
  assert(before < 64, `${before} came before it`);
  greedy.finish();
  other.finish();
  await server.shutdown();
  assertEquals(failuresOf(events), []);
});

Deno.test("serveHttp() writes the time, and not over one that the program gives", async () => {
  const { server, listener, clock } = servedHttp(async (http) => {
    for await (const request of http) {
      await request.respond(request.path === "/own" ? { fields: { Date: "then" } } : {});
    }
  });
  const peer = listener.connect();
  const before = clock.date().toUTCString();
  assertStringIncludes(await told(peer, asked("GET /")), `\r\nDate: ${before}\r\n`);
  await clock.advance(3000);
  const after = clock.date().toUTCString();
  assert(before !== after);
  assertStringIncludes(await told(peer, asked("GET /")), `\r\nDate: ${after}\r\n`);
  const own = await told(peer, asked("GET /own"));
  assertEquals(own.match(/Date: .*/g), ["Date: then"]);
  peer.finish();
  await server.shutdown();
});

for (
  const [name, request, status, code] of [
    ["a broken request line", "GET  / HTTP/1.1\r\n", "400 Bad Request", "request line"],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request", "one Host"],
    ["a line that is too long", `GET /${"a".repeat(9000)}`, "414 URI Too Long", "8192"],
    [
      "a head that is too large",
      asked("GET /", `A: ${"a".repeat(66_000)}`),
      "431 Request Header Fields Too Large",
      "65536",
    ],
    [
      "too many fields",
      asked("GET /", ...Array.from({ length: 100 }, (_, at) => `A${at}: b`)),
      "431 Request Header Fields Too Large",
      "maxFields 100",
    ],
    [
      "a coding that nobody knows",
      asked("POST /", "Transfer-Encoding: zip"),
      "501 Not Implemented",
      "zip",
    ],
    ["another version", "GET / HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported", "HTTP/2.0"],
    ["TLS", "\x16\x03\x01\x02", "400 Bad Request", "speaks TLS"],
    [
      "a broken chunk",
      asked("POST /", "Transfer-Encoding: chunked") + "x\r\n",
      "400 Bad Request",
      "size",
    ],
  ] as const
) {
  Deno.test(`serveHttp() answers ${status.slice(0, 3)} and closes when it gets ${name}`, async () => {
    const { server, listener, events, clock } = servedHttp();
    const peer = listener.connect();
    const first = await told(peer, asked("GET /fine"));
    assertEquals(statusLines(first), ["200 OK"]);
    const answer = await told(peer, request);
    assertEquals(statusLines(answer), [status]);
    assertStringIncludes(answer, "\r\nConnection: close\r\n");
    assertMatch(answer, /\r\n\r\n\d{3} /);
    assertEquals(failuresOf(events).length, 1);
    assertStringIncludes(failuresOf(events)[0]!, code);
    assert(peer.writeClosed);
    await clock.advance(1000);
    await server.shutdown();
  });
}

Deno.test("serveHttp() answers 408 when a head drips for longer than headMs, and idle is no failure", async () => {
  const { server, listener, events, clock } = servedHttp();
  const dripping = listener.connect();
  const idle = listener.connect();
  await turns(2);
  for (let second = 0; second < 10; second++) {
    dripping.deliver("G");
    await clock.advance(second < 9 ? 1000 : 999);
  }
  assertEquals(dripping.written, "");
  await clock.advance(1);
  assertEquals(statusLines(dripping.written), ["408 Request Timeout"]);
  assertEquals(failuresOf(events), [
    "Cannot receive the head of a message from 127.0.0.1:2: it was not whole within 10000 ms (head deadline)",
  ]);
  await clock.advance(50_000);
  assert(idle.closed && dripping.closed);
  assertEquals(idle.written, "");
  assertEquals(failuresOf(events).length, 1);
  await server.shutdown();
});

Deno.test("serveHttp() counts headMs anew for each head, and not between two", async () => {
  const { server, listener, events, clock } = servedHttp();
  const peer = listener.connect();
  for (let round = 0; round < 3; round++) {
    peer.deliver("GET /");
    await clock.advance(9_000);
    assertEquals(statusLines(await told(peer, " HTTP/1.1\r\nHost: a\r\n\r\n")), ["200 OK"]);
    await clock.advance(20_000);
  }
  peer.finish();
  await server.shutdown();
  assertEquals(failuresOf(events), []);
});

Deno.test("serveHttp() closes behind the answer when the client or HTTP/1.0 says so", async () => {
  for (
    const [request, connection] of [
      [asked("GET /", "Connection: close"), "close"],
      ["GET / HTTP/1.0\r\n\r\n", "close"],
      ["GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive"],
      [asked("GET /"), undefined],
    ] as const
  ) {
    const served = servedHttp();
    const peer = served.listener.connect();
    const answer = await told(peer, request + request);
    assertEquals(/\r\nConnection: (.*)\r\n/.exec(answer)?.[1], connection);
    assertEquals(statusLines(answer).length, connection === "close" ? 1 : 2);
    assertEquals(peer.writeClosed, connection === "close");
    await stop(served);
  }
});

Deno.test("serveHttp() drops an unread body up to 64 KiB, and closes behind the answer beyond", async () => {
  for (
    const [length, goesOn] of [[65_536, true], [65_537, false]] as const
  ) {
    for (const chunked of [false, true]) {
      const served = servedHttp(async (http) => {
        for await (const request of http) await request.respond({ body: request.path });
      });
      const peer = served.listener.connect();
      const body = "x".repeat(length);
      const framed = chunked
        ? asked("POST /a", "Transfer-Encoding: chunked") +
          `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
        : asked("POST /a", `Content-Length: ${length}`) + body;
      const answer = await told(peer, framed, asked("GET /b"));
      assertEquals(statusLines(answer).length, goesOn ? 2 : 1);
      // Of chunks nobody knows before whether there are too many.
      assertEquals(answer.includes("Connection: close"), !goesOn && !chunked);
      assertEquals(peer.writeClosed, !goesOn);
      await stop(served);
      assertEquals(failuresOf(served.events), []);
    }
  }
});

Deno.test("serveHttp() closes behind an answer when the client still waits for 100 Continue", async () => {
  const { server, listener, clock } = servedHttp(async (http) => {
    for await (const request of http) await request.respond({ status: 401 });
  });
  const peer = listener.connect();
  const answer = await told(peer, asked("POST /", "Content-Length: 5", "Expect: 100-continue"));
  assertEquals(statusLines(answer), ["401 Unauthorized"]);
  assertStringIncludes(answer, "Connection: close");
  await clock.advance(1000);
  await server.shutdown();
});

Deno.test("serveHttp() says 100 Continue when the body is asked for", async () => {
  const { server, listener } = servedHttp();
  const peer = listener.connect();
  const first = await told(peer, asked("POST /", "Content-Length: 5", "Expect: 100-continue"));
  assertEquals(first, "HTTP/1.1 100 Continue\r\n\r\n");
  assertStringIncludes(await told(peer, "hello"), "\r\n\r\n/ hello");
  peer.finish();
  await server.shutdown();
});

Deno.test("serveHttp() answers 500 when a handler fails or returns without an answer, and cuts one that is half sent", async () => {
  for (const how of ["throws", "returns", "streams"] as const) {
    const { server, listener, events, clock } = servedHttp(async (http) => {
      for await (const request of http) {
        if (how === "throws") throw new Error("a bug");
        if (how === "returns") return;
        const answer = await request.stream();
        await answer.write("half");
        throw new Error("a bug");
      }
    });
    const peer = listener.connect();
    const answer = await told(peer, asked("GET /"));
    assertEquals(statusLines(answer), [how === "streams" ? "200 OK" : "500 Internal Server Error"]);
    assertEquals(answer.endsWith("0\r\n\r\n"), false);
    assertEquals(failuresOf(events), how === "returns" ? [] : ["a bug"]);
    assert(peer.writeClosed);
    await clock.advance(1000);
    await server.shutdown();
  }
});

Deno.test("serveHttp() tells a program that asks for the next request before it has answered", async () => {
  const { server, listener, events, clock } = servedHttp(async (http) => {
    await http.next();
    await http.next();
  });
  const peer = listener.connect();
  const answer = await told(peer, asked("GET /") + asked("GET /"));
  assertEquals(statusLines(answer), ["500 Internal Server Error"]);
  assertEquals(failuresOf(events), [
    "Cannot take the next request: the last one is not answered",
  ]);
  await clock.advance(1000);
  await server.shutdown();
});

Deno.test("next() refuses a second call while one waits, and goes on", async () => {
  const { server, listener, events } = servedHttp(async (http) => {
    const first = http.next();
    await assertRejects(() => http.next(), TypeError, "another call waits");
    await (await first).value?.respond();
    for await (const request of http) await request.respond();
  });
  const peer = listener.connect();
  await turns(2);
  const answers = await told(peer, asked("GET /1"), asked("GET /2"));
  assertEquals(statusLines(answers), ["200 OK", "200 OK"]);
  peer.finish();
  await server.shutdown();
  assertEquals(failuresOf(events), []);
});

Deno.test("serveHttp() turns a client away with 503 when there are too many", async () => {
  const { server, listener, clock } = servedHttp(undefined, { limits: { maxConnections: 1 } });
  const first = listener.connect();
  const second = listener.connect();
  await turns(5);
  assertEquals(statusLines(second.written), ["503 Service Unavailable"]);
  assertEquals(statusLines(await told(first, asked("GET /"))), ["200 OK"]);
  first.finish();
  await clock.advance(1000);
  await server.shutdown();
});

Deno.test("serveHttp() finishes what has arrived when it shuts down, and says that the connection ends", async () => {
  let goOn = () => {};
  const held = new Promise<void>((resolve) => goOn = resolve);
  const { server, listener, clock } = servedHttp(async (http) => {
    for await (const request of http) {
      await held;
      await request.respond({ body: request.path });
    }
  });
  const peer = listener.connect();
  await told(peer, asked("GET /a"));
  const stopped = server.shutdown();
  await turns(2);
  goOn();
  await turns(5);
  assertStringIncludes(peer.written, "Connection: close");
  await clock.advance(1000);
  assertEquals(await stopped, { drained: 1, cut: 0 });
});

Deno.test("serveHttp() reads a body on when it shuts down meanwhile", async () => {
  const { server, listener, clock } = servedHttp();
  const peer = listener.connect();
  await told(peer, asked("POST /", "Content-Length: 5") + "he");
  const stopped = server.shutdown();
  await turns(5);
  assertStringIncludes(await told(peer, "llo"), "\r\n\r\n/ hello");
  await clock.advance(1000);
  assertEquals(await stopped, { drained: 1, cut: 0 });
});

Deno.test("serveHttp() counts a client that leaves inside a request as failed, and one that leaves between two as gone", async () => {
  const { server, listener, events } = servedHttp();
  const between = listener.connect();
  const inside = listener.connect();
  await told(between, asked("GET /"));
  await told(inside, "GET / HT");
  between.reset();
  inside.finish();
  await turns(5);
  assertEquals(failuresOf(events), [
    "Cannot decode message at offset 0: the stream ended after 8 bytes of it, before the end of the request line",
  ]);
  await server.shutdown();
});

Deno.test("upgrade() hands every byte on that came behind the request", async () => {
  const handler = async (http: HttpServerConnection) => {
    for await (const request of http) {
      if (request.path !== "/up") {
        await request.respond({ body: "no" });
        continue;
      }
      const connection = await request.upgrade(lines(), { protocol: "lines", fields: { A: "b" } });
      for await (const line of connection) await connection.send(`> ${line}`);
    }
  };
  const { server, listener, clock, events } = servedHttp(handler);
  const peer = listener.connect();
  const up = ["Connection: upgrade", "Upgrade: lines"];
  // A request that offers it and is not granted it is followed by the next one.
  const refused = await told(peer, asked("GET /no", ...up) + asked("GET /no"));
  assertEquals(statusLines(refused).length, 2);
  const answer = await told(peer, asked("GET /up", ...up) + "one\ntw");
  assertEquals(statusLines(answer), ["101 Switching Protocols"]);
  assertStringIncludes(answer, "A: b\r\n");
  assertStringIncludes(answer, "\r\n\r\n> one\n");
  // No time of heads bounds what the other protocol does.
  await clock.advance(20_000);
  assertEquals(await told(peer, "o\n"), "> two\n");
  peer.finish();
  await turns(5);
  await server.shutdown();
  assertEquals(failuresOf(events), []);
});

Deno.test("upgrade() waits for the body to be read, which is none of the other protocol", async () => {
  const handler = async (http: HttpServerConnection) => {
    for await (const request of http) {
      if (request.path === "/read") await request.text();
      try {
        const connection = await request.upgrade(lines(), { protocol: "lines" });
        for await (const line of connection) await connection.send(`> ${line}`);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        await request.respond({ status: 400, body: error.message });
      }
    }
  };
  const up = ["Connection: upgrade", "Upgrade: lines"];
  for (
    const [framing, body] of [
      ["Content-Length: 5", "evil\n"],
      ["Transfer-Encoding: chunked", "5\r\nevil\n\r\n0\r\n\r\n"],
    ] as const
  ) {
    const { server, listener, clock, events } = servedHttp(handler);
    const peer = listener.connect();
    const refused = await told(peer, asked("POST /", ...up, framing) + body);
    assertStringIncludes(refused, "\r\n\r\nCannot upgrade: the request's body is not read");
    const answer = await told(peer, asked("POST /read", ...up, framing) + body + "one\n");
    assertEquals(statusLines(answer), ["101 Switching Protocols"]);
    assert(answer.endsWith("\r\n\r\n> one\n"));
    peer.finish();
    await clock.advance(1000);
    await server.shutdown();
    assertEquals(failuresOf(events), []);
  }
});

Deno.test("upgrade() refuses a protocol that the request does not offer, and the request can still be answered", async () => {
  const { server, listener, clock } = servedHttp(async (http) => {
    for await (const request of http) {
      await request.upgrade(lines(), { protocol: "lines" }).catch((error) =>
        request.respond({ status: 426, body: String(error.message) })
      );
    }
  });
  const peer = listener.connect();
  const answer = await told(peer, asked("GET /"));
  assertEquals(statusLines(answer), ["426 Upgrade Required"]);
  assertStringIncludes(answer, 'expected a protocol that the request offers, got "lines"');
  peer.finish();
  await clock.advance(1000);
  await server.shutdown();
});
