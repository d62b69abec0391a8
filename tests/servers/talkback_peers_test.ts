import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serveTalkback } from "../../servers/talkback.ts";
import { Child, installed } from "../cli/child.ts";
import { fromFarAway } from "../cli/far_away.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";
import { onNode } from "../runtime.ts";

const NOT_YOURS = "Only a client on the server's own machine may do that.";

/** An address of this machine that is not loopback. */
const outside = Deno.networkInterfaces()
  .find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))?.address;

Deno.test("talkback consumes Telnet's bytes and refuses options when a client sends them", async () => {
  await using server = await startServer("talkback");
  await using peer = await connectPeer(server.port);
  await peer.lines(3);
  const before = peer.hex.length;
  // DO ECHO, WILL NAWS, DONT SGA (which needs no answer), a NAWS subnegotiation with a doubled IAC, then IAC NOP.
  const telnet = "fffd01 fffb1f fffe03 fffa1f0050ffff0018fff0 fff1".replaceAll(" ", "");
  await peer.send(Uint8Array.fromHex(`6865${telnet}6c6c6f0d0a`));
  await peer.until(/hello/);
  await peer.send("quit\r\0");
  await peer.rest();
  const [wont, dont] = ["fffc01", "fffe1f"];
  const spoken = new TextEncoder().encode("You said 'hello'.\nGoodbye!\n").toHex();
  assertEquals(peer.hex.slice(before), wont + dont + spoken);
});

Deno.test("talkback takes a command of Telnet for what it is when it comes byte by byte", async () => {
  await using server = await startServer("talkback", { args: ["--trace"] });
  await using peer = await connectPeer(server.port);
  await peer.lines(3);
  const bytes = Uint8Array.fromHex("61 ff fd 01 62 0d 0a".replaceAll(" ", ""));
  for (const [at, byte] of bytes.entries()) {
    await peer.send(Uint8Array.of(byte));
    await server.stderr.until(new RegExp(`<- read ${at + 1}: 1 byte`));
  }
  assertMatch(await peer.line() ?? "", /You said 'ab'\.$/);
});

Deno.test("talkback answers each line once when the client is telnet (needs telnet)", {
  ignore: !installed("telnet"),
}, async () => {
  await using server = await startServer("talkback");
  await using telnet = new Child(["telnet", "127.0.0.1", String(server.port)]);
  await telnet.stdout.until(/type 'shutdown'\./);
  await telnet.type("hello\n");
  await telnet.stdout.until(/You said 'hello'\./);
  await telnet.type("0\n");
  await telnet.stdout.until(/You said '0'\./);
  await telnet.type("quit\n");
  await telnet.ended;
  assertStringIncludes(telnet.stdout.text, "Goodbye!");
  assertEquals(telnet.stdout.text.match(/You said/g)?.length, 2);
});

Deno.test("talkback answers each line once when the client is nc (needs nc)", {
  ignore: !installed("nc"),
}, async () => {
  await using server = await startServer("talkback");
  await using nc = new Child(["nc", "127.0.0.1", String(server.port)], {
    stdin: "hello\n0\nquit\n",
  });
  const goodbye = await nc.stdout.until(/You said 'hello'\.\nYou said '0'\.\nGoodbye!\n$/);
  assertEquals(goodbye.length, 1);
});

Deno.test("talkback answers each line once when the client is nc -C and sends CRLF (needs nc)", {
  ignore: !installed("nc"),
}, async () => {
  await using server = await startServer("talkback");
  await using nc = new Child(["nc", "-C", "127.0.0.1", String(server.port)], {
    stdin: "hello\nquit\n",
  });
  await nc.stdout.until(/'shutdown'\.\nYou said 'hello'\.\nGoodbye!\n$/);
});

Deno.test(
  "talkback refuses shutdown when the client comes from another address (needs nc and a network)",
  {
    ignore: !installed("nc") || outside === undefined,
  },
  async () => {
    await using server = await startServer("talkback", { hostname: "0.0.0.0" });
    await using nc = new Child(["nc", outside ?? "", String(server.port)]);
    await nc.stdout.until(/To leave, type 'quit'\.\n$/);
    await nc.type("shutdown\nquit\n");
    await nc.stdout.until(new RegExp(`\n${NOT_YOURS}\nGoodbye!\n$`));
    await using peer = await connectPeer(server.port);
    await peer.send("still there?\nshutdown\n");
    await peer.until(/You said 'still there\?'\.\nThe server is shutting down\. Goodbye!\n$/);
  },
);

Deno.test(
  "talkback refuses shutdown when a client is not on this machine (needs a Deno to change)",
  {
    ignore: onNode,
  },
  async () => {
    using _ = fromFarAway();
    await using server = serveTalkback({ port: 0, onEvent() {} });
    await using peer = await connectTo(server.addr);
    assertEquals((await peer.lines(3))[2], "To leave, type 'quit'.");
    await peer.send("shutdown\nstill there?\nquit\n");
    assertEquals(await peer.lines(3), [NOT_YOURS, "You said 'still there?'.", "Goodbye!"]);
  },
);

Deno.test(
  "talkback obeys shutdown when a client is not on this machine and --allow-shutdown is given (needs a Deno to change)",
  {
    ignore: onNode,
  },
  async () => {
    using _ = fromFarAway();
    await using server = serveTalkback({ port: 0, allowShutdown: true, onEvent() {} });
    await using peer = await connectTo(server.addr);
    assertMatch((await peer.lines(3))[2] ?? "", /type 'shutdown'\.$/);
    await peer.send("shutdown\n");
    assertEquals(await peer.line(), "The server is shutting down. Goodbye!");
    peer.close();
    await server.finished;
  },
);

async function connectTo(address: Deno.Addr): Promise<Peer> {
  return await connectPeer("port" in address ? address.port : 0);
}
