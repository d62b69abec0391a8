import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { servePush } from "../../servers/push.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { inFolder } from "../contract/folder.ts";

const UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const VERSION = "Sec-WebSocket-Version: 13\r\n";
const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const SOUND = `${UPGRADE}${VERSION}${KEY}`;

/** Asks for a WebSocket, and returns the answer up to the end of its head. */
async function asked(peer: Peer, fields: string, host = "localhost"): Promise<string> {
  await peer.send(`GET /chat HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`);
  const [head] = await peer.until(/^HTTP\/1\.1 [^]*?\r\n\r\n/);
  return head;
}

/** Waits until what came behind the head is as many bytes, and returns them as hexadecimal digits. */
async function frames(peer: Peer, head: string, bytes: number): Promise<string> {
  while (peer.hex.length < 2 * (head.length + bytes)) {
    const length = peer.text.length;
    await peer.until(new RegExp(`^[^]{${length + 1}}`));
  }
  return peer.hex.slice(2 * head.length);
}

Deno.test("push --echo answers each message to its sender alone, text as text and binary as binary", async () => {
  await using server = await startServer("push", { args: ["--echo"] });
  await using first = await connectPeer(server.port);
  await using second = await connectPeer(server.port);
  const head = await asked(first, SOUND);
  assertMatch(head, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assertStringIncludes(head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
  const other = await asked(second, SOUND);
  // "Hi" as text, 00 ff as binary, and an empty text.
  await first.send(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x48, 0x69));
  await first.send(Uint8Array.of(0x82, 0x82, 1, 1, 1, 1, 0x01, 0xfe, 0x81, 0x80, 0, 0, 0, 0));
  assertEquals(await frames(first, head, 10), "8102" + "4869" + "8202" + "00ff" + "8100");
  assertEquals(second.hex.length, 2 * other.length);
  // It is closed with 1000 and a reason, which is answered with the code.
  await first.send(Uint8Array.of(0x88, 0x85, 0, 0, 0, 0, 0x03, 0xe8, 98, 121, 101));
  await first.rest();
  first.close();
  assertMatch(first.hex, /8802?.*03e8$/);
  await server.stderr.until(/^#0 closed by the client: 1000 \(normal closure\): bye\n/m);
  assertStringIncludes(server.stderr.text, "#0 asked for /chat: 101\n");
  assertEquals(server.stdout.text, "");
});

for (
  const [what, fields, status] of [
    ["asks for no WebSocket", "", "426 Upgrade Required"],
    ["wants another protocol", "Upgrade: h2c\r\nConnection: Upgrade\r\n", "400 Bad Request"],
    [
      "speaks another version",
      `${UPGRADE}${KEY}Sec-WebSocket-Version: 8\r\n`,
      "426 Upgrade Required",
    ],
    ["has no key", `${UPGRADE}${VERSION}`, "400 Bad Request"],
    ["has a key that is none", `${UPGRADE}${VERSION}Sec-WebSocket-Key: x\r\n`, "400 Bad Request"],
    ["has a key and no more", KEY, "400 Bad Request"],
    [
      "comes from a page of another host",
      `${SOUND}Origin: http://evil.example\r\n`,
      "403 Forbidden",
    ],
    ["comes from a sandboxed page", `${SOUND}Origin: null\r\n`, "403 Forbidden"],
    ["comes from a page of this machine", `${SOUND}Origin: http://127.0.0.1:8080\r\n`, "101 .*"],
  ] as const
) {
  Deno.test(`push answers ${status} when a request ${what}`, async () => {
    await using server = await startServer("push", { args: ["--echo", "--json"] });
    await using peer = await connectPeer(server.port);
    const head = await asked(peer, fields);
    assertMatch(head, new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
    assertFalse(/text\/html/i.test(head));
    assertEquals(head.includes("Sec-WebSocket-Version: 13\r\n"), head.includes(" 426 "));
    const [line] = await server.stdout.until(/^.*"handshake".*$/m);
    const record = JSON.parse(line);
    assertEquals([record.id, record.target], [0, "/chat"]);
    assertEquals(head.split(" ")[1], String(record.status));
    const { why, origin: _, ...others } = record;
    assertEquals(typeof why, record.status === 101 ? "undefined" : "string");
    assertEquals(Object.keys(others), ["event", "id", "client", "method", "target", "status"]);
  });
}

Deno.test("push tells a page of another host which flag would let it in, and shows its name harmlessly", async () => {
  await using server = await startServer("push", { args: ["--echo"] });
  await using peer = await connectPeer(server.port);
  await asked(peer, `${SOUND}Origin: http://evil.example\u009b2J\r\n`);
  const [told] = await peer.until(/The page is of .*\n/);
  assertMatch(told, / started with --origin http:\/\/evil\.example\S+2J\n$/);
  const [said] = await server.stderr.until(/^#0 asked for \/chat: 403: .*\n/m);
  assertFalse(/\p{Cc}/u.test(said.trimEnd()));
});

Deno.test("push lets in the origins that --origin names, and the host that --host names", async () => {
  const args = ["--echo", "--origin", "https://a.example", "--host", "push.example"];
  await using server = await startServer("push", { args });
  for (
    const [origin, host, status] of [
      ["https://a.example", "localhost", "101"],
      ["https://push.example", "push.example:4000", "101"],
      ["https://other.example", "other.example:4000", "403"],
      ["https://b.example", "push.example", "403"],
    ] as const
  ) {
    await using peer = await connectPeer(server.port);
    const head = await asked(peer, `${SOUND}Origin: ${origin}\r\n`, host);
    assertEquals(head.split(" ")[1], status, origin);
  }
});

Deno.test("push tells a page that calls it by a strange name of --host", async () => {
  await using server = await startServer("push", { args: ["--echo"] });
  await using peer = await connectPeer(server.port);
  await asked(peer, `${SOUND}Origin: http://evil.example\r\n`, "evil.example:4000");
  await peer.until(/"evil\.example" may be a name that a stranger .* with --host evil\.example\n/);
});

Deno.test("push chooses the first of its subprotocols that is offered", async () => {
  const args = ["--echo", "--subprotocol", "b,c", "--subprotocol", "a"];
  await using server = await startServer("push", { args });
  await using peer = await connectPeer(server.port);
  const head = await asked(peer, `${SOUND}Sec-WebSocket-Protocol: a, c\r\n`);
  assertStringIncludes(head, "Sec-WebSocket-Protocol: c\r\n");
});

for (
  const [flag, value, sent, code] of [
    ["--max-message", "3", "8184000000006161616a", "03f1"],
    ["--max-fragments", "2", "018000000000" + "008000000000" + "008000000000", "03f0"],
  ] as const
) {
  Deno.test(`push closes with ${parseInt(code, 16)} beyond ${flag}`, async () => {
    await using server = await startServer("push", { args: ["--echo", flag, value] });
    await using peer = await connectPeer(server.port);
    const head = await asked(peer, SOUND);
    await peer.send(Uint8Array.from(sent.match(/../g)!, (digits) => parseInt(digits, 16)));
    await peer.rest();
    peer.close();
    assertMatch(peer.hex.slice(2 * head.length), new RegExp(`^88..${code}`));
    await server.stderr.until(/^#0 closed by the server: 10\d\d .*\n/m);
    await server.stderr.until(/^#0 .* failed: Cannot decode .*\n/m);
  });
}

Deno.test("push says goodbye with 1001 when it stops", async () => {
  await using server = await startServer("push", { args: ["--echo"] });
  await using peer = await connectPeer(server.port);
  const head = await asked(peer, SOUND);
  server.stop();
  assertEquals((await frames(peer, head, 4)).slice(0, 8), "880203e9");
  await peer.send(Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 3, 0xe9));
  await peer.rest();
  peer.close();
  assertEquals(await server.ended, 0);
  assertStringIncludes(server.stderr.text, "#0 closed by the server: 1001 (going away)\n");
});

Deno.test("servePush() talks to the runtime's own WebSocket (needs WebSocket)", {
  ignore: !("WebSocket" in globalThis),
}, async () => {
  await using server = servePush({ port: 0, echo: true, compress: true, onEvent() {} });
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => socket.onopen = resolve);
  const text = "é".repeat(5000);
  socket.send(text);
  assertEquals(await next(socket), text);
  socket.send(Uint8Array.of(1, 2, 3));
  assertEquals(new Uint8Array(await next(socket) as ArrayBuffer), Uint8Array.of(1, 2, 3));
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.close(4000, "enough");
  assertEquals((await closed).code, 4000);
});

Deno.test("servePush() asks a silent client for a sign of life by its clock", async () => {
  const clock = new FakeClock();
  await using server = servePush({ port: 0, echo: true, clock, onEvent() {} });
  await using peer = await connectPeer(server.addr.port);
  const head = await asked(peer, SOUND);
  await clock.advance(28_000);
  assertMatch(await frames(peer, head, 6), /^8904/);
  peer.close();
});

Deno.test("servePush() serves over a Unix socket", {
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    const unix = `${folder}/a.sock`;
    await using _server = servePush({ unix, echo: true, onEvent() {} });
    using conn = await Deno.connect({ transport: "unix", path: unix });
    const request = `GET / HTTP/1.1\r\nHost: localhost\r\n${SOUND}\r\n`;
    await conn.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(100);
    await conn.read(buffer);
    assertMatch(new TextDecoder().decode(buffer), /^HTTP\/1\.1 101 /);
  }));

function next(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => socket.onmessage = ({ data }) => resolve(data));
}
