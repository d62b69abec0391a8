import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SocketTcpConn } from "../../../shims/sockets/conn.ts";
import { tcpAddresses } from "../../../shims/sockets/address.ts";
import type { BindOptions } from "../../../shims/sockets/bind.ts";
import { bindTcp, tcpAddressOf, tcpServer } from "../../../shims/sockets/listen.ts";
import { SocketListener } from "../../../shims/sockets/listener.ts";
import type { NetAddr } from "../../../shims/types.ts";
import { onBun, onNode } from "../../runtime.ts";

const ignore = !onNode;
const hostname = "127.0.0.1";

function listen(
  port: number,
  without: BindOptions["without"] = [],
): SocketListener<SocketTcpConn, NetAddr> {
  const server = tcpServer();
  bindTcp(server, { hostname, port, without });
  return new SocketListener(server, {
    addressOf: tcpAddressOf,
    connOf: (socket) => new SocketTcpConn(socket, tcpAddresses(socket)),
  });
}

for (
  const [way, without] of [
    ["the best way there is", []],
    ["Node's own private call", ["BoundSocket"]],
  ] as const
) {
  Deno.test(`bind() is bound when it returns by ${way} (needs Node)`, { ignore }, async () => {
    using listener = listen(0, without);
    const { port } = listener.addr;
    assert(port > 0);
    using conn = await Deno.connect({ hostname, port });
    using accepted = await listener.accept();
    assertEquals(accepted.remoteAddr.port, conn.localAddr.port);
    assertThrows(() => listen(port, without), Deno.errors.AddrInUse);
  });
}

/** Bun's servers listen at once without either. */
const bindsLater = onNode && !onBun;
const NEITHER = ["BoundSocket", "_createServerHandle"] as const;

Deno.test("bind() listens some turns later where Node has no other way (needs Node)", {
  ignore: !bindsLater,
}, async () => {
  using listener = listen(0, NEITHER);
  assertThrows(() => listener.addr, Error, "Cannot tell the address yet");
  const accepting = listener.accept();
  while (portOf(listener) === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  using conn = await Deno.connect({ hostname, port: portOf(listener)! });
  using accepted = await accepting;
  assertEquals(accepted.remoteAddr.port, conn.localAddr.port);
});

Deno.test("accept() rejects with AddrInUse where bind() could not say so at once (needs Node)", {
  ignore: !bindsLater,
}, async () => {
  using first = listen(0);
  using second = listen(first.addr.port, NEITHER);
  await assertRejects(() => second.accept(), Deno.errors.AddrInUse);
  await assertRejects(() => second.accept(), Deno.errors.AddrInUse);
  assertThrows(() => second.addr, Deno.errors.AddrInUse);
});

Deno.test("what only Deno has throws NotSupported and says so (needs Node)", { ignore }, () => {
  const vsock = { transport: "vsock", cid: 1, port: 1 } as unknown as Deno.TcpListenOptions;
  assertThrows(() => Deno.listen(vsock), Deno.errors.NotSupported, '"vsock"');
  const packets = { transport: "unixpacket", path: "/x" } as unknown as { transport: "udp" };
  assertThrows(
    () => Deno.listenDatagram({ ...packets, port: 0 }),
    Deno.errors.NotSupported,
    '"unixpacket"',
  );
  const datagrams = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  assertThrows(
    () => datagrams.joinMulticastV4("224.0.0.1", hostname),
    Deno.errors.NotSupported,
    "multicast",
  );
  datagrams.close();
});

Deno.test("reusePort shares a port, or throws NotSupported where Node cannot (needs Node)", {
  ignore,
}, () => {
  let first: Deno.TcpListener;
  try {
    first = Deno.listen({ hostname, port: 0, reusePort: true });
  } catch (error) {
    assert(error instanceof Deno.errors.NotSupported, String(error));
    return;
  }
  using _first = first;
  using second = Deno.listen({ hostname, port: first.addr.port, reusePort: true });
  assertEquals(second.addr.port, first.addr.port);
});

function portOf(listener: SocketListener<SocketTcpConn, NetAddr>): number | undefined {
  try {
    return listener.addr.port;
  } catch {
    return undefined;
  }
}
