import { assertEquals } from "@std/assert";
import { explainForPrograms } from "../../cli/advice.ts";
import type { Address } from "../../net/address.ts";
import type { ExplainOptions } from "../../net/explain.ts";
import { portHolderCommand } from "../../net/port_holder.ts";

const LOCAL: Address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
const UNIX: Address = { transport: "unix", path: "/run/parley.sock" };

interface Sample {
  readonly error: unknown;
  readonly tried?: ExplainOptions["tried"];
  readonly address?: Address;
  readonly text: string;
}

const SAMPLES: readonly Sample[] = [
  {
    error: new Deno.errors.NotCapable("Requires net access"),
    tried: "listen",
    text:
      "Cannot listen on 127.0.0.1:1: Deno does not allow it; add --allow-net=127.0.0.1:1 to the command",
  },
  {
    error: new Deno.errors.NotCapable("Requires read access"),
    tried: "listen",
    address: UNIX,
    text: "Cannot listen on /run/parley.sock: Deno does not allow it; add " +
      "--allow-net=unix:/run/parley.sock --allow-read=/run/parley.sock --allow-write=/run/parley.sock to the command",
  },
  {
    error: new Deno.errors.NotCapable("Requires net access"),
    address: { transport: "unix", path: "./a.sock" },
    text: "Cannot connect to ./a.sock: Deno does not allow it; add " +
      "--allow-net=unix:$PWD/a.sock --allow-read=$PWD/a.sock --allow-write=$PWD/a.sock to the command",
  },
  {
    error: new Deno.errors.NotCapable("Requires all access"),
    tried: "listen",
    address: { transport: "unix", path: "/dev/shm/a.sock" },
    text: "Cannot listen on /dev/shm/a.sock: Deno does not allow it; Deno wants --allow-all for " +
      "what lies in /dev, /proc and /sys: add it to the command, or take another path",
  },
  {
    error: new Deno.errors.AddrInUse(),
    tried: "listen",
    address: UNIX,
    text: "Cannot listen on /run/parley.sock: the path is in use; take another one with --unix, " +
      "or remove the file if no server has it",
  },
  {
    error: new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    tried: "listen",
    address: UNIX,
    text:
      "Cannot listen on /run/parley.sock: we may not write in its folder; take another path with --unix",
  },
  {
    error: new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    address: UNIX,
    text: "Cannot connect to /run/parley.sock: the socket is for other users of this machine",
  },
  {
    error: new Error("there is no message"),
    tried: "talk",
    text: "Cannot talk to 127.0.0.1:1: there is no message",
  },
  {
    error: new Deno.errors.AddrInUse(),
    tried: "listen",
    text: "Cannot listen on 127.0.0.1:1: the port is in use; take another one with --port, " +
      `or see who has it: ${portHolderCommand(1, "tcp")}`,
  },
  {
    error: new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    tried: "listen",
    text: "Cannot listen on 127.0.0.1:1: ports under 1024 are for the administrator here; " +
      "use --port with one from 1024 to 65535",
  },
  {
    error: new Deno.errors.ConnectionRefused(),
    text: "Cannot connect to 127.0.0.1:1: nobody listens there; start the server, " +
      "or check --hostname and --port",
  },
  {
    error: new Error("Network is unreachable (os error 101)"),
    text: "Cannot connect to 127.0.0.1:1: the network cannot be reached; check --hostname",
  },
  {
    error: new Error("Too many open files (os error 24)"),
    text: "Cannot connect to 127.0.0.1:1: too many open files or connections; " +
      "raise the limit (ulimit -n), or lower --max-connections",
  },
  {
    error: new Error("invalid peer certificate: UnknownIssuer"),
    text:
      "Cannot connect to 127.0.0.1:1: the server's certificate is not trusted: no trusted authority has " +
      "signed it; give its authority with --ca, or give the certificate's SHA-256 with --fingerprint",
  },
  {
    error: new Deno.errors.ConnectionReset(),
    tried: "talk",
    text: "Lost the connection to 127.0.0.1:1: the peer reset the connection",
  },
];

for (const { error, tried = "connect", address = LOCAL, text } of SAMPLES) {
  Deno.test(`explainForPrograms() says: ${text}`, async () => {
    assertEquals(await explainForPrograms(error, { tried, address }), text);
  });
}
