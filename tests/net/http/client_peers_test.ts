import { assertEquals } from "@std/assert";
import { lines } from "../../../codec/lines.ts";
import {
  Fields,
  httpClientCodec,
  type HttpClientMessage,
  type HttpClientOutgoing,
  type HttpRequest,
  type HttpResponseHead,
} from "../../../codec/http/mod.ts";
import { Connection } from "../../../net/mod.ts";
import { installed } from "../../cli/child.ts";
import { latin1, utf8Bytes } from "../../codec/support.ts";
import { type HttpPeer, nodeServer, phpServer, pythonServer } from "./http_peers.ts";

type HttpClient = Connection<HttpClientMessage, HttpClientOutgoing>;

const NODE = { ignore: !installed("node") };
const PHP = { ignore: !installed("php") };
const PYTHON = { ignore: !installed("python3") };

/** An answer with its body, and the statuses that came before it. */
interface Answer {
  head: HttpResponseHead;
  body: string;
  trailers: (readonly [string, string])[];
  interim: number[];
}

async function connected({ port }: HttpPeer): Promise<HttpClient> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  return new Connection(conn, httpClientCodec());
}

function get(target: string, request: Partial<HttpRequest> = {}): HttpRequest {
  return { target, ...request, fields: { Host: "127.0.0.1" } };
}

async function received(client: HttpClient): Promise<Answer> {
  const interim: number[] = [];
  let head: HttpResponseHead | undefined;
  let body = "";
  for (;;) {
    const message = await client.receive();
    if (message === undefined) throw new Error("The server ended without an answer");
    if (message.type === "body") body += latin1(message.bytes);
    else if (message.type === "end") {
      return { head: head!, body, trailers: [...message.trailers ?? []], interim };
    } else if (message.status < 200) interim.push(message.status);
    else if (message.body === 0) return { head: message, body, trailers: [], interim };
    else head = message;
  }
}

Deno.test(
  "httpClientCodec gets from node:http a length, chunks and trailers on one connection (needs node)",
  NODE,
  async () => {
    await using server = await nodeServer();
    await using client = await connected(server);
    await client.send(get("/length"));
    const { head, body } = await received(client);
    assertEquals([head.status, head.reason, head.body, body], [200, "OK", 5, "hello"]);
    assertEquals([head.version, head.keepAlive], ["1.1", true]);
    await client.send(get("/chunks"));
    const chunked = await received(client);
    assertEquals([chunked.head.body, chunked.body], ["chunked", "one two"]);
    assertEquals(chunked.trailers, [["X-Sum", "7"]]);
    await client.send(get("/length"));
    assertEquals((await received(client)).body, "hello");
  },
);

Deno.test(
  "httpClientCodec gets from node:http the answers to many requests sent at once (needs node)",
  NODE,
  async () => {
    await using server = await nodeServer();
    await using client = await connected(server);
    const targets = ["/length", "/chunks", "/204", "/304", "/length", "/cookies", "/length"];
    for (const target of targets) void client.send(get(target));
    await client.send(get("/length", { method: "HEAD" }));
    await client.send(get("/length"));
    const answers: Answer[] = [];
    for (let left = targets.length + 2; left > 0; left--) answers.push(await received(client));
    assertEquals(
      answers.map(({ head, body }) => `${head.status} ${head.body} ${body}`),
      [
        "200 5 hello",
        "200 chunked one two",
        "204 0 ",
        "304 0 ",
        "200 5 hello",
        "200 0 ",
        "200 5 hello",
        "200 0 ",
        "200 5 hello",
      ],
    );
    const { fields } = answers[5]!.head;
    assertEquals(fields.all("set-cookie"), ["a=1", "b=2"]);
    assertEquals(fields.get("x-latin"), "D\xfcsseldorf");
    assertEquals(answers[7]!.head.fields.get("content-length"), "5");
  },
);

Deno.test(
  "httpClientCodec takes from node:http a body that the end of the connection ends (needs node)",
  NODE,
  async () => {
    await using server = await nodeServer();
    await using client = await connected(server);
    await client.send(get("/until-close"));
    const { head, body } = await received(client);
    assertEquals([head.body, head.keepAlive, body], ["until-close", false, "until the end"]);
    assertEquals(await client.receive(), undefined);
  },
);

Deno.test(
  "httpClientCodec is told by node:http that the connection ends (needs node)",
  NODE,
  async () => {
    await using server = await nodeServer();
    await using client = await connected(server);
    await client.send(get("/close"));
    const { head, body } = await received(client);
    assertEquals([head.keepAlive, body], [false, "bye"]);
    assertEquals(await client.receive(), undefined);
  },
);

