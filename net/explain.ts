import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "./address.ts";
import { ClosedError, isOfLostPeer, messageOf } from "./errors.ts";
import { ConnectAttemptsError } from "./happy_eyeballs.ts";
import { portHolder, portHolderCommand, type PortTransport } from "./port_holder.ts";
import { explainTls } from "./explain_tls.ts";

/** What was tried when the error came. */
export interface ExplainOptions {
  /** What was tried. */
  tried: "listen" | "connect" | "talk";
  /** Where: the address that was asked for. */
  address: Address;
  /** It was tried with TLS. @default what the error says of it */
  tls?: boolean;
}

/**
 * What would help, by its kind, so that a program can say it in the words of its own options.
 */
export type AdviceKind =
  | "allow"
  | "another-path"
  | "another-port"
  | "check-address"
  | "check-clock"
  | "check-hostname"
  | "check-network"
  | "check-spelling"
  | "fewer-connections"
  | "high-port"
  | "local-address"
  | "remove-file"
  | "make-certificate"
  | "other-name"
  | "pin-certificate"
  | "renew-certificate"
  | "see-holder"
  | "speak-plain"
  | "speak-tls"
  | "start-server"
  | "stop-holder"
  | "trust-authority";

/** One thing that would help. */
export interface Advice {
  /** What kind of thing it is. */
  readonly kind: AdviceKind;
  /** The advice, for a person who calls the library: `take another port`. */
  readonly text: string;
}

interface Reason {
  readonly why: string;
  readonly advice?: readonly Advice[];
}

/** What went wrong, why, and what would help. */
export interface Explanation {
  /** What could not be done: `Cannot listen on 127.0.0.1:80`. */
  readonly what: string;
  /** The reason, with text from peers shown harmlessly. */
  readonly why: string;
  /** What would help, the likeliest first; empty where nothing is known. */
  readonly advice: readonly Advice[];
}

/**
 * Returns what was tried, the system's reason and what to do about it. It never throws, asks for no permission, and shows
 * text from peers harmlessly.
 *
 * @example
 * ```ts
 * import { explain } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const address = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
 * const refused = new Deno.errors.ConnectionRefused();
 * const { what, why, advice } = await explain(refused, { tried: "connect", address });
 * assert(`${what}: ${why}` === "Cannot connect to 127.0.0.1:1: nobody listens there");
 * assert(advice[0]?.kind === "start-server");
 * ```
 */
export async function explain(error: unknown, options: ExplainOptions): Promise<Explanation> {
  const { tried, address } = options;
  const where = escapeControls(formatAddress(address));
  const { why, advice = [] } = await reasonOf(error, options);
  if (tried === "listen") return { what: `Cannot listen on ${where}`, why, advice };
  if (tried === "connect") {
    return {
      what: `Cannot connect to ${where}`,
      why: why.replace(/^Cannot connect(?: to .+?)?: /, ""),
      advice,
    };
  }
  // An error of the kernel says itself what could not be done.
  const [, what, reason] = /^(Cannot .+?): (.*)$/s.exec(why) ?? [];
  const isLost = error instanceof ClosedError ? error.by === "peer" : isOfLostPeer(error);
  if (isLost) {
    return { what: `Lost the connection to ${where}`, why: reason ?? why, advice };
  }
  if (what === undefined || reason === undefined) {
    return { what: `Cannot talk to ${where}`, why, advice };
  }
  // Some errors know their peer.
  return { what, why: what.includes(where) ? reason : `${reason} (${where})`, advice };
}

/**
 * Returns an explanation as one line: `Cannot connect to 127.0.0.1:1: nobody listens there; start the server`.
 *
 * @example
 * ```ts
 * import { formatExplanation } from "@parley/sockets/net";
 * import { assert } from "@std/assert";
 * const advice = [{ kind: "another-port", text: "take another port" }] as const;
 * const line = formatExplanation({ what: "Cannot listen", why: "the port is in use", advice });
 * assert(line === "Cannot listen: the port is in use; take another port");
 * ```
 */
export function formatExplanation({ what, why, advice }: Explanation): string {
  const help = advice.map(({ text }) => text).join(", or ");
  return help === "" ? `${what}: ${why}` : `${what}: ${why}; ${help}`;
}

