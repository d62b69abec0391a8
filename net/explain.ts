import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "./address.ts";
import { messageOf } from "./errors.ts";
import { portHolder, portHolderCommand } from "./port_holder.ts";

/** What was tried when the error came. */
export interface ExplainOptions {
  /** What was tried. */
  tried: "listen" | "connect" | "talk";
  /** Where: the address that was asked for. */
  address: Address;
}

/**
 * Returns one line that says what was tried, the system's reason and what to do about it. It never throws, asks for no
 * permission, and shows text from peers harmlessly.
 *
 * @example
 * ```ts
 * import { explain } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const address = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
 * const text = await explain(new Deno.errors.ConnectionRefused(), { tried: "connect", address });
 * assert(text.startsWith("Cannot connect to 127.0.0.1:1: nobody listens there"));
 * ```
 */
export async function explain(error: unknown, options: ExplainOptions): Promise<string> {
  const { tried, address } = options;
  const where = escapeControls(formatAddress(address));
  const reason = await reasonOf(error, options);
  if (tried === "listen") return `Cannot listen on ${where}: ${reason}`;
  if (tried === "connect") {
    return `Cannot connect to ${where}: ${reason.replace(/^Cannot connect: /, "")}`;
  }
  return reason.startsWith("Cannot ")
    ? `${reason} (${where})`
    : `Cannot go on with ${where}: ${reason}`;
}

async function reasonOf(error: unknown, { tried, address }: ExplainOptions): Promise<string> {
  const { hostname = "", port = 0 } = "hostname" in address ? address : {};
  if (error instanceof Deno.errors.NotCapable) {
    return `Deno does not allow it; add ${permissionFor(address)} to the command`;
  }
  if (error instanceof Deno.errors.AddrInUse) {
    if ("path" in address) {
      return "the path is in use; take another one, or remove the file if no server has it";
    }
    return await inUse(port);
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return `this machine has no address ${
      escapeControls(hostname)
    }; 127.0.0.1 is this machine alone, 0.0.0.0 every network`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return port > 0 && port < 1024
      ? `ports under 1024 are for the administrator here; use --port with one from 1024 to 65535`
      : `the system does not allow it (${messageOf(error)})`;
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return "nobody listens there; start the server, or check --hostname and --port";
  }
  if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) {
    return "the peer reset the connection";
  }
  if (error instanceof Deno.errors.TimedOut) {
    return "no answer came; the host is off, or a firewall drops what we send";
  }
  const message = messageOf(error);
  if (/failed to lookup address|getaddrinfo|ENOTFOUND/.test(message)) {
    return `no such host; check the spelling of ${escapeControls(hostname)}`;
  }
  if (/unreachable/i.test(message)) return "no network leads there; check --hostname";
  if (/Too many open files|EMFILE/.test(message)) {
    return "too many open files or connections; raise the limit (ulimit -n), or lower --max-connections";
  }
  if (/certificate|UnknownIssuer|BadSignature/i.test(message) && tried !== "listen") {
    return `the server's certificate is not trusted (${message}); give its authority with --ca`;
  }
  return message;
}

function permissionFor(address: Address): string {
  const where = escapeControls(formatAddress(address));
  if (!("path" in address)) return `--allow-net=${where}`;
  return `--allow-net=unix:${where} --allow-read=${where} --allow-write=${where}`;
}

async function inUse(port: number): Promise<string> {
  const holder = await portHolder(port);
  if (holder) {
    return `the port is in use by ${
      escapeControls(holder.name)
    } (process ${holder.pid}); stop it, or take another port with --port`;
  }
  return `the port is in use; take another one with --port, or see who has it: ${
    portHolderCommand(port)
  }`;
}
