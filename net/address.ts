/** Where something listens or comes from, as Deno says it. */
export type Address = Deno.Addr;

/**
 * Returns an address as people write it: `127.0.0.1:8001`, `[::1]:8001`, or a path.
 *
 * @example
 * ```ts
 * import { formatAddress } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * assert(formatAddress({ transport: "tcp", hostname: "::1", port: 7 }) === "[::1]:7");
 * ```
 */
export function formatAddress(address: Address): string {
  // A Unix peer that bound no path has null there, whatever its type says.
  if ("path" in address) return address.path ?? address.transport;
  if (!("hostname" in address)) return address.transport;
  const { hostname, port } = address;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Returns what connections from one peer have in common: its IPv4 address, or the first 64 bits of its IPv6 address,
 * because one customer has all the others. IPv4-mapped IPv6 counts as IPv4.
 */
export function hostOf(address: Address): string {
  if (!("hostname" in address)) return address.transport;
  const bytes = parseIp(address.hostname);
  return bytes ? bytes.slice(0, 8).join(".") : address.hostname;
}

/** Says whether the peer is on this machine: 127.0.0.0/8, ::1, or a Unix socket. */
export function isLoopback(address: Address): boolean {
  if (!("hostname" in address)) return address.transport !== "vsock";
  const bytes = parseIp(address.hostname);
  if (bytes === undefined) return false;
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

/** Says whether a host is this machine by its name or its address: `localhost`, 127.0.0.0/8 or ::1. */
export function isLocalHost(hostname: string): boolean {
  return isLocalhostName(hostname) || isLoopback({ transport: "tcp", hostname, port: 0 });
}

/** Says whether a name is that of this machine, `localhost`, however it is written. */
export function isLocalhostName(hostname: string): boolean {
  return /^localhost\.?$/i.test(hostname);
}

/** Returns an IP address as 4 or 16 bytes, IPv4-mapped IPv6 as 4, or undefined for what is none. */
export function parseIp(text: string): readonly number[] | undefined {
  if (!text.includes(":")) return parseIpv4(text);
  const zone = text.indexOf("%");
  const bytes = parseIpv6(zone < 0 ? text : text.slice(0, zone));
  const mapped = bytes !== undefined && bytes[10] === 255 && bytes[11] === 255 &&
    bytes.slice(0, 10).every((byte) => byte === 0);
  return mapped ? bytes.slice(12) : bytes;
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => /^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2 || (halves.length === 2 && halves[0]!.includes("."))) return undefined;
  const [head, tail] = halves.map((half) => half === "" ? [] : parseGroups(half));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const filled = 16 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? filled < 2 : filled !== 0) return undefined;
  return [...head, ...Array<number>(filled).fill(0), ...tail ?? []];
}

function parseGroups(text: string): number[] | undefined {
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (group.includes(".")) {
      const last = index === groups.length - 1 ? parseIpv4(group) : undefined;
      if (last === undefined) return undefined;
      bytes.push(...last);
    } else {
      if (!/^[\da-f]{1,4}$/i.test(group)) return undefined;
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}