/** Returns why none of a host's addresses could be connected to; each reason once. */
async function reasonOfAll(
  { attempts, cause }: ConnectAttemptsError,
  options: ExplainOptions,
): Promise<Reason> {
  const { why, advice = [] } = await reasonOf(cause, options);
  const whys = new Map<string, string[]>();
  for (const { address, error } of attempts.slice(0, MAX_ATTEMPTS)) {
    const { why } = await reasonOf(error, options);
    whys.set(why, [...whys.get(why) ?? [], address]);
  }
  if (whys.size === 1) return { why, advice };
  const each = Array.from(whys, ([why, addresses]) => `${why} (${addresses.join(", ")})`);
  return { why: each.join(", "), advice };
}

/** Addresses of one host that an explanation goes through. */
const MAX_ATTEMPTS = 8;

async function reasonOf(
  error: unknown,
  options: ExplainOptions,
): Promise<Reason> {
  const { tried, address, tls = false } = options;
  if (error instanceof ConnectAttemptsError) return await reasonOfAll(error, options);
  const { hostname = "", port = 0 } = "hostname" in address ? address : {};
  const host = escapeControls(hostname);
  const aboutTls = tried === "listen" ? undefined : explainTls(error, { tried, isTls: tls });
  if (aboutTls) return aboutTls;
  if (error instanceof Deno.errors.NotCapable) {
    return because("Deno does not allow it", "allow", `allow ${permissionFor(address)}`);
  }
  if (error instanceof Deno.errors.AddrInUse) {
    return "path" in address
      ? pathInUse()
      : await portInUse(port, address.transport === "udp" ? "udp" : "tcp");
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    const help = "127.0.0.1 is this machine alone, 0.0.0.0 every network";
    return because(`this machine has no address ${host}`, "local-address", help);
  }
  if ("path" in address) {
    const reason = pathReason(error, tried);
    if (reason) return reason;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    if (port === 0 || port >= 1024) {
      return { why: `the system does not allow it (${messageOf(error)})` };
    }
    const help = "take a port from 1024 to 65535";
    return because("ports under 1024 are for the administrator here", "high-port", help);
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return {
      why: "nobody listens there",
      advice: [
        { kind: "start-server", text: "start the server" },
        { kind: "check-address", text: "check the host and the port" },
      ],
    };
  }
  if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) {
    return { why: "the peer reset the connection" };
  }
  if (error instanceof Deno.errors.TimedOut) {
    return because(
      "no answer came",
      "check-network",
      "the host is off, or a firewall drops what we send",
    );
  }
  const message = messageOf(error);
  if (/failed to lookup address|getaddrinfo|ENOTFOUND/.test(message)) {
    return because("no such host", "check-spelling", `check the spelling of ${host}`);
  }
  if (/unreachable/i.test(message)) {
    return because("the network cannot be reached", "check-hostname", "check the host");
  }
  if (/Too many open files|EMFILE/.test(message)) {
    const help = "raise the limit (ulimit -n), or allow fewer connections";
    return because("too many open files or connections", "fewer-connections", help);
  }
  return { why: message };
}

function because(why: string, kind: AdviceKind, text: string): Reason {
  return { why, advice: [{ kind, text }] };
}

function permissionFor(address: Address): string {
  const where = escapeControls(formatAddress(address));
  return "path" in address ? `the path ${where} for net, read and write` : `net for ${where}`;
}

function pathInUse(): Reason {
  return {
    why: "the path is in use",
    advice: [
      { kind: "another-path", text: "take another one" },
      { kind: "remove-file", text: "remove the file if no server has it" },
    ],
  };
}

/** Returns what an error means where a Unix socket was wanted, if it means something else than elsewhere. */
function pathReason(error: unknown, tried: ExplainOptions["tried"]): Reason | undefined {
  if (error instanceof Deno.errors.NotFound) {
    if (tried === "listen") {
      return because("there is no such folder", "another-path", "take another path");
    }
    return {
      why: "there is no such socket",
      advice: [
        { kind: "start-server", text: "start the server" },
        { kind: "check-address", text: "check the path" },
      ],
    };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    if (tried === "listen") {
      return because("we may not write in its folder", "another-path", "take another path");
    }
    return { why: "the socket is for other users of this machine" };
  }
  return undefined;
}

async function portInUse(port: number, transport: PortTransport): Promise<Reason> {
  const holder = await portHolder(port, transport);
  if (holder) {
    const name = escapeControls(holder.name);
    return {
      why: `the port is in use by ${name} (process ${holder.pid})`,
      advice: [
        { kind: "stop-holder", text: "stop it" },
        { kind: "another-port", text: "take another port" },
      ],
    };
  }
  const see = `see who has it: ${portHolderCommand(port, transport)}`;
  return {
    why: "the port is in use",
    advice: [
      { kind: "another-port", text: "take another one" },
      { kind: "see-holder", text: see },
    ],
  };
}
