import { parseIp } from "../net/address.ts";
import { parseWhole, quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** A host and a port. */
export interface Endpoint {
  /** A name or an address. */
  readonly hostname: string;
  /** From 1 to 65535; 0 stands for a free one where something listens. */
  readonly port: number;
}

/** How an endpoint is read. */
export interface EndpointOptions {
  /** What it is called in an error: the flag in front of it, or what stands for it in the usage. */
  readonly name: string;
  /** The smallest port: 0 stands for a free one where something listens. @default {1} */
  readonly min?: 0 | 1;
}

/**
 * Reads `host`, `host:port`, `[::1]:port`, `::1` or `:port`, and returns what it says of the two.
 *
 * @throws {UsageError} It is none of these; the message says what is wrong.
 */
export function parseEndpoint(
  text: string,
  { name, min = 1 }: EndpointOptions,
): Partial<Endpoint> {
  const takes: Takes = (problem) =>
    new UsageError(`${name} takes HOST, HOST:PORT or [::1]:PORT, not ${quoted(text)}: ${problem}`);
  refuseOtherKinds(text, takes);
  const { host, port } = split(text, takes);
  if (port === "" || text === "") throw takes(text === "" ? NO_HOST : "the port is missing");
  const range = { name: `The port in ${quoted(text)}`, min, max: 65_535 };
  return {
    ...host !== "" && { hostname: hostIn(host, takes) },
    ...port !== undefined && { port: parseWhole(port, range) },
  };
}

/**
 * Reads a host: a name, an IPv4 address, or an IPv6 address with or without brackets.
 *
 * @throws {UsageError} It is none; the message says what is wrong.
 */
export function parseHost(text: string, name: string): string {
  const takes: Takes = (problem) =>
    new UsageError(`${name} takes a host, not ${quoted(text)}: ${problem}`);
  refuseOtherKinds(text, takes);
  const { host, port } = split(text, takes);
  if (host === "") throw takes(NO_HOST);
  if (port !== undefined) throw takes("a port is given with --port");
  return hostIn(host, takes);
}

/** Makes the error that says what was wanted, and what is wrong. */
type Takes = (problem: string) => UsageError;

const NO_HOST = "there is no host in it";
const WITH_PORT = "an IPv6 address and a port are written [::1]:8081";

/** Refuses what people type for an address elsewhere. */
function refuseOtherKinds(text: string, takes: Takes): void {
  const [, scheme, authority = ""] = /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*)/i.exec(text) ?? [];
  if (scheme !== undefined) {
    throw takes(authority === "" ? "it is a URL" : `it is a URL; give just ${authority}`);
  }
  if (/^(unix:|[./~])/.test(text) && text.includes("/")) {
    throw takes("a Unix socket is named with --unix");
  }
  const [rest] = /[/?#].*$/s.exec(text) ?? [];
  if (rest !== undefined) throw takes(`leave out ${quoted(rest)}`);
  const [user] = /^.*@/s.exec(text) ?? [];
  if (user !== undefined) throw takes(`leave out ${quoted(user)}`);
}

function split(text: string, takes: Takes): { host: string; port?: string } {
  if (text.startsWith("[")) {
    const end = text.lastIndexOf("]") + 1;
    if (end === 0) throw takes("a bracket is not closed");
    const rest = text.slice(end);
    if (rest === "") return { host: text };
    if (rest.startsWith(":")) return { host: text.slice(0, end), port: rest.slice(1) };
    throw takes("only a colon and a port may stand behind the bracket");
  }
  const colon = text.indexOf(":");
  if (colon < 0 || text.indexOf(":", colon + 1) >= 0) return { host: text };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function hostIn(typed: string, takes: Takes): string {
  const isBracketed = typed.startsWith("[");
  const host = isBracketed ? typed.slice(1, -1) : typed;
  if (host === "") throw takes(NO_HOST);
  if (/[[\]]/.test(host)) {
    throw takes(isBracketed ? "one pair of brackets is enough" : "a bracket does not belong there");
  }
  if (/[\s\p{C}"'<>\\]/u.test(host)) throw takes("no host has such a character in it");
  if (host.includes(":")) {
    // `::1:8081` could be an address, though none that a machine has: it is `[::1]:8081` without its brackets.
    if (parseIp(host) === undefined || /^::1?:\d+$/.test(host)) throw takes(WITH_PORT);
  } else if (isBracketed) throw takes("only an IPv6 address stands in brackets");
  return host;
}
