import { assertEquals, assertMatch } from "@std/assert";
import { otherProtocolError } from "../../codec/other_protocols.ts";
import type { Address } from "../../net/address.ts";
import { DeadlineError, type DeadlinePhase } from "../../net/errors.ts";
import { explain, type ExplainOptions, formatExplanation } from "../../net/explain.ts";
import { portHolder, portHolderCommand } from "../../net/port_holder.ts";
import { UdpPeer } from "../cli/udp_peer.ts";
import { runChild } from "./child.ts";

const LOCAL: Address = { transport: "tcp", hostname: "127.0.0.1", port: 8001 };
const UNIX: Address = { transport: "unix", path: "/run/parley.sock" };

interface Sample {
  name: string;
  error: unknown;
  tried?: ExplainOptions["tried"];
  address?: Address;
  tls?: boolean;
  text: string;
}

const SAMPLES: Sample[] = [
  {
    name: "Deno does not allow it",
    error: new Deno.errors.NotCapable("Requires net access"),
    tried: "listen",
    text: "Cannot listen on 127.0.0.1:8001: Deno does not allow it; allow net for 127.0.0.1:8001",
  },
  {
    name: "Deno does not allow IPv6",
    error: new Deno.errors.NotCapable("Requires net access"),
    address: { transport: "tcp", hostname: "::1", port: 80 },
    text: "Cannot connect to [::1]:80: Deno does not allow it; allow net for [::1]:80",
  },
  {
    name: "Deno does not allow a Unix socket",
    error: new Deno.errors.NotCapable("Requires read access"),
    tried: "listen",
    address: UNIX,
    text:
      "Cannot listen on /run/parley.sock: Deno does not allow it; allow the path /run/parley.sock for net, read and write",
  },
  {
    name: "the port is in use by nobody that the system names",
    error: new Deno.errors.AddrInUse(),
    tried: "listen",
    address: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    text: `Cannot listen on 127.0.0.1:1: the port is in use; take another one, or see who has it: ${
      portHolderCommand(1, "tcp")
    }`,
  },
  {
    name: "the port is in use by UDP, and nobody is named",
    error: new Deno.errors.AddrInUse(),
    tried: "listen",
    address: { transport: "udp", hostname: "127.0.0.1", port: 1 },
    text: `Cannot listen on 127.0.0.1:1: the port is in use; take another one, or see who has it: ${
      portHolderCommand(1, "udp")
    }`,
  },
  {
    name: "the path is in use",
    error: new Deno.errors.AddrInUse(),
    tried: "listen",
    address: UNIX,
    text:
      "Cannot listen on /run/parley.sock: the path is in use; take another one, or remove the file if no server has it",
  },
  {
    name: "this machine has no such address",
    error: new Deno.errors.AddrNotAvailable(),
    tried: "listen",
    address: { transport: "tcp", hostname: "10.9.8.7\x1b[2J", port: 80 },
    text:
      "Cannot listen on 10.9.8.7\\x1b[2J:80: this machine has no address 10.9.8.7\\x1b[2J; 127.0.0.1 is this machine alone, 0.0.0.0 every network",
  },
  {
    name: "the port is the administrator's",
    error: new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    tried: "listen",
    address: { transport: "tcp", hostname: "127.0.0.1", port: 1023 },
    text:
      "Cannot listen on 127.0.0.1:1023: ports under 1024 are for the administrator here; take a port from 1024 to 65535",
  },
  {
    name: "the system does not allow it",
    error: new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    tried: "listen",
    address: { transport: "tcp", hostname: "127.0.0.1", port: 1024 },
    text: "Cannot listen on 127.0.0.1:1024: the system does not allow it (Permission denied)",
  },
  {
    name: "nobody listens",
    error: new Deno.errors.ConnectionRefused(),
    text:
      "Cannot connect to 127.0.0.1:8001: nobody listens there; start the server, or check the host and the port",
  },
  {
    name: "the peer reset",
    error: new Deno.errors.ConnectionReset(),
    tried: "talk",
    text: "Lost the connection to 127.0.0.1:8001: the peer reset the connection",
  },
  {
    name: "the pipe is broken",
    error: new Deno.errors.BrokenPipe(),
    tried: "talk",
    text: "Lost the connection to 127.0.0.1:8001: the peer reset the connection",
  },
  {
    name: "the system gave up",
    error: new Deno.errors.TimedOut(),
    text:
      "Cannot connect to 127.0.0.1:8001: no answer came; the host is off, or a firewall drops what we send",
  },
  {
    name: "there is no such host",
    error: new Error("failed to lookup address information: Name or service not known"),
    address: { transport: "tcp", hostname: "exmaple.org", port: 80 },
    text: "Cannot connect to exmaple.org:80: no such host; check the spelling of exmaple.org",
  },
  {
    name: "there is no such host, as Node says it",
    error: new Error("getaddrinfo ENOTFOUND exmaple.org"),
    address: { transport: "tcp", hostname: "exmaple.org", port: 80 },
    text: "Cannot connect to exmaple.org:80: no such host; check the spelling of exmaple.org",
  },
  {
    name: "the network is unreachable",
    error: new Error("Network is unreachable (os error 101)"),
    text: "Cannot connect to 127.0.0.1:8001: the network cannot be reached; check the host",
  },
  {
    name: "too many files are open",
    error: new Error("Too many open files (os error 24)"),
    text:
      "Cannot connect to 127.0.0.1:8001: too many open files or connections; raise the limit (ulimit -n), or allow fewer connections",
  },
  {
    name: "the certificate is not trusted",
    error: new Error("invalid peer certificate: UnknownIssuer"),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is not trusted: no trusted authority has signed it; trust its authority, or check the certificate itself instead, by its SHA-256",
  },
  {
    name: "the trusted authority has another key",
    error: new Error("invalid peer certificate: BadSignature"),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is not trusted: the trusted authority of that name has another key; trust its authority, or check the certificate itself instead, by its SHA-256",
  },
  {
    name: "the certificate is an authority's",
    error: new Error("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is made for an authority (CA:TRUE), and not for a server; check the certificate itself instead, by its SHA-256, or make it anew with basicConstraints=critical,CA:FALSE and with its host's name as subjectAltName",
  },
  {
    name: "the certificate is for other names",
    error: new Error(
      'invalid peer certificate: certificate not valid for name "a.example"; certificate is only valid for DnsName("b\x1b[2J.example"), IpAddress(10.0.0.1), DnsName("c"), DnsName("d"), DnsName("e") or DnsName("f")',
    ),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is for b\\x1b[2J.example, 10.0.0.1, c, d and 2 more, not for a.example; call the server by a name that it has, or check the certificate itself instead, by its SHA-256",
  },
  {
    name: "the certificate is for other names that are not known",
    error: new Error("invalid peer certificate: NotValidForName"),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is for another host; call the server by a name that it has, or check the certificate itself instead, by its SHA-256",
  },
  {
    name: "the certificate is for no name",
    error: new Error(
      'invalid peer certificate: certificate not valid for name "a"; certificate is not valid for any names (according to its subjectAltName extension)',
    ),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is for no host (it has no subjectAltName); make it anew with basicConstraints=critical,CA:FALSE and with its host's name as subjectAltName, or check the certificate itself instead, by its SHA-256",
  },
  {
    name: "the certificate is too old",
    error: new Error(
      "invalid peer certificate: certificate expired: verification time 1795763061 (UNIX), but certificate is not valid after 1580515200 (215247861 seconds ago)",
    ),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is not valid any more, since 2020-02-01; renew it, or check this machine's clock",
  },
  {
    name: "the certificate is too new, by more than a date can say",
    error: new Error(
      "invalid peer certificate: certificate not valid yet: verification time 1 (UNIX), but certificate is not valid before 99999999999999 (9 seconds in future)",
    ),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is not valid yet; check this machine's clock",
  },
  {
    name: "the certificate has something else",
    error: new Error("invalid peer certificate: Revoked"),
    text:
      "Cannot connect to 127.0.0.1:8001: the server's certificate is not trusted (Revoked); check the certificate itself instead, by its SHA-256",
  },
  {
    name: "the server speaks no TLS",
    error: new Deno.errors.InvalidData("received corrupt message of type InvalidContentType"),
    text: "Cannot connect to 127.0.0.1:8001: the server does not speak TLS; call it without TLS",
  },
  {
    name: "the server hung up in the handshake",
    error: new Deno.errors.UnexpectedEof("unexpected end of file"),
    text:
      "Cannot connect to 127.0.0.1:8001: the server hung up in the TLS handshake, as one that speaks no TLS may do; call it without TLS",
  },
  {
    name: "the server reset the connection in the handshake",
    error: new Deno.errors.ConnectionReset("Connection reset by peer"),
    tls: true,
    text:
      "Cannot connect to 127.0.0.1:8001: the server hung up in the TLS handshake, as one that speaks no TLS may do; call it without TLS",
  },
  {
    name: "the server refuses the handshake",
    error: new Deno.errors.InvalidData("received fatal alert: ProtocolVersion"),
    text: "Cannot connect to 127.0.0.1:8001: the server ended the TLS handshake (ProtocolVersion)",
  },
  {
    name: "a connection that stands ends early",
    error: new Deno.errors.UnexpectedEof("unexpected end of file"),
    tried: "talk",
    text: "Lost the connection to 127.0.0.1:8001: unexpected end of file",
  },
  {
    name: "the server speaks TLS alone",
    error: otherProtocolError("server", { spoken: "tls" }),
    tried: "talk",
    text: "Cannot talk to 127.0.0.1:8001: the server speaks TLS; call it with TLS",
  },
  {
    name: "one's own certificate is none",
    error: new Error("No certificates found in certificate data"),
    tried: "listen",
    text: "Cannot listen on 127.0.0.1:8001: No certificates found in certificate data",
  },
  {
    name: "the reason is another, with text from the peer",
    error: new Error("the peer said \x1b]0;owned\x07"),
    tried: "talk",
    text: "Cannot talk to 127.0.0.1:8001: the peer said \\x1b]0;owned\\x07",
  },
  {
    name: "what was thrown is no error",
    error: "just text",
    text: "Cannot connect to 127.0.0.1:8001: just text",
  },
];

for (const { name, error, tried = "connect", address = LOCAL, tls = false, text } of SAMPLES) {
  Deno.test(`explain() says what to do when ${name}`, async () => {
    assertEquals(formatExplanation(await explain(error, { tried, address, tls })), text);
  });
}

Deno.test("explain() asks for no permission when it has none", async () => {
  const { code, stdout, stderr } = await runChild("explain.ts", { flags: [] });
  const text =
    `Cannot listen on 127.0.0.1:1: the port is in use; take another one, or see who has it: ${
      portHolderCommand(1, "tcp")
    }\n`;
  assertEquals([code, stdout, stderr], [0, text, ""]);
});

Deno.test({
  name: "explain() names who holds the port when ss is installed",
  ignore: !await isInstalled("ss"),
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { hostname, port } = listener.addr;
    let error: unknown;
    try {
      Deno.listen({ hostname, port }).close();
    } catch (reason) {
      error = reason;
    }
    assertMatch(
      formatExplanation(await explain(error, { tried: "listen", address: listener.addr })),
      new RegExp(
        `^Cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use by \\S+ \\(process ${Deno.pid}\\); ` +
          "stop it, or take another port$",
      ),
    );
    assertEquals((await portHolder(port, "tcp"))?.pid, Deno.pid);
    assertEquals(await portHolder(1, "tcp"), undefined);
  },
});

for (const command of ["ss", "lsof"]) {
  Deno.test({
    name: `portHolder() tells a port of UDP from one of TCP when ${command} is installed`,
    ignore: !await isInstalled(command),
    async fn() {
      const flags = ["--allow-net", `--allow-run=${command}`, "--allow-sys"];
      const { stdout, stderr } = await runChild("port_holder.ts", { flags });
      assertEquals([stdout, stderr], ["true,false\n", ""]);
    },
  });
}

Deno.test({
  name: "explain() names who holds a port of UDP when ss is installed",
  ignore: !await isInstalled("ss"),
  async fn() {
    using socket = new UdpPeer();
    const address = { transport: "udp", hostname: "127.0.0.1", port: socket.port } as const;
    const error = new Deno.errors.AddrInUse();
    const { why } = await explain(error, { tried: "listen", address });
    assertMatch(why, new RegExp(`^the port is in use by \\S+ \\(process ${Deno.pid}\\)$`));
  },
});

async function isInstalled(command: string): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: ["-V"] }).output()).success;
  } catch {
    return false;
  }
}

Deno.test("explain() says the address once when an error of the kernel knows its peer", async () => {
  const address = { transport: "tcp", hostname: "::1", port: 8001 } as const;
  const said = async (tried: "connect" | "talk", error: Error) => {
    const { what, why } = await explain(error, { tried, address });
    return `${what}: ${why}`;
  };
  const knows = (phase: DeadlinePhase) => new DeadlineError(phase, 5, { peer: address });
  assertEquals(
    await said("connect", knows("connect")),
    "Cannot connect to [::1]:8001: no answer came within 5 ms (connect deadline)",
  );
  assertEquals(
    await said("connect", new DeadlineError("connect", 5)),
    "Cannot connect to [::1]:8001: no answer came within 5 ms (connect deadline)",
  );
  assertEquals(
    await said("talk", knows("receive")),
    "Cannot receive a message from [::1]:8001: none came within 5 ms (receive deadline)",
  );
  assertEquals(
    await said("talk", new DeadlineError("receive", 5)),
    "Cannot receive a message: none came within 5 ms (receive deadline) ([::1]:8001)",
  );
});