Deno.test(
  "httpClientCodec gets early hints of node:http in front of the answer (needs node)",
  NODE,
  async () => {
    await using server = await nodeServer();
    await using client = await connected(server);
    await client.send(get("/early"));
    const { interim, body } = await received(client);
    assertEquals([interim, body], [[103], "late"]);
  },
);

Deno.test(
  "httpClientCodec sends to node:http bodies of every length (needs node)",
  NODE,
  async () => {
    await using server = await nodeServer();
    await using client = await connected(server);
    const post = (body: NonNullable<HttpRequest["body"]>) => get("/echo", { method: "POST", body });
    await client.send(post("h\xe9llo"));
    await client.send(post(0));
    await client.send(post("chunked"));
    for (const text of ["one ", "", "two"]) {
      await client.send({ type: "body", bytes: utf8Bytes(text) });
    }
    await client.send({ type: "end", trailers: new Fields({ "X-Sum": "7" }) });
    await client.send(post(4));
    for (const text of ["12", "34"]) await client.send({ type: "body", bytes: utf8Bytes(text) });
    await client.send({ type: "end" });
    const bodies: unknown[] = [];
    for (let left = 4; left > 0; left--) bodies.push(JSON.parse((await received(client)).body));
    assertEquals(bodies, [
      { framing: "6", body: "h\xc3\xa9llo" },
      { framing: "0", body: "" },
      { framing: "chunked", body: "one two", trailer: "7" },
      { framing: "4", body: "1234" },
    ]);
  },
);

Deno.test(
  "httpClientCodec waits for the 100 of node:http in front of its body (needs node)",
  NODE,
  async () => {
    await using server = await nodeServer();
    await using client = await connected(server);
    const fields = { Host: "127.0.0.1", Expect: "100-continue" };
    await client.send({ method: "POST", target: "/echo", fields, body: 2 });
    const first = await client.receive();
    assertEquals(first?.type === "response" && first.status, 100);
    await client.send({ type: "body", bytes: utf8Bytes("hi") });
    await client.send({ type: "end" });
    assertEquals(JSON.parse((await received(client)).body).body, "hi");
  },
);

for (
  const [name, request, status] of [
    ["an upgrade", get("/", { upgrade: "lines" }), 101],
    ["a tunnel", get("127.0.0.1:1", { method: "CONNECT" }), 200],
  ] as const
) {
  Deno.test(
    `httpClientCodec leaves to the next codec what node:http says behind ${name} (needs node)`,
    NODE,
    async () => {
      await using server = await nodeServer();
      await using client = await connected(server);
      await client.send(request);
      const head = await client.receive();
      assertEquals(head?.type === "response" && head.status, status);
      const speaking = client.switchTo(lines());
      assertEquals(await speaking.receive(), "hello");
      await speaking.send("and back");
      assertEquals(await speaking.receive(), "and back");
    },
  );
}

Deno.test(
  "httpClientCodec gets from PHP a body that the end ends, and one with a length (needs php)",
  PHP,
  async () => {
    await using server = await phpServer();
    for (const [target, length] of [["/", "until-close"], ["/length", 5]] as const) {
      await using client = await connected(server);
      await client.send(get(target));
      const { head, body } = await received(client);
      assertEquals([head.status, head.body, body], [200, length, "hello"]);
      assertEquals([head.keepAlive, head.fields.get("x-path")], [false, target]);
      assertEquals(await client.receive(), undefined);
    }
  },
);

Deno.test("httpClientCodec posts to PHP with a length (needs php)", PHP, async () => {
  await using server = await phpServer();
  await using client = await connected(server);
  await client.send(get("/", { method: "POST", body: "a posted body" }));
  assertEquals((await received(client)).body, "a posted body");
});

for (const version of ["1.0", "1.1"] as const) {
  Deno.test(
    `httpClientCodec gets a file from Python by HTTP/${version} (needs python3)`,
    PYTHON,
    async () => {
      await using server = await pythonServer({ protocol: `HTTP/${version}` });
      await using client = await connected(server);
      await client.send(get("/a.txt"));
      const { head, body } = await received(client);
      assertEquals([head.version, head.body, body], [version, 12, "from a file\n"]);
      assertEquals(head.keepAlive, version === "1.1");
      if (version === "1.0") return assertEquals(await client.receive(), undefined);
      await client.send(get("/missing"));
      assertEquals((await received(client)).head.status, 404);
    },
  );
}
