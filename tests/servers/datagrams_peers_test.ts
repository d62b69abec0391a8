import { assertEquals, assertMatch } from "@std/assert";
import { Child, installed, succeeds } from "../cli/child.ts";
import { runClient, startServer } from "../cli/in_process.ts";
import { UdpPeer } from "../cli/udp_peer.ts";
import { turns } from "../contract/waiting.ts";

/** How a program of Debian's sends stdin to a port, and prints what answers. */
const CLIENTS: Readonly<Record<string, (port: number) => readonly string[]>> = {
  ncat: (port) => ["ncat", "-u", "127.0.0.1", String(port)],
  socat: (port) => ["socat", "-", `UDP:127.0.0.1:${port}`],
  nc: (port) => ["nc", "-u", "127.0.0.1", String(port)],
};

for (const [name, command] of Object.entries(CLIENTS)) {
  Deno.test(`datagrams server answers ${name} (needs ${name})`, {
    ignore: !installed(name),
  }, async () => {
    await using server = await startServer("datagrams");
    await using client = new Child(command(server.port));
    await client.type("hello\n");
    await client.stdout.until(/^hello\n/);
    await client.type("again\n");
    await client.stdout.until(/^hello\nagain\n/);
    await server.stdout.until(/^#0 127\.0\.0\.1:\d+ sent 6 bytes: hello\\n\n#0 .*again\\n\n/);
  });
}

/** How a program of Debian's sends each datagram back that comes to a port. */
const SERVERS: Readonly<Record<string, (port: number) => readonly string[]>> = {
  ncat: (port) => ["ncat", "-u", "-l", "127.0.0.1", String(port), "--exec", "/bin/cat"],
  socat: (port) => ["socat", `UDP-RECVFROM:${port},bind=127.0.0.1,fork`, "EXEC:cat"],
};

for (const [name, command] of Object.entries(SERVERS)) {
  Deno.test(`datagrams client is answered by ${name} (needs ${name})`, {
    ignore: !installed(name),
  }, async () => {
    const port = freeUdpPort();
    await using _server = new Child(command(port));
    await untilBound(port);
    assertEquals(await runClient("datagrams", { port, args: ["--wait", "10s", "hello"] }), {
      code: 0,
      stdout: "hello\n",
      stderr: "",
    });
  });
}

Deno.test("datagrams client measures round trips to socat (needs socat)", {
  ignore: !installed("socat"),
}, async () => {
  const port = freeUdpPort();
  await using _server = new Child(SERVERS["socat"]!(port));
  await untilBound(port);
  const args = ["--count", "2", "--interval", "1ms", "--size", "1472", "--wait", "10s"];
  const { stdout } = await runClient("datagrams", { port, args });
  // Each is answered by a process of its own, and the second one may be quicker.
  assertMatch(stdout, /^1472 bytes from .*: #[12] in .* ms\n[^]*: 2 sent, 2 answered, 0 % lost\n/);
});

/** Waits until a program listens on a port, which it says nowhere. */
async function untilBound(port: number): Promise<void> {
  const bound = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  while (!succeeds(["grep", "-q", bound, "/proc/net/udp"])) await turns(1);
}

function freeUdpPort(): number {
  using peer = new UdpPeer();
  return peer.port;
}
