import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LimitError, lines, ProtocolError } from "../../../mod.ts";
import type { HttpServerRequest } from "../../../net/http/mod.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
import { asked, servedHttp, statusLines, stop } from "./served_http.ts";

/** Serves one client whose requests the test answers itself. */
function taken() {
  const requests: HttpServerRequest[] = [];
  const served = servedHttp(async (http) => {
    for await (const request of http) {
      requests.push(request);
      while (!request.isAnswered || request.isStreaming) await turns(1);
    }
  });
  const peer = served.listener.connect();
  return {
    ...served,
    peer,
    async next(text: string): Promise<HttpServerRequest> {
      peer.deliver(text);
      await turns(5);
      return requests.at(-1)!;
    },
    async end(): Promise<void> {
      peer.finish();
      await stop(served);
    },
  };
}

Deno.test("a request says what its line and its fields say", async () => {
  const { next, end } = taken();
  for (
    const [target, path, query, host] of [
      ["/", "/", "", "a.b"],
      ["/a%20b?c=d?e#f", "/a%20b", "c=d?e#f", "a.b"],
      ["/?", "/", "", "a.b"],
      ["//x/y", "//x/y", "", "a.b"],
      ["http://u:p@other:81/x?y", "/x", "y", "other:81"],
      ["http://other?y", "/", "y", "other"],
    ] as const
  ) {
    const request = await next(asked(`GET ${target}`, "X: 1", "x: 2"));
    assertEquals([request.path, request.query, request.host], [path, query, host], target);
    assertEquals([request.method, request.target, request.version], ["GET", target, "1.1"]);
    assertEquals(request.fields.all("X"), ["1", "2"]);
    assertEquals(request.hasBody, false);
    await request.respond();
  }
  await end();
});

Deno.test("bytes() and text() read a body up to maxBytes, and refuse more before it comes", async () => {
  const { next, peer, end } = taken();
  const long = await next(asked("POST /", "Content-Length: 6"));
  const error = await rejectionOf(long.bytes({ maxBytes: 5 }));
  assertInstanceOf(error, LimitError);
  assertEquals(error.message, "Cannot read the body: at least 6 bytes exceed maxBodyBytes 5");
  await long.respond({ status: 413 });
  await turns(5);
  assertEquals(statusLines(peer.written), ["413 Content Too Large"]);
  peer.deliver("123456");
  const chunked = await next(
    asked("POST /", "Transfer-Encoding: chunked") + "3\r\nabc\r\n3\r\ndef\r\n0\r\nT: 1\r\n\r\n",
  );
  await assertRejects(() => chunked.bytes({ maxBytes: 5 }), LimitError);
  await chunked.respond();
  const fine = await next(
    asked("POST /", "Transfer-Encoding: chunked") + "2\r\nab\r\n3\r\ncde\r\n0\r\nT: 1\r\n\r\n",
  );
  assertEquals(await fine.text({ maxBytes: 5 }), "abcde");
  assertEquals([...fine.trailers], [["T", "1"]]);
  await assertRejects(() => fine.text(), TypeError, "it was read already");
  await fine.respond();
  await end();
});

Deno.test("body gives the pieces as they come, and the rest is dropped when the program has enough", async () => {
  const { next, peer, end } = taken();
  const request = await next(asked("POST /", "Content-Length: 6") + "ab");
  const pieces = request.body[Symbol.asyncIterator]();
  const text = async () =>
    new TextDecoder().decode((await pieces.next()).value ?? new Uint8Array());
  assertEquals(await text(), "ab");
  const second = text();
  assertEquals(await stateOf(second), "pending");
  peer.deliver("cd");
  assertEquals(await second, "cd");
  await request.respond();
  peer.deliver("ef" + asked("GET /next"));
  assertEquals((await next("")).path, "/next");
  await (await next("")).respond();
  await end();
});

Deno.test("respond() refuses what cannot be sent, and then takes another answer", async () => {
  const { next, peer, end } = taken();
  const request = await next(asked("GET /"));
  for (
    const [response, message] of [
      [{ status: 99.5 }, "Cannot encode response: expected a status from 100 to 599, got 99.5"],
      [
        { status: 204, body: "x" },
        "Cannot encode response: expected no body, which status 204 never has, got one",
      ],
      [{ reason: "a\r\nb" }, "Cannot encode response: expected no control in the reason, got one"],
      [{ fields: { "a b": "c" } }, 'Cannot set field "a b": its name is no token'],
      [{ fields: { a: "b\nc" } }, 'Cannot set field a: "b\\nc" holds what no field value may hold'],
      [
        { fields: { Connection: "x" } },
        "Cannot encode response: expected no field that the codec writes itself, got Connection",
      ],
    ] as const
  ) {
    const error = await rejectionOf(request.respond(response));
    assertInstanceOf(error, ProtocolError);
    assertEquals([error.message, error.side], [message, "local"]);
    await turns(1);
    assertEquals(request.isAnswered, false);
  }
  await assertRejects(() => request.respond({ body: 5 }), TypeError, "stream()");
  await request.respond({ status: 103, fields: { Link: "</a.css>; rel=preload" } });
  await request.respond({ body: "at last" });
  await assertRejects(() => request.respond(), TypeError, "answered already");
  await turns(5);
  assertEquals(statusLines(peer.written), ["103 Early Hints", "200 OK"]);
  await end();
});

