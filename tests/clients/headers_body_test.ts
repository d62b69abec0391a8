import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { program } from "../../clients/headers.ts";
import { runMain, Running } from "../cli/in_process.ts";
import { RawWebServer, untilItLeaves, write } from "./raw_web_server.ts";

const TEXT = "hello, body\n".repeat(100);

/** Runs the client, and returns what stands behind the head. */
async function bodyOf(server: RawWebServer, ...args: string[]) {
  const { code, stdout, stderr } = await runMain(program.main, [server.url(), ...args]);
  return { code, body: stdout.slice(stdout.indexOf("\r\n\r\n") + 4), stderr };
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function chunked(body: string, bytes = 100): string {
  let text = "";
  for (let at = 0; at < body.length; at += bytes) {
    const chunk = body.slice(at, at + bytes);
    text += `${chunk.length.toString(16)};x=y\r\n${chunk}\r\n`;
  }
  return `${text}0\r\nTrailer: x\r\n\r\n`;
}

for (
  const [what, head, body] of [
    ["its length is known", `Content-Length: ${TEXT.length}`, TEXT],
    ["the connection's end ends it", "A: b", TEXT],
    ["it comes in chunks", "Transfer-Encoding: chunked", chunked(TEXT)],
    ["it is gzip", "Content-Encoding: gzip", latin1(gzipSync(TEXT))],
    [
      "it is x-gzip in chunks",
      "Content-Encoding: X-GZIP\r\nTransfer-Encoding: chunked",
      chunked(latin1(gzipSync(TEXT)), 3),
    ],
    ["it is deflate", "Content-Encoding: deflate", latin1(deflateSync(TEXT))],
    ["it is deflate without its header", "Content-Encoding: deflate", latin1(deflateRawSync(TEXT))],
    ["it is br", "Content-Encoding: br", latin1(brotliCompressSync(TEXT))],
    [
      "it is gzip in br",
      "Content-Encoding: identity, gzip\r\nContent-Encoding: br",
      latin1(brotliCompressSync(gzipSync(TEXT))),
    ],
  ] as const
) {
  Deno.test(`headers client shows the body decoded when ${what}`, async () => {
    await using server = new RawWebServer(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`);
    const { code, ...shown } = await bodyOf(server, "--include-body", "1MiB");
    assertEquals([code, shown.body], [0, TEXT]);
    assert(!shown.stderr.includes("goes on"));
    assertEquals(server.asked[0]?.method, "GET");
  });
}

for (const [limit, isCut] of [[1199, true], [1200, false], [1201, false]] as const) {
  Deno.test(`headers client ${isCut ? "cuts" : "shows all of"} 1200 bytes when the limit is ${limit}`, async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${TEXT.length}\r\n\r\n`;
    await using server = new RawWebServer(head + TEXT);
    const { code, body, stderr } = await bodyOf(server, "--include-body", String(limit));
    assertEquals([code, body], [0, TEXT.slice(0, limit)]);
    const cut = `The body goes on: these are its first ${limit} bytes\n`;
    assertEquals(stderr.includes(cut), isCut);
  });
}

Deno.test("headers client shows the beginning of a body that becomes huge", async () => {
  const bomb = gzipSync(gzipSync(new Uint8Array(64 * 1024 ** 2), { level: 9 }), { level: 9 });
  const head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\n";
  await using server = new RawWebServer(head + latin1(bomb));
  const { code, body } = await bodyOf(server, "--include-body", "1k");
  assertEquals([code, body], [0, "\0".repeat(1024)]);
});

Deno.test("headers client leaves when it has as much of an endless body as it shows", async () => {
  await using server = new RawWebServer(() => async (conn) => {
    await write(conn, "HTTP/1.1 200 OK\r\n\r\n");
    const piece = new Uint8Array(64 * 1024).fill(120);
    for (;;) await conn.write(piece);
  });
  const { code, body } = await bodyOf(server, "--include-body", "100k");
  assertEquals([code, body.length], [0, 100 * 1024]);
});

for (
  const [what, head, body, problem] of [
    ["ends too early", "Content-Length: 9", "abc", /headers: Cannot decode .*\n$/],
    ["has a bad chunk", "Transfer-Encoding: chunked", "xyz\r\n", /headers: Cannot decode .*\n$/],
    [
      "is not what it says",
      "Content-Encoding: gzip",
      "abc",
      /headers: Cannot decode the body: it is no gzip\n$/,
    ],
    [
      "is in an unknown coding",
      "Content-Encoding: \xadoo",
      "abc",
      /its coding \\xadoo is not known here\n$/,
    ],
    [
      "has too many codings",
      "Content-Encoding: gzip, gzip, gzip, gzip, gzip",
      "abc",
      /it has 5 codings, and at most 4 are undone\n$/,
    ],
    [
      "has two lengths",
      "Content-Length: 3\r\nTransfer-Encoding: chunked",
      "abc",
      /headers: Cannot read the body: its head breaks the rules\n$/,
    ],
  ] as const
) {
  Deno.test(`headers client says so and ends with 1 when a body ${what}`, async () => {
    await using server = new RawWebServer(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`);
    const { code, stderr } = await bodyOf(server, "--include-body", "1k");
    assertEquals(code, 1);
    assertMatch(stderr, problem);
  });
}

Deno.test("headers client shows no body when there is none", async () => {
  await using server = new RawWebServer(({ method }) =>
    `HTTP/1.1 ${
      method === "GET" ? 304 : 200
    } X\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n`
  );
  assertEquals(
    await bodyOf(server, "--include-body", "1k").then(({ code, body }) => [code, body]),
    [0, ""],
  );
  const head = await bodyOf(server, "--include-body", "1k", "--method", "HEAD");
  assertEquals([head.code, head.body], [0, ""]);
});

Deno.test("headers client shows only the last answer's body, and early heads before it", async () => {
  await using server = new RawWebServer(({ target }) =>
    target === "/"
      ? "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 5\r\n\r\nfirst"
      : "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast"
  );
  const { stdout } = await runMain(program.main, [server.url(), "-L", "--include-body", "1k"]);
  assertStringIncludes(
    stdout,
    "\r\n\r\nHTTP/1.1 103 X\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast",
  );
  assert(!stdout.includes("first"));
});

Deno.test("headers client shows a body harmlessly when it prints to a terminal", async () => {
  await using server = new RawWebServer("HTTP/1.1 200 OK\r\n\r\na\x1b[2J\nb\xc3\xa9");
  const args = [server.url(), "--include-body", "1k"];
  await using client = new Running(program.main, args, { stdin: "", stdoutIsTerminal: true });
  assertEquals(await client.ended, 0);
  assertEquals(client.stdout.text, "HTTP/1.1 200 OK\n\na\\x1b[2J\nbé\n");
});

Deno.test("headers client prints a record of the body, as text or in hexadecimal, when --json is given", async () => {
  for (
    const [body, content] of [["h\xc3\xa9", { text: "hé" }], ["\xff\0", { bytes: "ff00" }]] as const
  ) {
    await using server = new RawWebServer(`HTTP/1.1 200 OK\r\n\r\n${body}more`);
    const limit = String(body.length);
    const { stdout } = await runMain(program.main, [
      server.url(),
      "--json",
      "--include-body",
      limit,
    ]);
    assertEquals(JSON.parse(stdout.split("\n")[1]!), {
      event: "body",
      url: server.url(),
      size: body.length,
      isCut: true,
      ...content,
    });
  }
});

Deno.test("headers client gives up when no byte of a body comes for --idle-timeout", async () => {
  await using server = new RawWebServer(() => async (conn) => {
    await write(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    await untilItLeaves(conn);
  });
  const { code, body, stderr } = await bodyOf(
    server,
    "--include-body",
    "9",
    "--idle-timeout",
    "500ms",
  );
  assertEquals([code, body], [1, "ab"]);
  assertStringIncludes(stderr, "no byte passed within 500 ms (idle deadline)");
});
