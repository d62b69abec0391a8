import { assert, assertEquals, assertMatch } from "@std/assert";
import { type HttpServerRequest, serveHttp } from "../../../net/http/mod.ts";
import { lines } from "../../../codec/lines.ts";
import { installed, run } from "../../cli/child.ts";

const CURL = { ignore: !installed("curl") };
const NC = { ignore: !installed("nc") };
const NODE = { ignore: !installed("node") };
const PHP = { ignore: !installed("php") };
const PYTHON = { ignore: !installed("python3") };

const TEXT = { "Content-Type": "text/plain" };

/** Serves what the peers ask for. */
function served(): AsyncDisposable & { readonly url: string; readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const server = serveHttp(listener, { onEvent() {} }, async (http) => {
    for await (const request of http) await answer(request);
  });
  return Object.assign(server, { port, url: `http://127.0.0.1:${port}` });
}

async function answer(request: HttpServerRequest): Promise<void> {
  switch (request.path) {
    case "/hello":
      return await request.respond({ fields: TEXT, body: `hello ${request.number}\n` });
    case "/echo":
      return await request.respond({ fields: TEXT, body: await request.bytes() });
    case "/stream": {
      const body = await request.stream({ fields: TEXT });
      for (const piece of ["one ", "two ", "three\n"]) await body.write(piece);
      return await body.end(request.version === "1.1" ? { "X-Sum": "3" } : undefined);
    }
    case "/unread":
      return await request.respond({ status: 403, fields: TEXT, body: "no\n" });
    case "/upgrade": {
      const connection = await request.upgrade(lines(), { protocol: "lines" });
      for await (const line of connection) await connection.send(`you said ${line}`);
      return;
    }
    default:
      return await request.respond({ status: 404, fields: TEXT, body: `no ${request.path}\n` });
  }
}

/** Returns what curl prints, its own remarks among it. */
async function curl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(["curl", "-sS", "--max-time", "20", ...args]);
  assertEquals(code, 0, stderr);
  return stdout;
}

Deno.test(
  "serveHttp answers several requests of curl on one connection (needs curl)",
  CURL,
  async () => {
    await using server = served();
    const write = ["-w", "%{http_version} %{http_code} %{num_connects}\n"];
    const { url } = server;
    assertEquals(
      await curl(...write, `${url}/hello`, `${url}/stream`, `${url}/missing`, `${url}/hello`),
      "hello 1\n1.1 200 1\none two three\n1.1 200 0\nno /missing\n1.1 404 0\nhello 4\n1.1 200 0\n",
    );
  },
);

Deno.test("serveHttp writes a head that curl shows as it came (needs curl)", CURL, async () => {
  await using server = served();
  assertMatch(
    await curl("-i", `${server.url}/hello`),
    /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\nContent-Length: 8\r\n\r\nhello 1\n$/,
  );
});

Deno.test(
  "serveHttp answers HEAD of curl without a body, and goes on (needs curl)",
  CURL,
  async () => {
    await using server = served();
    const { url } = server;
    const printed = await curl("--head", `${url}/hello`, `${url}/stream`, `${url}/hello`);
    const heads = printed.split("\r\n\r\n").filter((head) => head !== "");
    assertEquals(heads.map((head) => /^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), ["200", "200", "200"]);
    assertMatch(heads[0]!, /\r\nContent-Length: 8$/);
    assertMatch(heads[1]!, /\r\nTransfer-Encoding: chunked$/);
  },
);

Deno.test(
  "serveHttp reads what curl uploads with a length and in chunks (needs curl)",
  CURL,
  async () => {
    await using server = served();
    const body = "0123456789abcdef".repeat(20_000);
    for (const framing of [[], ["-H", "Transfer-Encoding: chunked"]]) {
      const { code, stdout } = await run(
        ["curl", "-sS", ...framing, "--data-binary", "@-", `${server.url}/echo`],
        { stdin: body },
      );
      assertEquals([code, stdout.length], [0, body.length]);
      assert(stdout === body);
    }
  },
);

Deno.test(
  "serveHttp tells curl to continue when the body is asked for, and not before (needs curl)",
  CURL,
  async () => {
    await using server = served();
    const expecting = [
      "-i",
      "-H",
      "Expect: 100-continue",
      "--expect100-timeout",
      "20",
      "-d",
      "a body",
    ];
    assertMatch(
      await curl(...expecting, `${server.url}/echo`),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*\r\n\r\na body$/,
    );
    assertMatch(
      await curl(...expecting, `${server.url}/unread`),
      /^HTTP\/1\.1 403 Forbidden\r\n[^]*\r\nConnection: close\r\n[^]*\r\n\r\nno\n$/,
    );
  },
);

Deno.test(
  "serveHttp ends the connection behind an answer to HTTP/1.0 (needs curl)",
  CURL,
  async () => {
    await using server = served();
    const { url } = server;
    assertEquals(
      await curl("--http1.0", "-w", "%{num_connects}\n", `${url}/hello`, `${url}/stream`),
      "hello 1\n1\none two three\n1\n",
    );
    const kept = ["--http1.0", "-H", "Connection: keep-alive", "-w", "%{num_connects}\n"];
    assertEquals(
      await curl(...kept, `${url}/hello`, `${url}/hello`),
      "hello 1\n1\nhello 2\n0\n",
    );
  },
);

