import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { program } from "../../clients/headers.ts";
import { runMain } from "../cli/in_process.ts";
import { authority, expired, listenTls, otherName } from "../contract/tls.ts";
import { RawWebServer, write } from "./raw_web_server.ts";

const OK = "HTTP/1.1 200 OK\r\n\r\n";
const CA = new URL("../net/testdata/cert.pem", import.meta.url).pathname;

function headers(...args: string[]) {
  return runMain(program.main, args);
}

function serveTls(options: Parameters<typeof listenTls>[0] = {}): RawWebServer {
  return new RawWebServer(OK, { listener: listenTls({ hostname: "127.0.0.1", ...options }) });
}

Deno.test("headers client speaks TLS by the URL's name when --resolve says the address", async () => {
  await using server = serveTls();
  const { port } = server;
  const args = ["--ca", CA, "--resolve", `localhost:${port}:127.0.0.1`];
  const { code, stdout, stderr } = await headers(`https://localhost:${port}/`, ...args);
  assertEquals([code, stdout], [0, OK]);
  assertMatch(
    stderr,
    /^HEAD https:\/\/localhost:\d+\/ at 127\.0\.0\.1:\d+ \(connect .*, TLS .*, first byte .*\)\n$/,
  );
});

for (
  const [what, options, ca, problem] of [
    ["is signed by nobody known", {}, false, "is not trusted"],
    ["is for another name", otherName, false, "certificate is"],
    ["was valid once", expired, false, "certificate is"],
    ["is an authority's", authority, false, "certificate is"],
  ] as const
) {
  Deno.test(`headers client explains and ends with 1 when a certificate ${what}`, async () => {
    await using server = serveTls(options);
    const args = ca ? ["--ca", CA] : [];
    const { code, stdout, stderr } = await headers(`https://localhost:${server.port}/`, ...args);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /^headers: Cannot connect to localhost:\d+: the server's certificate .*\n$/,
    );
    assertStringIncludes(stderr, problem);
  });
}

Deno.test("headers client trusts whoever answers, with a warning, when --insecure is given", async () => {
  await using server = serveTls(otherName);
  const { code, stdout, stderr } = await headers(`https://127.0.0.1:${server.port}`, "--insecure");
  assertEquals([code, stdout], [0, OK]);
  assertMatch(stderr, /^Warning: --insecure trusts whoever answers: /);
});

Deno.test("headers client says how to call it when one side alone speaks TLS", async () => {
  using plain = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const calling = headers(`https://127.0.0.1:${plain.addr.port}`);
  using conn = await plain.accept();
  await write(conn, "HTTP/1.1 400 Bad Request\r\n\r\n");
  const { code, stderr } = await calling;
  assertEquals(code, 1);
  assertMatch(stderr, /: the server does not speak TLS; call it with http:\/\/\n$/);
  // What a server that speaks TLS alone answers.
  await using secured = new RawWebServer("\x15\x03\x01\0\x02\x02\x46");
  const answered = await headers(secured.url());
  assertEquals(answered.code, 1);
  assertMatch(answered.stderr, /: the server speaks TLS.*; call it with https:\/\/\n$/);
});

Deno.test("headers client follows from http to https", async () => {
  await using secured = serveTls();
  const location = `https://localhost:${secured.port}/x`;
  await using plain = new RawWebServer(`HTTP/1.1 308 X\r\nLocation: ${location}\r\n\r\n`);
  const { code, stderr } = await headers(plain.url(), "-L", "--ca", CA);
  assertEquals(code, 0);
  assertStringIncludes(stderr, `HEAD ${location} at 127.0.0.1:${secured.port} (`);
});

Deno.test("headers client says so when a redirect leads from https to http", async () => {
  await using plain = new RawWebServer(OK);
  const listener = listenTls({ hostname: "127.0.0.1" });
  const moved = `HTTP/1.1 302 X\r\nLocation: ${plain.url()}\r\n\r\n`;
  await using secured = new RawWebServer(moved, { listener });
  const { code, stderr } = await headers(`https://localhost:${secured.port}`, "-L", "--ca", CA);
  assertEquals(code, 0);
  assertMatch(stderr, /^HEAD https.*\nThis leads to http: .*\nHEAD http:.*\n$/);
});
