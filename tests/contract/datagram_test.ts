import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { assertBytes, pattern, text, utf8 } from "./bytes.ts";
import { assertFails, assertThrown, codeOf, reasonOf } from "./failing.ts";
import { LOCALHOST } from "./pairs.ts";
import { ipv6, onNode } from "./runtime.ts";
import { turns } from "./waiting.ts";

/** A UDP socket that `using` closes: Deno's own cannot be disposed of. */
interface Udp extends Disposable {
  readonly socket: Deno.DatagramConn;
  readonly addr: Deno.NetAddr;
}

function open({ hostname = LOCALHOST, port = 0 } = {}): Udp {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  return {
    socket,
    addr: socket.addr as Deno.NetAddr,
    [Symbol.dispose]() {
      try {
        socket.close();
      } catch (error) {
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    },
  };
}

Deno.test("Deno.listenDatagram() reports the real port when port 0 was asked for", () => {
  using one = open();
  assertEquals([one.addr.transport, one.addr.hostname], ["udp", LOCALHOST]);
  assert(one.addr.port > 0 && one.addr.port < 65_536);
});

Deno.test("Deno.listenDatagram() listens on every address when no hostname is given", () => {
  const socket = Deno.listenDatagram({ transport: "udp", port: 0 });
  assertEquals((socket.addr as Deno.NetAddr).hostname, "0.0.0.0");
  socket.close();
});

Deno.test("Deno.listenDatagram() throws AddrInUse at once when the port is taken", () => {
  using one = open();
  const { port } = one.addr;
  const error = assertThrown(() => open({ port }), Deno.errors.AddrInUse);
  assertEquals(codeOf(error), "EADDRINUSE");
});

Deno.test("Deno.listenDatagram() shares a port when each asks for it with reuseAddress", () => {
  const options = { transport: "udp", hostname: LOCALHOST, reuseAddress: true } as const;
  const one = Deno.listenDatagram({ ...options, port: 0 });
  const { port } = one.addr as Deno.NetAddr;
  const other = Deno.listenDatagram({ ...options, port });
  assertEquals(other.addr, one.addr);
  one.close();
  other.close();
});

Deno.test("Deno.listenDatagram() throws AddrNotAvailable when the address is another machine's", () => {
  assertThrown(() => open({ hostname: "198.51.100.77" }), Deno.errors.AddrNotAvailable);
});

Deno.test({
  name: "Deno.listenDatagram() leaves no file open when it throws (needs Node, and /proc)",
  // Deno shows nobody /proc.
  ignore: !onNode || Deno.build.os !== "linux",
  fn() {
    using one = open();
    const { port } = one.addr;
    const files = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const before = files();
    for (let time = 0; time < 50; time++) {
      assertThrown(() => open({ hostname: "198.51.100.77" }), Deno.errors.AddrNotAvailable);
      assertThrown(() => open({ port }), Deno.errors.AddrInUse);
    }
    // Something else may have opened one or two.
    assert(files() - before < 50, `${files()} files after ${before}`);
  },
});

Deno.test("Deno.listenDatagram() throws RangeError when the port is out of range", () => {
  assertThrown(() => open({ port: 70_000 }), RangeError);
  assertThrown(() => open({ port: -1 }), RangeError);
});

for (const length of [0, 1, 1_472, 65_507]) {
  Deno.test(`a datagram of ${length} bytes arrives whole, with its sender's address`, async () => {
    using one = open();
    using other = open();
    const sent = pattern(length);
    const receiving = other.socket.receive(new Uint8Array(65_536));
    assertEquals(await one.socket.send(sent, other.addr), length);
    const [data, from] = await receiving;
    assertBytes(data, sent);
    assertEquals(from, one.addr);
  });
}

Deno.test("receive() without a buffer has the largest datagram whole", async () => {
  using one = open();
  using other = open();
  const sent = pattern(65_507);
  await one.socket.send(sent, other.addr);
  const [data] = await other.socket.receive();
  assertBytes(data, sent);
});

Deno.test("send() rejects with a plain Error when the datagram is longer than any may be", async () => {
  using one = open();
  using other = open();
  for (const length of [65_508, 70_000]) {
    const error = await assertFails(one.socket.send(new Uint8Array(length), other.addr), Error);
    assertEquals(codeOf(error), "EMSGSIZE");
  }
  await one.socket.send(utf8("short"), other.addr);
  assertEquals(text((await other.socket.receive())[0]), "short");
});

Deno.test("receive() gives a part of the buffer that it was given", async () => {
  using one = open();
  await one.socket.send(utf8("abc"), one.addr);
  const whole = new Uint8Array(10).fill(9);
  const [data] = await one.socket.receive(whole.subarray(2, 8));
  assertStrictEquals(data.buffer, whole.buffer);
  assertEquals([data.byteOffset, data.length], [2, 3]);
  assertEquals([...whole], [9, 9, 97, 98, 99, 9, 9, 9, 9, 9]);
});

Deno.test("receive() drops what does not fit into its buffer", async () => {
  using one = open();
  await one.socket.send(utf8("too long for it"), one.addr);
  await one.socket.send(utf8("next"), one.addr);
  assertEquals(text((await one.socket.receive(new Uint8Array(3)))[0]), "too");
  assertEquals(text((await one.socket.receive(new Uint8Array(10)))[0]), "next");
});

Deno.test("receive() takes a datagram though its buffer is empty", async () => {
  using one = open();
  await one.socket.send(utf8("lost"), one.addr);
  await one.socket.send(utf8("next"), one.addr);
  assertEquals((await one.socket.receive(new Uint8Array(0)))[0].length, 0);
  assertEquals(text((await one.socket.receive())[0]), "next");
});

Deno.test("receive() has what came before it, one datagram a call", async () => {
  using one = open();
  using other = open();
  const words = Array.from({ length: 50 }, (_, at) => `datagram ${at}`);
  for (const word of words) await one.socket.send(utf8(word), other.addr);
  const received: string[] = [];
  for (const _ of words) received.push(text((await other.socket.receive())[0]));
  assertEquals(received, words);
});

Deno.test("receive() gives each datagram to one of those who wait", async () => {
  using one = open();
  const receives = [1, 2, 3].map(() => one.socket.receive());
  await turns(3);
  for (const word of ["a", "b", "c"]) await one.socket.send(utf8(word), one.addr);
  const words = (await Promise.all(receives)).map(([data]) => text(data));
  assertEquals(words.sort(), ["a", "b", "c"]);
});

Deno.test("receive() tells senders apart", async () => {
  using one = open();
  using first = open();
  using second = open();
  await first.socket.send(utf8("1"), one.addr);
  await second.socket.send(utf8("2"), one.addr);
  const heard = [await one.socket.receive(), await one.socket.receive()];
  const expected = [["1", first.addr.port], ["2", second.addr.port]] as const;
  assertEquals(
    heard.map(([data, from]) => [text(data), (from as Deno.NetAddr).port] as const),
    [...expected],
  );
  for (const [data, from] of heard) await one.socket.send(data, from);
  assertEquals(text((await first.socket.receive())[0]), "1");
  assertEquals(text((await second.socket.receive())[0]), "2");
});

Deno.test("send() resolves and harms nothing when nobody listens at the port", async () => {
  using one = open();
  using gone = open();
  gone.socket.close();
  for (let time = 0; time < 3; time++) {
    assertEquals(await one.socket.send(utf8("anybody?"), gone.addr), 8);
    await turns(2);
  }
  await one.socket.send(utf8("myself"), one.addr);
  assertEquals(text((await one.socket.receive())[0]), "myself");
});

Deno.test("send() looks a name up", async () => {
  using one = open();
  const { port } = one.addr;
  await one.socket.send(utf8("by name"), { transport: "udp", hostname: "localhost", port });
  assertEquals(text((await one.socket.receive())[0]), "by name");
});

Deno.test({
  name: "datagrams go over IPv6 when hostname is ::1",
  ignore: !ipv6,
  fn: async () => {
    using one = open({ hostname: "::1" });
    using other = open({ hostname: "::1" });
    await one.socket.send(utf8("six"), other.addr);
    const [data, from] = await other.socket.receive();
    assertEquals([text(data), from], ["six", one.addr]);
  },
});

Deno.test({
  name: "a socket on :: sends to an IPv4 address, and hears it under its IPv6 form",
  ignore: !ipv6,
  fn: async () => {
    using one = open({ hostname: "::" });
    using other = open();
    await one.socket.send(utf8("to four"), other.addr);
    assertEquals(text((await other.socket.receive())[0]), "to four");
    await other.socket.send(utf8("to six"), { ...other.addr, port: one.addr.port });
    const [data, from] = await one.socket.receive();
    assertEquals(text(data), "to six");
    assertEquals((from as Deno.NetAddr).hostname, "::ffff:127.0.0.1");
  },
});

Deno.test("send() goes to this machine when no hostname is given", async () => {
  using one = open();
  const to = { transport: "udp", port: one.addr.port } as Deno.NetAddr;
  await one.socket.send(utf8("here"), to);
  assertEquals(text((await one.socket.receive())[0]), "here");
});

Deno.test("send() may send to a broadcast address", async () => {
  using one = open({ hostname: "0.0.0.0" });
  const to = { transport: "udp", hostname: "127.255.255.255", port: one.addr.port } as const;
  assertEquals(await one.socket.send(utf8("all"), to), 3);
});

Deno.test("DatagramConn.close() frees the port at once, and throws BadResource the second time", () => {
  const one = open();
  one.socket.close();
  using again = open({ port: one.addr.port });
  assertEquals(again.addr, one.addr);
  assertThrown(() => one.socket.close(), Deno.errors.BadResource);
  assertEquals(one.socket.addr, one.addr);
});

Deno.test("receive() rejects with Interrupted when the socket is closed while it waits", async () => {
  using one = open();
  const receives = [1, 2].map(() => reasonOf(one.socket.receive()));
  await turns(3);
  receives.push(reasonOf(one.socket.receive()));
  one.socket.close();
  for (const reason of await Promise.all(receives)) {
    assertInstanceOf(reason, Deno.errors.Interrupted);
  }
});

Deno.test("receive() and send() reject with BadResource when the socket is closed", async () => {
  using one = open();
  one.socket.close();
  await assertFails(one.socket.receive(), Deno.errors.BadResource);
  await assertFails(one.socket.send(utf8("x"), one.addr), Deno.errors.BadResource);
});

Deno.test("for await over datagrams ends without an error when the socket is closed", async () => {
  using one = open();
  await one.socket.send(utf8("only"), one.addr);
  const words: string[] = [];
  for await (const [data] of one.socket) {
    words.push(text(data));
    setTimeout(() => one.socket.close(), 1);
  }
  for await (const _ of one.socket) words.push("never");
  assertEquals(words, ["only"]);
});

Deno.test("for await over datagrams leaves the socket open when the loop is left", async () => {
  using one = open();
  await one.socket.send(utf8("first"), one.addr);
  for await (const [data] of one.socket) {
    assertEquals(text(data), "first");
    break;
  }
  await one.socket.send(utf8("second"), one.addr);
  assertEquals(text((await one.socket.receive())[0]), "second");
});