Deno.test("respond() to HEAD says how long the body would be, and sends none", async () => {
  const { next, peer, end } = taken();
  for (const [body, length] of [["hello", 5], [12_345, 12_345], [undefined, 0]] as const) {
    const request = await next(asked("HEAD /"));
    await request.respond({ body });
    await turns(5);
    assert(peer.written.endsWith(`\r\nContent-Length: ${length}\r\n\r\n`));
  }
  const streamed = await next(asked("HEAD /"));
  const answer = await streamed.stream();
  await answer.write("nobody sees it");
  await answer.end();
  await turns(5);
  assert(peer.written.endsWith("\r\nTransfer-Encoding: chunked\r\n\r\n"));
  await end();
});

Deno.test("stream() sends chunks, a known length, or until the end for HTTP/1.0", async () => {
  const { next, peer, end } = taken();
  const chunked = await (await next(asked("GET /"))).stream({ status: 201 });
  await chunked.write("ab");
  await chunked.write(new Uint8Array(0));
  await chunked.write(new Uint8Array([99]));
  await chunked.end({ T: "1" });
  await chunked.end();
  await turns(5);
  assertStringIncludes(peer.written, "\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: 1\r\n\r\n");
  const known = await (await next(asked("GET /"))).stream({ body: 3 });
  await known.write("ab");
  const short = await rejectionOf(known.end());
  assertInstanceOf(short, ProtocolError);
  assertEquals(short.message, "Cannot encode body: expected 1 bytes more, got its end");
  await known.write("c");
  await known.end();
  await turns(5);
  assert(peer.written.endsWith("\r\nContent-Length: 3\r\n\r\nabc"));
  await end();
  const old = taken();
  const until = await (await old.next("GET / HTTP/1.0\r\n\r\n")).stream();
  await until.write("ab");
  await until.end();
  await turns(5);
  assert(old.peer.written.endsWith("\r\nConnection: close\r\n\r\nab"));
  assert(old.peer.writeClosed);
  await old.end();
});

