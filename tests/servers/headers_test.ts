import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ProtocolError } from "../../mod.ts";
import { serveHeaders } from "../../servers/headers.ts";
import { FakeClock } from "../../testing/mod.ts";
import { runServer, startServer } from "../cli/in_process.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";
import { inFolder } from "../contract/folder.ts";

const HOST = "Host: localhost\r\n";
const CLOSE = `${HOST}Connection: close\r\n`;

/** Sends a request that ends its connection, and returns the whole answer. */
async function exchange(port: number, request: string | Uint8Array): Promise<string> {
  await using peer = await connectPeer(port);
  await peer.send(request);
  return await peer.rest();
}

/** Sends a GET that ends its connection. */
function get(port: number, target: string, fields = ""): Promise<string> {
  return exchange(port, `GET ${target} HTTP/1.1\r\n${CLOSE}${fields}\r\n`);
}

Deno.test("headers shows a request to its client and on the console", async () => {
  await using server = await startServer("headers");
  const answer = await exchange(
    server.port,
    `POST /hook?a=b+c HTTP/1.1\r\n${CLOSE}Cookie: a=1; b=%20\r\nContent-Length: 4\r\n\r\nbody`,
  );
  const shown = `POST /hook?a=b+c HTTP/1.1

Fields
  Host            localhost
  Connection      close
  Cookie          a=1; b=%20
  Content-Length  4

Cookies
  a  1
  b  %20
     means " "

Query
  a  b+c
     means "b c"

Body: 4 bytes, no type given
  body

Connection
  addresses   127.0.0.1:`;
  assertMatch(answer, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
  assertStringIncludes(answer, `\r\n\r\n${shown}`);
  assertMatch(answer, / {2}connection {2}#0, 1 request so far, no TLS\n$/);
  await server.stdout.until(/1 request so far, no TLS\n\n$/);
  assertMatch(server.stdout.text, /^Request 1 at \d{4}-\d\d-\d\dT[\d:.]{12}Z\nPOST /);
  assertStringIncludes(server.stdout.text, shown);
});

Deno.test("headers answers in order and counts when requests come in one piece", async () => {
  await using server = await startServer("headers");
  await using peer = await connectPeer(server.port);
  await peer.send(
    `GET /1 HTTP/1.1\r\n${HOST}\r\n` +
      `HEAD /2 HTTP/1.1\r\n${HOST}\r\n` +
      `POST /3 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n` +
      `GET /4 HTTP/1.1\r\n${CLOSE}\r\n`,
  );
  const answers = (await peer.rest()).split("HTTP/1.1 200 OK\r\n").slice(1);
  assertEquals(answers.length, 4);
  const bodies = answers.map((answer) => answer.slice(answer.indexOf("\r\n\r\n") + 4));
  assertEquals(bodies.map((body) => /^\w+ \/\d/.exec(body)?.[0]), [
    "GET /1",
    undefined,
    "POST /3",
    "GET /4",
  ]);
  assertMatch(answers[1] ?? "", /\r\nContent-Length: [1-9]\d*\r\n/);
  assertStringIncludes(
    bodies[2] ?? "",
    "Body: 3 bytes, no type given\n  abc\n\nTrailers\n  X-Sum  7\n",
  );
  assertStringIncludes(bodies[3] ?? "", "#0, 4 requests so far");
});

Deno.test("headers shows a path of markup as what it is, in text, JSON and a page", async () => {
  await using server = await startServer("headers");
  const path = "/<script>alert('x')</script>?<b>";
  const [text, json, page] = await Promise.all([
    get(server.port, path),
    get(server.port, path, "Accept: application/json\r\n"),
    get(server.port, path, "Accept: text/html\r\n"),
  ]);
  assertStringIncludes(text, `GET ${path} HTTP/1.1\n`);
  assertEquals(JSON.parse(json.slice(json.indexOf("\r\n\r\n"))).target, path);
  assertFalse(/<script|<b>/.test(page), page);
  assertStringIncludes(page, "/&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;?&lt;b&gt;");
  for (const answer of [text, json, page]) {
    assertMatch(answer, /\r\nContent-Security-Policy: default-src 'none'; /);
    assertStringIncludes(answer, "\r\nX-Content-Type-Options: nosniff\r\n");
  }
});

Deno.test("headers shows a cookie whole when it has 20 KiB", async () => {
  await using server = await startServer("headers");
  const value = "0123456789abcdef".repeat(20 * 64);
  const answer = await get(
    server.port,
    "/",
    `Cookie: big=${value}\r\nAccept: application/json\r\n`,
  );
  const { cookies, fields } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
  assertEquals(cookies, [{ name: "big", value }]);
  assertEquals(fields[2], { name: "Cookie", value: `big=${value}` });
});

for (
  const [request, line] of [
    ["OPTIONS * HTTP/1.1", "HTTP/1.1 200 OK"],
    ["TRACE / HTTP/1.1", "HTTP/1.1 200 OK"],
    ["brew-Coffee /pot HTTP/1.1", "HTTP/1.1 200 OK"],
    ["GET http://localhost/a?b HTTP/1.1", "HTTP/1.1 200 OK"],
    ["GET / HTTP/1.0", "HTTP/1.1 200 OK"],
    ["CONNECT localhost:443 HTTP/1.1", "HTTP/1.1 501 Not Implemented"],
  ] as const
) {
  Deno.test(`headers shows ${request} whatever it asks for`, async () => {
    await using server = await startServer("headers");
    const answer = await exchange(server.port, `${request}\r\n${CLOSE}\r\n`);
    assertEquals(answer.slice(0, answer.indexOf("\r\n")), line);
    assertStringIncludes(answer, `\r\n\r\n${request}\n\nFields\n`);
  });
}

for (const bytes of [1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1]) {
  for (const framing of ["Content-Length", "Transfer-Encoding"] as const) {
    Deno.test(`headers takes a body of ${bytes} bytes with ${framing}, or refuses it with 413`, async () => {
      const tooLarge = bytes > 1024 * 1024;
      const heard: string[] = [];
      await using server = serveHeaders({
        port: 0,
        onRequest: ({ body }) =>
          heard.push(body.state === "whole" ? String(body.bytes.length) : body.state),
      });
      const body = "x".repeat(bytes);
      const [field, sent] = framing === "Content-Length"
        ? [bytes, body]
        : ["chunked", `${bytes.toString(16)}\r\n${body}\r\n0\r\n\r\n`];
      await using peer = await connectPeer(server.addr.port);
      await peer.send(`POST / HTTP/1.1\r\n${HOST}${framing}: ${field}\r\n\r\n`);
      const answered = peer.until(/^HTTP\/1\.1 \d+ .*\r\n/);
      await peer.send(sent);
      const [line] = await answered;
      assertMatch(line, tooLarge ? /^HTTP\/1\.1 413 / : /^HTTP\/1\.1 200 /);
      assertEquals(heard, [tooLarge ? "too-large" : String(bytes)]);
      if (tooLarge) assertMatch(await peer.rest(), /more than 1048576 bytes, which are not kept/);
    });
  }
}

Deno.test("headers asks for a body when the client waits to be asked, and refuses a large one at once", async () => {
  await using server = await startServer("headers");
  const head = (bytes: number) =>
    `POST / HTTP/1.1\r\n${CLOSE}Expect: 100-continue\r\nContent-Length: ${bytes}\r\n\r\n`;
  await using peer = await connectPeer(server.port);
  await peer.send(head(4));
  await peer.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  await peer.send("body");
  const answer = await peer.rest();
  assertStringIncludes(answer, "\r\nHTTP/1.1 200 OK\r\n");
  assertStringIncludes(answer, "\nBody: 4 bytes, no type given\n  body\n");
  assertMatch(await exchange(server.port, head(1024 * 1024 + 1)), /^HTTP\/1\.1 413 /);
});

Deno.test("headers says of a body that not all of it came and nothing of its signature when its client leaves", async () => {
  await using server = await startServer("headers", { args: ["--verify", "github=hush"] });
  await using peer = await connectPeer(server.port);
  await peer.send(`POST /half HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nhalf`);
  await peer.finish();
  await peer.rest();
  await server.stdout.until(/\nBody: not all of it came: .*\n\nConnection\n/);
  await server.stderr.until(/^#0 .* failed: .*$/m);
});

Deno.test("headers answers with what --status, --header and --delay say", async () => {
  await using server = await startServer("headers", {
    args: [
      ...["--status", "418", "--delay", "1ms", "--header", "X-Tea:  Grün "],
      ...["--header", "Cache-Control: max-age=9"],
    ],
  });
  await using peer = await connectPeer(server.port);
  await peer.send(`GET / HTTP/1.1\r\n${CLOSE}\r\n`);
  const answer = await peer.rest();
  assertMatch(answer, /^HTTP\/1\.1 418 /);
  assertStringIncludes(answer, "\r\nX-Tea: Grün\r\n");
  assertStringIncludes(answer, "\r\nCache-Control: max-age=9\r\n");
  assertFalse(answer.includes("no-store"));
  // The page of all is no answer to a request that is shown.
  const live = await get(server.port, "/-/live");
  assertMatch(live, /^HTTP\/1\.1 200 OK\r\n/);
  assertFalse(live.includes("X-Tea"));
});

Deno.test("headers delays an answer for as long as it is told, and nobody else's page", async () => {
  const clock = new FakeClock();
  let heard!: () => void;
  const came = new Promise<void>((resolve) => heard = resolve);
  await using server = serveHeaders({ port: 0, clock, delayMs: 5_000, onRequest: () => heard() });
  await using slow = await connectPeer(server.addr.port);
  await slow.send(`GET /slow HTTP/1.1\r\n${CLOSE}\r\n`);
  await came;
  assertMatch(await get(server.addr.port, "/-/live"), /^HTTP\/1\.1 200 OK\r\n/);
  await clock.advance(4_999);
  assertEquals(slow.text, "");
  await clock.advance(1);
  assertMatch(await slow.rest(), /^HTTP\/1\.1 200 OK\r\n/);
});

Deno.test("headers answers at once when it stops while an answer is delayed", async () => {
  await using server = await startServer("headers", { args: ["--delay", "1h"] });
  await using peer = await connectPeer(server.port);
  await peer.send(`GET /slow HTTP/1.1\r\n${HOST}\r\n`);
  await server.stdout.until(/GET \/slow/);
  server.stop();
  assertMatch(await peer.rest(), /^HTTP\/1\.1 200 OK\r\n/);
  peer.close();
  assertEquals(await server.ended, 0);
});

Deno.test("headers --verify says whether a signature holds, and never the secret", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/secret`, "It's a Secret to Everybody\n");
    const args = ["--verify", `github=@${folder}/secret`, "--verify", "stripe=whsec_hush "];
    await using server = await startServer("headers", { args });
    const signed = (body: string) =>
      exchange(
        server.port,
        `POST / HTTP/1.1\r\n${CLOSE}Content-Length: ${body.length}\r\n` +
          "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" +
          `\r\n\r\n${body}`,
      );
    const good = await signed("Hello, World!");
    assertStringIncludes(
      good,
      "\nSignatures\n  github  holds\n  stripe  does not hold: has no Stripe-Signature\n",
    );
    const bad = await signed("Hello, World?");
    assertStringIncludes(
      bad,
      "\n  github  does not hold: X-Hub-Signature-256 was made with another secret, or over another body\n",
    );
    await server.stdout.until(/github {2}holds\n/);
    for (const said of [good, bad, server.stdout.text, server.stderr.text]) {
      assertFalse(/hush|Everybody/.test(said), said);
    }
  });
});

Deno.test("headers --json prints each request as one object on one line", async () => {
  await using server = await startServer("headers", { args: ["--json"] });
  await exchange(
    server.port,
    Uint8Array.from(
      `GET /\xff HTTP/1.1\r\n${CLOSE}X-Old: Z\xfcrich\x9b\r\n\r\n`,
      (character) => character.charCodeAt(0),
    ),
  );
  const [line] = await server.stdout.until(/\{"event":"request".*\n/);
  // deno-lint-ignore no-control-regex
  assertFalse(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(line));
  const record = JSON.parse(line);
  assertEquals([record.event, record.number, record.target], ["request", 1, "/ÿ"]);
  assertEquals(record.fields[2], { name: "X-Old", value: "Zürich\x9b", hex: "5afc726963689b" });
});

Deno.test("headers answers others when browsers have connected and say nothing", async () => {
  await using server = await startServer("headers");
  const idle: Peer[] = [];
  for (let count = 0; count < 8; count++) idle.push(await connectPeer(server.port));
  assertMatch(await get(server.port, "/"), /^HTTP\/1\.1 200 OK\r\n/);
  for (const peer of idle) await peer[Symbol.asyncDispose]();
});

Deno.test("headers answers others while 1,000 clients send their heads one byte at a time", async () => {
  await using server = await startServer("headers", { args: ["--max-connections", "1100"] });
  const slow: Peer[] = [];
  try {
    for (let count = 0; count < 1000; count++) slow.push(await connectPeer(server.port));
    for (const byte of "GET / HTTP/1.1\r\nX-") {
      await Promise.all(slow.map((peer) => peer.send(byte)));
      assertMatch(await get(server.port, "/"), /^HTTP\/1\.1 200 OK\r\n/);
    }
  } finally {
    for (const peer of slow) peer.close();
  }
  assertFalse(server.stderr.text.includes("refused"), "none was turned away");
});

Deno.test("headers ends a head that drips with 408 when its time is over", async () => {
  await using server = serveHeaders({ port: 0, deadlines: { headMs: 50 }, onEvent() {} });
  await using peer = await connectPeer(server.addr.port);
  await peer.send("GET / HTTP/1.1\r\nX-");
  assertMatch(await peer.rest(), /^HTTP\/1\.1 408 /);
});

Deno.test("headers shows requests over a Unix socket", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await inFolder(async (folder) => {
    await using server = serveHeaders({ unix: `${folder}/a.sock` });
    assertEquals(server.addr, { transport: "unix", path: `${folder}/a.sock` });
    const conn = await Deno.connect({ transport: "unix", path: `${folder}/a.sock` });
    await conn.write(new TextEncoder().encode(`GET /-/live HTTP/1.1\r\n${CLOSE}\r\n`));
    const answer = await new Response(conn.readable).text();
    assertMatch(answer, /^HTTP\/1\.1 200 OK\r\n/);
  });
});

Deno.test("serveHeaders() refuses what it cannot answer or check with before it listens", () => {
  assertThrows(
    () => serveHeaders({ port: 0, header: [["content-Type", "text/html"]] }),
    TypeError,
    "Cannot set content-Type: the answer has one of its own",
  );
  assertThrows(() => serveHeaders({ port: 0, header: [["X A", "1"]] }), ProtocolError);
  assertThrows(
    () => serveHeaders({ port: 0, verify: [{ provider: "slack", secret: "" }] }),
    TypeError,
    "Cannot verify slack: the secret is empty",
  );
  assertThrows(() => serveHeaders({ port: 0, liveTo: ["x"] }), SyntaxError);
});

Deno.test("headers names the flags when a client speaks TLS to it", async () => {
  await using server = await startServer("headers");
  await exchange(server.port, Uint8Array.of(22, 3, 1, 2, 0, 1, 0));
  await server.stderr.until(/^#0 .* failed: .*speaks TLS.*; start with --cert and --key$/m);
});

for (
  const [args, problem] of [
    [["--status", "100"], '--status takes a whole number from 200 to 599, not "100"'],
    [["--delay", "x"], '--delay takes a duration such as 500ms, 2s or 1m, not "x"'],
    [["--header", "X-A"], "--header takes 'NAME: VALUE', and there is no colon in \"X-A\""],
    [["--header", "X A: 1"], "--header takes 'NAME: VALUE': \"X A\" is no name of a field"],
    [
      ["--header", "content-TYPE: x/y"],
      "--header cannot set content-TYPE: the server writes that itself",
    ],
    [["--verify", "hush"], "--verify takes github|stripe|slack, = and the secret"],
    [["--verify", "gitlab=hush"], "--verify takes github|stripe|slack, = and the secret"],
    [["--verify", "github="], "--verify github= needs the secret behind it"],
    [["--verify", "github=@no/such/file"], /^--verify cannot be read from no\/such\/file: /],
    [["--live-to", "nowhere"], /^--live-to: Cannot read "nowhere"/],
  ] as const
) {
  Deno.test(`headers ends with 2 when it is told ${args.join(" ")}`, async () => {
    const { code, stderr } = await runServer("headers", { port: 0, args });
    const [line = ""] = stderr.split("\n");
    assertEquals(code, 2);
    if (problem instanceof RegExp) assertMatch(line.replace(/^headers: /, ""), problem);
    else assertEquals(line, `headers: ${problem}`);
    assert(!line.includes("hush"));
  });
}
