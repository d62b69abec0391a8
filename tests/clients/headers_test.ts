import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { program } from "../../clients/headers.ts";
import { VERSION } from "../../cli/version.ts";
import { runMain, Running } from "../cli/in_process.ts";
import { RawWebServer, untilItLeaves, write } from "./raw_web_server.ts";

const OK = "HTTP/1.1 200 OK\r\nServer: test\r\n\r\n";

function headers(...args: string[]) {
  return runMain(program.main, args);
}

function records(stdout: string): Record<string, unknown>[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("headers client hands on the very bytes of the head, and says who sent it", async () => {
  const head = "HTTP/1.1 404 Caf\xe9\r\nX-A:  b\t\r\nx-a: c\r\nContent-Length: 5\r\n\r\n";
  await using server = new RawWebServer(`${head}hello`);
  await using client = new Running(program.main, [server.url("/a?b#c")], { stdin: "" });
  assertEquals(await client.ended, 0);
  const bytes = await client.stdout.bytes();
  assertEquals(String.fromCharCode(...bytes), head);
  const { port } = server;
  assertMatch(
    client.stderr.text,
    new RegExp(
      `^HEAD http://127\\.0\\.0\\.1:${port}/a\\?b#c at 127\\.0\\.0\\.1:${port} ` +
        `\\(connect [\\d.]+ ms, first byte [\\d.]+ ms\\)\n$`,
    ),
  );
  assertEquals(server.asked.map(({ head }) => head), [
    `HEAD /a?b HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: parley/${VERSION}\r\n` +
    "Accept: */*\r\nConnection: close\r\n\r\n",
  ]);
});

for (
  const [url, method, target] of [
    ["127.0.0.1:PORT", "HEAD", "/"],
    ["127.0.0.1:PORT/x y", "HEAD", "/x%20y"],
    [":PORT/a", "HEAD", "/a"],
    ["HTTP://127.0.0.1:PORT?q", "HEAD", "/?q"],
    ["//127.0.0.1:PORT/é", "HEAD", "/%C3%A9"],
  ] as const
) {
  Deno.test(`headers client takes for a URL what is typed as ${url}`, async () => {
    await using server = new RawWebServer(OK);
    const { code } = await headers(url.replace("PORT", String(server.port)));
    assertEquals([code, server.asked[0]?.method, server.asked[0]?.target], [0, method, target]);
  });
}

for (
  const [args, problem] of [
    [
      ["ftp://a:secret@b/"],
      'URL takes http://HOST[:PORT][/PATH], not "ftp://...@b/": only http and https are spoken',
    ],
    [["http://"], 'URL takes http://HOST[:PORT][/PATH], not "http://": it is no URL'],
    [
      ["8080"],
      'URL takes http://HOST[:PORT][/PATH], not "8080": a port of this machine is written :8080',
    ],
    [
      ["127.0.0.1:0"],
      'URL takes http://HOST[:PORT][/PATH], not "127.0.0.1:0": nobody can be called on port 0',
    ],
    [["--header", "x"], "--header takes 'NAME: VALUE', and there is no colon in \"x\""],
    [["--header", "a b: c"], "--header takes 'NAME: VALUE': \"a b\" is no name of a field"],
    [
      ["--header", "A: b\r\nC: d"],
      "--header takes 'NAME: VALUE': the value of A has a character that no field may have",
    ],
    [
      ["--resolve", "a:80:b"],
      '--resolve takes HOST:PORT:ADDRESS, not "a:80:b": "b" is no address',
    ],
    [
      ["--resolve", "a:b"],
      '--resolve takes HOST:PORT:ADDRESS, not "a:b": a host, a port and an address belong there',
    ],
    [["--get", "--method", "PUT"], "--get and --method say different things: give one of them"],
    [["--method", "G T"], '--method takes a method such as GET, not "G T"'],
    [["--include-body", "0"], '--include-body takes a size from 1 byte, not "0"'],
  ] as const
) {
  Deno.test(`headers client ends with 2 when it is called with ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await headers(...args);
    assertEquals([code, stdout, stderr.split("\n")[0]], [2, "", `headers: ${problem}`]);
  });
}

Deno.test("headers client asks again with GET when HEAD is not allowed, and leaves at the head's end", async () => {
  const get = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  const head = "HTTP/1.1 405 Not Allowed\r\nAllow: GET\r\n\r\n";
  await using server = new RawWebServer(({ method }) => method === "GET" ? `${get}hello` : head);
  const { code, stdout, stderr } = await headers(server.url());
  assertEquals([code, stdout], [0, head + get]);
  assertStringIncludes(stderr, "HEAD is answered 405: asking with GET\n");
  assertEquals(server.asked.map(({ method }) => method), ["HEAD", "GET"]);
});

Deno.test("headers client asks with the method that it is given, and no other", async () => {
  await using server = new RawWebServer("HTTP/1.1 501 Not Implemented\r\n\r\n");
  assertEquals((await headers(server.url(), "-X", "HEAD")).code, 0);
  assertEquals((await headers(server.url(), "--get")).code, 0);
  assertEquals((await headers(server.url(), "--method", "POST")).code, 0);
  assertEquals(server.asked.map(({ method }) => method), ["HEAD", "GET", "POST"]);
  assertStringIncludes(server.asked[2]!.head, "Content-Length: 0\r\n");
});

Deno.test("headers client sends the fields that it is given instead of its own", async () => {
  await using server = new RawWebServer(OK);
  const fields = ["host: a.example", "X-Name: é", "Accept:", "User-Agent: me", "x-name: 2"];
  await headers("http://u%40:p%3A@" + server.url().slice(7), ...fields.flatMap((it) => ["-H", it]));
  assertEquals(
    server.asked[0]?.head,
    "HEAD / HTTP/1.1\r\nhost: a.example\r\nUser-Agent: me\r\nAuthorization: Basic dUA6cDo=\r\n" +
      "Connection: close\r\nX-Name: \xc3\xa9\r\nx-name: 2\r\n\r\n",
  );
});

Deno.test("headers client never prints a URL's password", async () => {
  await using server = new RawWebServer("HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n");
  const url = `http://user:secret@127.0.0.1:${server.port}/`;
  for (const args of [["-L"], ["-L", "--json"], ["-L", "--raw", "--audit"]]) {
    const { code, stdout, stderr } = await headers(url, ...args);
    assertEquals(code, 1);
    assert(!/secret|user/.test(stdout + stderr));
  }
  assertStringIncludes(server.asked[1]!.head, "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n");
});

Deno.test("headers client follows redirects with HEAD, shows each, and drops what is for one origin", async () => {
  await using other = new RawWebServer(OK);
  await using server = new RawWebServer(({ target }) =>
    target === "/" ? "HTTP/1.1 303 See Other\r\nLocation: a\r\n\r\n" : (
      `HTTP/1.1 302 Found\r\nLocation: ${other.url("/end")}\r\n\r\n`
    )
  );
  const secrets = ["Authorization: x", "Cookie: y", "Host: z", "X-Kept: 1"];
  const args = secrets.flatMap((field) => ["--header", field]);
  const { code, stdout, stderr } = await headers("--follow", `${server.url("/")}#part`, ...args);
  assertEquals(code, 0);
  assertEquals(stdout.match(/^HTTP\/1\.1 \d+/gm), ["HTTP/1.1 303", "HTTP/1.1 302", "HTTP/1.1 200"]);
  assertEquals(stderr.match(/^HEAD \S+/gm), [
    `HEAD ${server.url("/#part")}`,
    `HEAD ${server.url("/a#part")}`,
    `HEAD ${other.url("/end#part")}`,
  ]);
  const sent = [...server.asked, ...other.asked];
  assertEquals(sent.map(({ method }) => method), ["HEAD", "HEAD", "HEAD"]);
  assertEquals(sent.map(({ head }) => /Authorization: x/.test(head)), [true, true, false]);
  assertEquals(sent.map(({ head }) => /Cookie: y/.test(head)), [true, true, false]);
  assertEquals(sent.map(({ head }) => /Host: z/.test(head)), [true, true, false]);
  assertEquals(sent.map(({ head }) => /X-Kept: 1/.test(head)), [true, true, true]);
});

Deno.test("headers client follows nothing unless it is asked to", async () => {
  await using server = new RawWebServer("HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n");
  assertEquals((await headers(server.url())).code, 0);
  assertEquals(server.asked.length, 1);
});

for (
  const [what, location, asked, problem] of [
    ["in a circle", () => "/b", 2, "/b: it was asked before, so this goes in a circle"],
    ["on and on", (n: number) => `/${n}`, 11, "/11: 10 redirects were followed"],
    ["nowhere", () => "http://", 1, "http://: it is no URL of http or https"],
    ["to another protocol", () => "ftp://a/", 1, "ftp://a/: it is no URL of http or https"],
  ] as const
) {
  Deno.test(`headers client ends with 1 when redirects lead ${what}`, async () => {
    let count = 0;
    await using server = new RawWebServer(() =>
      `HTTP/1.1 302 Found\r\nLocation: ${location(++count)}\r\n\r\n`
    );
    const { code, stderr } = await headers(server.url(), "--follow");
    assertEquals([code, server.asked.length], [1, asked]);
    const to = problem.startsWith("/") ? `${server.url()}${problem.slice(1)}` : problem;
    assertEquals(stderr.split("\n").at(-2), `headers: Cannot follow to ${to}`);
  });
}

Deno.test("headers client shows early heads and waits for the answer", async () => {
  const early = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
  await using server = new RawWebServer(early + OK);
  const { code, stdout } = await headers(server.url());
  assertEquals([code, stdout], [0, early + OK]);
  const { stdout: json } = await headers(server.url(), "--json");
  assertEquals(records(json).map(({ status, early }) => [status, early]), [
    [103, true],
    [200, undefined],
  ]);
});

Deno.test("headers client ends at 101, behind which another protocol comes", async () => {
  const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  await using server = new RawWebServer(() => async (conn) => {
    await write(conn, `${head}\x81\x05hello`);
    await untilItLeaves(conn);
  });
  const args = ["--header", "Connection: Upgrade", "--header", "Upgrade: websocket"];
  const { code, stdout } = await headers(server.url(), ...args);
  assertEquals([code, stdout], [0, head]);
  assertStringIncludes(server.asked[0]!.head, "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
});

for (
  const [what, answer, faults] of [
    [
      "the status line is the originals'",
      "http/1.1 ok\r\nA: b\r\n\r\n",
      [
        'Line 1, byte 1: "http/1.1" is not in capitals: HTTP/1.1 is the name (RFC 9112, 2.3)',
        'Line 1, byte 10: the status line has no code of three digits: "ok" stands in its place (RFC 9112, 4)',
      ],
    ],
    [
      "lines end with a bare LF, and one is folded",
      "HTTP/1.1 200 OK\nA: b\n c\n\n",
      [
        "Line 1, byte 16: the line ends with a bare LF, and not with CRLF (RFC 9112, 2.2), and 3 more like it",
        'Line 3, byte 1: the value of "A" goes on in the next line (a fold) (RFC 9112, 5.2)',
      ],
    ],
    [
      "much is wrong",
      "HTTP/1.1 200 OK\r\nA : b\x07\r\nnonsense\r\n\r\n",
      [
        'Line 2, byte 2: a space stands between the name "A" and its colon (RFC 9112, 5.1)',
        "2 faults more; --raw shows where each is",
      ],
    ],
    [
      "the server goes inside the head",
      "HTTP/1.1 200 OK\r\nA: b",
      ["Line 2, byte 5: the connection ends inside the head (RFC 9112, 8)"],
    ],
  ] as const
) {
  Deno.test(`headers client shows the head as far as it goes and ends with 1 when ${what}`, async () => {
    await using server = new RawWebServer(answer);
    const { code, stdout, stderr } = await headers(server.url());
    assertEquals([code, stdout], [1, answer]);
    const lines = stderr.trimEnd().split("\n");
    assert(lines.length <= 3);
    assertEquals(lines.slice(1), faults.map((fault) => `headers: ${fault}`));
  });
}

for (
  const [what, answer, fault] of [
    ["a body without a head comes", "<html>\n", 'the answer begins with "<html>"'],
    ["a mail server answers", "220 mail ESMTP\r\n", "the server speaks SMTP or FTP"],
    ["an SSH server answers", "SSH-2.0-x\r\n", "the server speaks SSH"],
  ] as const
) {
  Deno.test(`headers client says so at once and ends with 1 when ${what}`, async () => {
    await using server = new RawWebServer(() => async (conn) => {
      await write(conn, answer);
      await untilItLeaves(conn);
    });
    const { code, stdout, stderr } = await headers(server.url());
    assertEquals([code, stdout], [1, ""]);
    const [, line] = stderr.split("\n");
    assertEquals(line, `headers: Line 1, byte 1: there is no head: ${fault} (RFC 9112, 4)`);
  });
}

Deno.test("headers client ends with 1 when the server goes without an answer", async () => {
  await using server = new RawWebServer("");
  const { code, stdout, stderr } = await headers(server.url());
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `headers: Lost the connection to 127.0.0.1:${server.port}: ` +
      "the server closed the connection without an answer\n",
  );
});

Deno.test("headers client shows what came when the head drips and its time runs out", async () => {
  await using server = new RawWebServer(() => async (conn) => {
    await write(conn, "HTTP/1.1 200 OK\r\n");
    for (;;) {
      await write(conn, "A");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  const { code, stdout, stderr } = await headers(server.url(), "--head-timeout", "1s");
  assertEquals(code, 1);
  assertMatch(stdout, /^HTTP\/1\.1 200 OK\r\nA*$/);
  assertMatch(stderr, /\nheaders: Line 2, byte \d+: the rest of the head did not come in time /);
});

Deno.test("headers client takes a head that comes a byte at a time", async () => {
  await using server = new RawWebServer(() => async (conn) => {
    for (const byte of OK) await write(conn, byte);
    await untilItLeaves(conn);
  });
  const { code, stdout } = await headers(server.url());
  assertEquals([code, stdout], [0, OK]);
});

Deno.test("headers client says that the time ran out when nothing comes", async () => {
  await using server = new RawWebServer(() => untilItLeaves);
  const { code, stderr } = await headers(server.url(), "--head-timeout", "20ms");
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^headers: Cannot receive the head of a message from 127.*: it was not whole within 20 ms \(head deadline\)\n$/,
  );
});

Deno.test("headers client shows 64 KiB of a head of 65 KiB, and ends with 1", async () => {
  const head = `HTTP/1.1 200 OK\r\nA: ${"b".repeat(65 * 1024)}\r\n\r\n`;
  await using server = new RawWebServer(head);
  const { code, stdout, stderr } = await headers(server.url());
  assertEquals([code, stdout.length], [1, 65_536]);
  assertStringIncludes(stderr, "byte 65520: the head is not over (at most 65536 bytes)\n");
});

for (const args of [[], ["--get"]]) {
  Deno.test(`headers client reads nothing of a body of 10 GiB when it asks ${args}`, async () => {
    let sent = 0;
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${10 * 1024 ** 3}\r\n\r\n`;
    await using server = new RawWebServer(() => async (conn) => {
      await write(conn, head);
      const piece = new Uint8Array(1024 ** 2);
      while (sent < 10 * 1024 ** 3) sent += await conn.write(piece);
    });
    const { code, stdout } = await headers(server.url(), ...args);
    assertEquals([code, stdout], [0, head]);
    // What the system's buffers took on the way.
    assert(sent < 64 * 1024 ** 2, `${sent}`);
  });
}

Deno.test("headers client shows each of several URLs, and ends with 1 when one fails", async () => {
  await using server = new RawWebServer(OK);
  const { code, stdout, stderr } = await headers("127.0.0.1:1", server.url());
  assertEquals([code, stdout], [1, OK]);
  assertMatch(
    stderr,
    /^headers: Cannot connect to 127\.0\.0\.1:1: nobody listens there; .*\nHEAD /,
  );
});

Deno.test("headers client calls a host where --resolve says it is", async () => {
  await using server = new RawWebServer(OK);
  const { port } = server;
  const { code, stderr } = await headers(
    `http://a.example:${port}/`,
    "--resolve",
    `A.example:${port}:[::1],127.0.0.1`,
  );
  assertEquals(code, 0);
  assertStringIncludes(stderr, `HEAD http://a.example:${port}/ at 127.0.0.1:${port} (connect`);
  assertStringIncludes(server.asked[0]!.head, `\r\nHost: a.example:${port}\r\n`);
});

Deno.test("headers client shows what a terminal would obey when it prints to one", async () => {
  const head = "HTTP/1.1 200 Caf\xc3\xa9\r\nX-\x1bA: \x1b]0;owned\x07\x9b2J\r\n\r\n";
  await using server = new RawWebServer(head);
  await using client = new Running(program.main, [server.url()], {
    stdin: "",
    stdoutIsTerminal: true,
  });
  assertEquals(await client.ended, 1);
  assertEquals(
    client.stdout.text,
    "HTTP/1.1 200 Café\nX-\\x1bA: \\x1b]0;owned\\x07\\x9b2J\n\n",
  );
});

Deno.test("headers client marks each fault at its place when --raw is given", async () => {
  await using server = new RawWebServer("HTTP/1.1 200 OK\r\nA : \x07\xe9\nB\r\n\r\n");
  const { code, stdout, stderr } = await headers(server.url(), "--raw");
  assertEquals(code, 1);
  assertEquals(
    stdout,
    String.raw`   0  HTTP/1.1 200 OK\r\n
  17  A : \x07\xe9\n
       ^
      a space stands between the name "A" and its colon (RFC 9112, 5.1)
          ^^^^
      a control character (0x07) stands in the value of "A" (RFC 9110, 5.5)
                  ^^
      the line ends with a bare LF, and not with CRLF (RFC 9112, 2.2)
  24  B\r\n
      ^
      there is no colon in "B" (RFC 9112, 5)
  27  \r\n
`,
  );
  assertStringIncludes(stderr, "headers: 3 faults more; they are marked above\n");
});

Deno.test("headers client prints one record for each head, fault and all, when --json is given", async () => {
  await using server = new RawWebServer("HTTP/1.1 200 OK\r\nA: b\r\nC: d\n\r\n");
  const { code, stdout, stderr } = await headers(server.url("/x"), "--json", "--raw");
  assertEquals([code, stderr], [1, ""]);
  const [record, ...others] = records(stdout);
  assertEquals(others, []);
  const { timing, ...rest } = record!;
  assertEquals(rest, {
    event: "head",
    url: server.url("/x"),
    method: "HEAD",
    status: 200,
    reason: "OK",
    version: "1.1",
    fields: [["A", "b"], ["C", "d"]],
    address: { hostname: "127.0.0.1", port: server.port },
    end: "whole",
    faults: [{
      kind: "bare-lf",
      what: "the line ends with a bare LF, and not with CRLF",
      rule: "RFC 9112, 2.2",
      offset: 27,
      line: 3,
      column: 5,
      length: 1,
    }],
    raw: "485454502f312e3120323030204f4b0d0a413a20620d0a433a20640a0d0a",
  });
  assertEquals(Object.keys(timing as object), ["connectMs", "firstByteMs"]);
});

Deno.test("headers client says a line for each finding when --audit is given", async () => {
  await using server = new RawWebServer(
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: x/1\r\n\r\n",
  );
  const { code, stdout } = await headers(server.url(), "--audit");
  assertEquals(code, 0);
  assertEquals(
    stdout.split("\r\n\r\n")[1],
    "missing  X-Content-Type-Options  browsers may take it for a script or a page: say nosniff\n" +
      "missing  Cache-Control           each cache guesses how long it may keep this\n" +
      "weak     Server                  it tells the version (x/1), and so its known holes\n",
  );
  const { stdout: json } = await headers(server.url(), "--audit", "--json");
  assertEquals(records(json)[3], {
    event: "audit",
    url: server.url(),
    level: "weak",
    field: "Server",
    reason: "it tells the version (x/1), and so its known holes",
  });
});

Deno.test("headers client shows the bytes when --trace is given", async () => {
  await using server = new RawWebServer(OK);
  const { stderr } = await headers(server.url(), "--trace");
  assertMatch(stderr, / #0 -> write 1: \d+ bytes/);
  assertMatch(stderr, / #0 <- read 1: \d+ bytes/);
});

Deno.test("headers client ends with 130 when it is stopped", async () => {
  await using server = new RawWebServer(() => untilItLeaves);
  await using client = new Running(program.main, [server.url()], { stdin: "" });
  while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  client.stop();
  assertEquals(await client.ended, 130);
});