Deno.test("respond() sends text as it is when it is the name of a length", async () => {
  const { next, peer, end } = taken();
  for (const body of ["chunked", "until-close"]) {
    await (await next(asked("GET /"))).respond({ body });
    await turns(5);
    assert(peer.written.endsWith(`\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
  }
  await end();
});

Deno.test("stream() refuses a body that is whole, and what was answered", async () => {
  const { next, end } = taken();
  const request = await next(asked("GET /"));
  for (const body of ["hello", new Uint8Array(5)]) {
    await assertRejects(() => request.stream({ body }), TypeError, "for respond()");
    assertEquals(request.isAnswered, false);
  }
  await request.respond();
  await assertRejects(() => request.stream(), TypeError, "answered already");
  await end();
});

Deno.test("stream() is over with its head when nothing follows that", async () => {
  const { next, peer, end } = taken();
  for (const response of [{ body: 0 }, { status: 304 }]) {
    const request = await next(asked("GET /"));
    const answer = await request.stream(response);
    assertEquals(request.isStreaming, false);
    await answer.write("");
    await assertRejects(() => answer.write("x"), TypeError, "has none");
    await answer.end();
  }
  await (await next(asked("GET /"))).respond({ status: 202 });
  await turns(5);
  assertEquals(statusLines(peer.written), ["200 OK", "304 Not Modified", "202 Accepted"]);
  await end();
});

Deno.test("write() leaves the next answer alone when its own was ended", async () => {
  const { next, peer, end } = taken();
  const first = await (await next(asked("GET /"))).stream();
  await first.end();
  const second = await (await next(asked("GET /"))).stream();
  await assertRejects(() => first.write("stray"), TypeError, "it was ended");
  await first.end();
  await second.write("own");
  await second.end();
  await turns(5);
  assert(peer.written.endsWith("\r\n\r\n3\r\nown\r\n0\r\n\r\n"));
  await end();
});

Deno.test("write() refuses what is neither text nor bytes", async () => {
  const { next, end } = taken();
  const answer = await (await next(asked("GET /"))).stream();
  // JavaScript may pass anything.
  for (const piece of [5, undefined, null, [1], new ArrayBuffer(1)] as unknown[] as string[]) {
    await assertRejects(() => answer.write(piece), TypeError, "neither text nor bytes");
  }
  await answer.end();
  await end();
});

Deno.test("end() can be called again when a trailer cannot be sent", async () => {
  const { next, peer, end } = taken();
  for (const name of ["a b", "Connection"]) {
    const request = await next(asked("GET /"));
    const answer = await request.stream();
    await assertRejects(() => answer.end({ [name]: "x" }), ProtocolError);
    await turns(1);
    assert(request.isStreaming);
    await answer.end({ T: "1" });
    await turns(5);
    assert(peer.written.endsWith("\r\n\r\n0\r\nT: 1\r\n\r\n"));
  }
  await end();
});

Deno.test("a body lets one reader have it", async () => {
  const { next, peer, end } = taken();
  const request = await next(asked("POST /", "Content-Length: 4") + "ab");
  const whole = request.text();
  for (const again of [() => request.bytes(), () => request.body[Symbol.asyncIterator]().next()]) {
    await assertRejects(again, TypeError, "somebody reads it already");
  }
  peer.deliver("cd");
  assertEquals(await whole, "abcd");
  await request.respond();
  const empty = await next(asked("GET /"));
  assertEquals([await empty.text(), await empty.text()], ["", ""]);
  await empty.respond();
  const stopped = await next(asked("POST /", "Content-Length: 4") + "ab");
  for await (const piece of stopped.body) {
    assertEquals(piece.length, 2);
    break;
  }
  peer.deliver("cd");
  assertEquals(await stopped.text(), "cd");
  await stopped.respond();
  await end();
});

Deno.test("a body is nobody's when it was dropped behind the answer", async () => {
  const { next, end } = taken();
  const request = await next(asked("POST /", "Content-Length: 4") + "abcd");
  await request.respond();
  await (await next(asked("GET /"))).respond();
  await assertRejects(() => request.text(), TypeError, "dropped behind the answer");
  await end();
});

Deno.test("a body is refused when its client waits to be told and has its answer", async () => {
  for (const streams of [false, true]) {
    const { next, end } = taken();
    const request = await next(asked("POST /", "Content-Length: 4", "Expect: 100-continue"));
    const answer = streams ? await request.stream() : undefined;
    if (!streams) await request.respond();
    await assertRejects(() => request.text(), TypeError, "the answer came first");
    await answer?.end();
    await end();
  }
});

Deno.test("what a request begins may be forgotten when it fails", async () => {
  const { server, listener, clock } = servedHttp(async (http) => {
    const { value: request } = await http.next();
    void request?.stream({ status: 99 });
    void request?.upgrade(lines(), { protocol: "lines" });
    void request?.text();
    // A rejection that nobody handles would fail the test here.
    await turns(10);
  });
  const peer = listener.connect();
  peer.deliver(asked("POST /", "Content-Length: 4") + "ab");
  await turns(3);
  peer.finish();
  await turns(10);
  await clock.advance(1000);
  await server.shutdown();
});

Deno.test("peerLeft settles when the client leaves or the server stops, and not when the next request comes", async () => {
  for (const how of ["leaves", "resets", "stops", "ends"] as const) {
    const { next, peer, server, end } = taken();
    const answer = await (await next(asked("GET /"))).stream();
    const left = answer.peerLeft;
    await turns(5);
    assertEquals(await stateOf(left), "pending");
    if (how !== "leaves") {
      peer.deliver("GET /next");
      await turns(5);
      assertEquals(await stateOf(left), "pending");
    }
    const stopped = how === "stops" ? server.shutdown() : undefined;
    if (how === "leaves") peer.finish();
    if (how === "resets") peer.reset();
    if (how === "ends") await answer.end();
    await turns(5);
    // Where bytes wait, a reset is heard by the write behind the one that meets it.
    for (let writes = 0; how === "resets" && writes < 2; writes++) {
      await answer.write("x").catch(() => {});
      await turns(5);
    }
    assertEquals(await stateOf(left), "fulfilled", how);
    await answer.end().catch(() => {});
    await end();
    await stopped;
  }
});

Deno.test("bytes() tells what it will keep: all of it before it is asked for, or as it comes", async () => {
  const { next, peer, end } = taken();
  const told: number[] = [];
  const reserve = (bytes: number) => void told.push(bytes);
  const known = await next(asked("POST /", "Content-Length: 4", "Expect: 100-continue"));
  const read = known.bytes({ reserve });
  assertEquals(told.splice(0), [4]);
  await turns(5);
  peer.deliver("ab");
  await turns(5);
  peer.deliver("cd");
  assertEquals((await read).length, 4);
  assertEquals(told.splice(0), []);
  await assertRejects(() => known.bytes({ reserve }), TypeError, "it was read already");
  assertEquals(told.splice(0), []);
  await known.respond();
  const chunked = await next(
    asked("POST /", "Transfer-Encoding: chunked") + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
  );
  assertEquals((await chunked.bytes({ reserve })).length, 5);
  assertEquals(told.splice(0), [2, 5]);
  await chunked.respond();
  await end();
});

Deno.test("bytes() ends with what reserve throws, and has asked for nothing then", async () => {
  const { next, peer, end } = taken();
  const full = new Error("full");
  const request = await next(asked("POST /", "Content-Length: 4", "Expect: 100-continue"));
  const reserve = () => {
    throw full;
  };
  assertEquals(await rejectionOf(request.bytes({ reserve })), full);
  await request.respond({ status: 503 });
  await turns(5);
  assertEquals(statusLines(peer.written), ["503 Service Unavailable"]);
  await end();
});
