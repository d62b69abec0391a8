import { assertEquals, assertMatch } from "@std/assert";
import type { Address } from "../../net/address.ts";
import { DeadlineError, type DeadlinePhase } from "../../net/errors.ts";
import { explain, type ExplainOptions, formatExplanation } from "../../net/explain.ts";
import { portHolder, portHolderCommand } from "../../net/port_holder.ts";
import { runChild } from "./child.ts";

const LOCAL: Address = { transport: "tcp", hostname: "127.0.0.1", port: 8001 };
const UNIX: Address = { transport: "unix", path: "/run/parley.sock" };

interface Sample {
  name: string;
  error: unknown;
  tried?: ExplainOptions["tried"];
  address?: Address;
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
      portHolderCommand(1)
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
      "Cannot connect to 127.0.0.1:8001: the server's certificate is not trusted (invalid peer certificate: UnknownIssuer); trust its authority",
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

for (const { name, error, tried = "connect", address = LOCAL, text } of SAMPLES) {
  Deno.test(`explain() says what to do when ${name}`, async () => {
    assertEquals(formatExplanation(await explain(error, { tried, address })), text);
  });
}

Deno.test("explain() asks for no permission when it has none", async () => {
  const { code, stdout, stderr } = await runChild("explain.ts", { flags: [] });
  const text =
    `Cannot listen on 127.0.0.1:1: the port is in use; take another one, or see who has it: ${
      portHolderCommand(1)
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
    assertEquals((await portHolder(port))?.pid, Deno.pid);
    assertEquals(await portHolder(1), undefined);
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
