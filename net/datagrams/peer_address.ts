import { shown } from "../../codec/arguments.ts";
import { parseIp } from "../address.ts";
import type { DatagramAddress, DatagramTransport } from "./transport.ts";

const MAPPED = "::ffff:";

/**
 * Returns a host that a socket told as it is compared and shown: an IPv4 address that stands in an IPv6 one (RFC 4291,
 * 2.5.5.2) alone. This is done for each datagram, so it reads no address: {@linkcode canonicalHost} does.
 */
export function foldedHost(hostname: string): string {
  return hostname.startsWith(MAPPED) && hostname.includes(".")
    ? hostname.slice(MAPPED.length)
    : hostname;
}

/**
 * Returns an address that a person wrote in the one way in which systems write it (RFC 5952, 4), with its zone; one that
 * stands for an IPv4 address as that. Undefined for what is no address.
 */
export function canonicalHost(hostname: string): string | undefined {
  const ip = parseIp(hostname);
  if (ip === undefined) return undefined;
  if (ip.length === 4) return ip.join(".");
  const { zone } = splitZone(hostname);
  return zone === "" ? formatIpv6(ip) : `${formatIpv6(ip)}%${zone}`;
}

/**
 * Says whether two canonical hosts are one. A zone (RFC 4007, 11) counts where both have one of a kind: Deno tells none of
 * where a datagram came from, and Node tells its name to who was given its number.
 */
export function isSameHost(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [splitZone(one), splitZone(other)];
  if (a.host !== b.host) return false;
  return a.zone === "" || b.zone === "" || isNumber(a.zone) !== isNumber(b.zone);
}

/** Returns an address without its zone. */
export function withoutZone(hostname: string): string {
  return splitZone(hostname).host;
}

function splitZone(hostname: string): { host: string; zone: string } {
  const at = hostname.indexOf("%");
  if (at < 0) return { host: hostname, zone: "" };
  return { host: hostname.slice(0, at), zone: hostname.slice(at + 1) };
}

function isNumber(zone: string): boolean {
  return /^\d+$/.test(zone);
}

/** Writes 16 bytes: `::` stands for the longest run of at least two zeros, the first one of equals. */
function formatIpv6(bytes: readonly number[]): string {
  const groups = Array.from(
    { length: 8 },
    (_, at) => (bytes[2 * at]! * 256 + bytes[2 * at + 1]!).toString(16),
  );
  let run = { at: 0, length: 1 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === "0") length++;
    if (length > run.length) run = { at, length };
  }
  if (run.length < 2) return groups.join(":");
  const [head, tail] = [groups.slice(0, run.at), groups.slice(run.at + run.length)];
  return `${head.join(":")}::${tail.join(":")}`;
}

/** Returns a peer's address as it is compared and shown: the very one where that is nothing else. */
export function foldedAddr(address: Deno.NetAddr): Deno.NetAddr {
  const hostname = foldedHost(address.hostname);
  return hostname === address.hostname ? address : { ...address, hostname };
}

/** Returns where a socket is bound. @throws {TypeError} It is no socket for UDP. */
export function boundAddress(socket: DatagramTransport): Deno.NetAddr {
  const isSocket = typeof socket?.receive === "function" && typeof socket.send === "function";
  if (!isSocket) throw new TypeError("Cannot use socket: it has no receive() and send()");
  if ("hostname" in socket.addr) return socket.addr;
  throw new TypeError("Cannot use socket: it is not one for UDP");
}

/**
 * Returns a peer as the system's socket takes it: for one that is bound to an IPv6 address an IPv4 address is mapped.
 *
 * @throws {TypeError} The host is a name, which would be looked up for each datagram, or the port cannot be sent to.
 */
export function requirePeer(
  { hostname, port }: DatagramAddress,
  { boundTo }: { boundTo: string },
): Deno.NetAddr {
  const host = typeof hostname === "string" ? canonicalHost(hostname) : undefined;
  if (host === undefined) {
    throw new TypeError(
      `Cannot send to host ${shown(hostname)}: datagrams go to an IP address; look a name up once`,
    );
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(`Cannot send to port ${shown(port)}: a port is a whole number 1 to 65535`);
  }
  const isMapped = !host.includes(":") && boundTo.includes(":");
  return { transport: "udp", hostname: isMapped ? `${MAPPED}${host}` : host, port };
}

/** Returns the address that a client's socket is bound to, so that it can talk to this peer, and nobody else hears it. */
export function localHostFor(peerHost: string): "127.0.0.1" | "::1" | "0.0.0.0" | "::" {
  const ip = parseIp(peerHost);
  if (ip === undefined) throw new TypeError(`Cannot bind for host ${shown(peerHost)}: it is no IP`);
  if (ip.length === 4) return ip[0] === 127 ? "127.0.0.1" : "0.0.0.0";
  const isLoopback = ip.every((byte, index) => byte === (index === 15 ? 1 : 0));
  return isLoopback ? "::1" : "::";
}

/** Finds what belongs to a peer by its host and port: by the port first, because that is quicker to look up. */
export class PeerMap<T extends object> {
  readonly #byPort = new Map<number, Only<T> | Map<string, T>>();
  #size = 0;

  /** How many peers there are. */
  get size(): number {
    return this.#size;
  }

  /** Returns what belongs to a peer. */
  get(hostname: string, port: number): T | undefined {
    const at = this.#byPort.get(port);
    if (at instanceof Only) return at.hostname === hostname ? at.value : undefined;
    return at?.get(hostname);
  }

  /** Puts what belongs to a peer that has nothing yet. */
  add(value: T, { hostname, port }: DatagramAddress): void {
    const at = this.#byPort.get(port);
    if (at === undefined) this.#byPort.set(port, new Only(hostname, value));
    else if (at instanceof Map) at.set(hostname, value);
    else this.#byPort.set(port, new Map([[at.hostname, at.value], [hostname, value]]));
    this.#size++;
  }

  /** Takes away what belongs to a peer. */
  delete({ hostname, port }: DatagramAddress): void {
    const at = this.#byPort.get(port);
    if (at instanceof Map) {
      if (!at.delete(hostname)) return;
      if (at.size === 0) this.#byPort.delete(port);
    } else {
      if (at?.hostname !== hostname) return;
      this.#byPort.delete(port);
    }
    this.#size--;
  }
}

/** What belongs to the one host of a port: most ports have one. */
class Only<T> {
  readonly hostname: string;
  readonly value: T;

  constructor(hostname: string, value: T) {
    this.hostname = hostname;
    this.value = value;
  }
}
