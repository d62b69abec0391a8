import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Child, installed, run } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { inFolder } from "../contract/folder.ts";

const CURL = { ignore: !installed("curl") };
const CERT = new URL("../net/testdata/", import.meta.url);

/** Runs curl, and returns what it printed. */
async function curl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(["curl", "-sS", "--max-time", "20", ...args]);
  assertEquals(code, 0, stderr);
  return stdout;
}

Deno.test(
  "headers answers curl with text, over one connection for two requests (needs curl)",
  CURL,
  async () => {
    await using server = await startServer("headers");
    const url = `http://127.0.0.1:${server.port}`;
    const shown = await curl(`${url}/<b>?a=1`, `${url}/2`, "--globoff", "-b", "sid=1; x=%20");
    assertMatch(shown, /^GET \/<b>\?a=1 HTTP\/1\.1\n\nFields\n {2}Host {8}127\.0\.0\.1:\d+\n/);
    assertStringIncludes(shown, '\nCookies\n  sid  1\n  x    %20\n       means " "\n');
    assertStringIncludes(shown, "#0, 2 requests so far, no TLS\n");
  },
);

Deno.test("headers takes all that curl can send (needs curl)", CURL, async () => {
  await using server = await startServer("headers");
  const url = `http://127.0.0.1:${server.port}/`;
  for (
    const [args, shown] of [
      [["-d", '{"a":1}'], '\n  {\n    "a": 1\n  }\n'],
      [["-d", "a=1&b=c+d"], '\n  a  1\n  b  c+d\n     means "c d"\n'],
      [
        ["-F", "who=Zoë", "-F", "file=@-;filename=a.png;type=image/png"],
        "\n  who, 4 bytes\n  file, file a.png, image/png, 0 bytes\n",
      ],
      [
        ["-H", "Transfer-Encoding: chunked", "-d", "in chunks"],
        "Body: 9 bytes, application/x-www-form-urlencoded\n",
      ],
      [["-H", "Expect: 100-continue", "-d", "asked"], "Body: 5 bytes, "],
      [["-X", "PURGE"], "PURGE / HTTP/1.1\n"],
      [["-0"], "GET / HTTP/1.0\n"],
      [["-H", "X-Empty;"], "\n  X-Empty\n"],
    ] as const
  ) assertStringIncludes(await curl(url, ...args), shown);
  assertMatch(await curl("-I", url), /^HTTP\/1\.1 200 OK\r\n/);
  assertMatch(
    await curl("-X", "OPTIONS", "--request-target", "*", url),
    /^OPTIONS \* HTTP\/1\.1\n/,
  );
  const json = JSON.parse(await curl("-H", "Accept: application/json", url));
  assertEquals([json.method, json.connection.tls], ["GET", false]);
});

Deno.test(
  "headers refuses curl's body of more than 1 MiB with 413 (needs curl)",
  CURL,
  async () => {
    await using server = await startServer("headers");
    await inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/large`, new Uint8Array(1024 * 1024 + 1));
      for (const more of [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]]) {
        const status = await curl(
          ...["-o", `${folder}/answer`, "-w", "%{http_code}", "--data-binary", `@${folder}/large`],
          ...more,
          `http://127.0.0.1:${server.port}/`,
        );
        assertEquals(status, "413");
        assertStringIncludes(
          await Deno.readTextFile(`${folder}/answer`),
          "more than 1048576 bytes",
        );
      }
    });
  },
);

Deno.test("headers says to curl that it speaks TLS when it does (needs curl)", CURL, async () => {
  const args = [
    "--cert",
    new URL("cert.pem", CERT).pathname,
    "--key",
    new URL("key.pem", CERT).pathname,
  ];
  await using server = await startServer("headers", { args });
  const shown = await curl("-k", "--http1.1", `https://127.0.0.1:${server.port}/`);
  assertMatch(shown, /, 1 request so far, TLS\n$/);
});

Deno.test("headers tells curl -N of requests as they come (needs curl)", CURL, async () => {
  await using server = await startServer("headers");
  const url = `http://127.0.0.1:${server.port}`;
  await using reader = new Child(["curl", "-sSN", `${url}/-/live/events`]);
  await reader.stdout.until(/event: server\n/);
  await curl(`${url}/told`, "-u", "me:hush");
  await reader.stdout.until(/event: request\ndata: .*"target":"\/told".*\n\n/);
  assert(!reader.stdout.text.includes("Basic"));
});

Deno.test("headers answers nc (needs nc)", { ignore: !installed("nc") }, async () => {
  await using server = await startServer("headers");
  const { stdout } = await run(["nc", "-N", "127.0.0.1", String(server.port)], {
    stdin:
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
  });
  assertEquals(stdout.match(/^(?:HTTP\/1\.1 \d+|GET \/\w)/gm), [
    "HTTP/1.1 200",
    "GET /a",
    "HTTP/1.1 200",
    "GET /b",
  ]);
});

Deno.test("headers answers every request of wrk, and each keeps its connection (needs wrk)", {
  ignore: !installed("wrk"),
}, async () => {
  await using server = await startServer("headers");
  const url = `http://127.0.0.1:${server.port}/wrk`;
  const { code, stdout } = await run(["wrk", "-t1", "-c16", "-d1s", url]);
  assertEquals(code, 0);
  const [, requests] = /^\s*(\d+) requests in /m.exec(stdout) ?? [];
  assert(Number(requests) > 100, stdout);
  assertEquals(/Non-2xx|Socket errors/.test(stdout), false, stdout);
  // wrk asks once over a connection of its own whether the server is there.
  assert((server.stderr.text.match(/ connected$/gm)?.length ?? 0) <= 17);
});