Deno.test("serveHttp answers curl that speaks to it as to a proxy (needs curl)", CURL, async () => {
  await using server = served();
  assertEquals(await curl("--proxy", server.url, "http://parley.invalid/hello"), "hello 1\n");
});

/** Returns what a server sends to `nc` until it closes. */
async function typed(server: { port: number }, bytes: string): Promise<string> {
  const { code, stdout } = await run(["nc", "-w", "20", "127.0.0.1", String(server.port)], {
    stdin: bytes,
  });
  assertEquals(code, 0);
  return stdout;
}

Deno.test(
  "serveHttp answers pipelined requests of nc in their order, up to the last (needs nc)",
  NC,
  async () => {
    await using server = served();
    const ask = (path: string, ...lines: readonly string[]) =>
      [`GET ${path} HTTP/1.1`, "Host: a", ...lines, "", ""].join("\r\n");
    const printed = await typed(
      server,
      ask("/hello") + ask("/stream") +
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
        ask("/hello", "Connection: close") + ask("/never"),
    );
    const answers = printed.split(/(?=HTTP\/1\.1 \d)/);
    assertEquals(answers.map((one) => one.slice(one.indexOf("\r\n\r\n") + 4)), [
      "hello 1\n",
      "4\r\none \r\n4\r\ntwo \r\n6\r\nthree\n\r\n0\r\nX-Sum: 3\r\n\r\n",
      "abc",
      "hello 4\n",
    ]);
    assertMatch(answers[3]!, /\r\nConnection: close\r\n/);
  },
);

for (
  const [what, bytes, status] of [
    [
      "two lengths",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      400,
    ],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["another version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
    ["another coding", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501],
    ["a long target", `GET /${"a".repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
    ["many fields", `GET / HTTP/1.1\r\nHost: a\r\n${"X: y\r\n".repeat(100)}\r\n`, 431],
  ] as const
) {
  Deno.test(
    `serveHttp answers ${status} to ${what} from nc behind what was right (needs nc)`,
    NC,
    async () => {
      await using server = served();
      const right = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
      const printed = await typed(server, `${right}${bytes}${right}`);
      const [first = "", second = "", ...more] = printed.split(/(?=HTTP\/1\.1 \d)/);
      assertMatch(first, /^HTTP\/1\.1 200 OK\r\n/);
      assertMatch(second, new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nConnection: close\r\n`));
      assertEquals(more, []);
    },
  );
}

Deno.test(
  "serveHttp answers node:http, with its trailers, on one connection (needs node)",
  NODE,
  async () => {
    await using server = served();
    const script = `
    import { Agent, request } from "node:http";
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const [path, body] of [["/hello"], ["/echo", "posted"], ["/stream"], ["/hello"]]) {
      const method = body ? "POST" : "GET";
      const text = await new Promise((resolve, reject) => {
        const asked = request("${server.url}" + path, { agent, method }, async (answer) => {
          let text = "";
          for await (const piece of answer) text += piece;
          resolve([text.trim(), answer.trailers["x-sum"], asked.reusedSocket].join());
        }).on("error", reject);
        if (body) for (const character of body) asked.write(character);
        asked.end();
      });
      console.log(text);
    }
    agent.destroy();`;
    const { stdout, stderr } = await run(["node", "--input-type=module", "-e", script]);
    assertEquals([stdout, stderr], [
      "hello 1,,false\nposted,,true\none two three,3,true\nhello 4,,true\n",
      "",
    ]);
  },
);

Deno.test(
  "serveHttp leaves to node:http the connection that it upgraded (needs node)",
  NODE,
  async () => {
    await using server = served();
    const script = `
    import { request } from "node:http";
    const headers = { Connection: "Upgrade", Upgrade: "lines" };
    request("${server.url}/upgrade", { headers }).on("upgrade", (answer, socket) => {
      socket.on("data", (bytes) => {
        process.stdout.write(answer.statusCode + " " + bytes);
        socket.end();
      });
      socket.write("hello\\n");
    }).end();`;
    const { stdout, stderr } = await run(["node", "--input-type=module", "-e", script]);
    assertEquals([stdout, stderr], ["101 you said hello\n", ""]);
  },
);

Deno.test("serveHttp answers Python on one connection (needs python3)", PYTHON, async () => {
  await using server = served();
  const script = [
    "import http.client",
    `c = http.client.HTTPConnection("127.0.0.1", ${server.port})`,
    'for path, body in [("/hello", None), ("/echo", b"posted"), ("/stream", None), ("/echo", iter([b"a", b"bc"]))]:',
    '  c.request("POST" if body else "GET", path, body=body)',
    "  r = c.getresponse()",
    '  print(r.status, r.read().decode().strip(), r.getheader("Transfer-Encoding"))',
  ].join("\n");
  const { stdout, stderr } = await run(["python3", "-c", script]);
  assertEquals([stdout, stderr], [
    "200 hello 1 None\n200 posted None\n200 one two three chunked\n200 abc None\n",
    "",
  ]);
});

Deno.test("serveHttp answers PHP (needs php)", PHP, async () => {
  await using server = served();
  const script = `foreach (["1.0", "1.1"] as $version) foreach (["/hello", "/stream"] as $path) {
    $http = ["protocol_version" => $version, "header" => "Connection: close"];
    echo file_get_contents("${server.url}$path", false, stream_context_create(["http" => $http]));
  }`;
  const { stdout } = await run(["php", "-n", "-r", script]);
  assertEquals(stdout, "hello 1\none two three\nhello 1\none two three\n");
});
