import { type Address, isLoopback, parseIp } from "../../net/address.ts";
import type { AddressList } from "../../net/address_list.ts";
import { addressIn, isOwnHost } from "../../net/http/own_host.ts";

/** Who may see what others send. */
export interface LiveAccess {
  /** Addresses beside this machine's own. @default none */
  readonly liveTo?: AddressList | undefined;
  /** Names of this server, beside its addresses and `localhost`. @default none */
  readonly hosts?: readonly string[] | undefined;
}

/** What is looked at of who asks. */
export interface LiveReader {
  /** Where it comes from. */
  readonly remote: Address;
  /** The host that it asks for. */
  readonly host: string | undefined;
  /** Says whether the request has a field of this name. */
  readonly has: (name: string) => boolean;
}

/**
 * Why a reader is refused: it asks for a host that is none of ours, comes from an address that may not look, or comes
 * through a proxy, so that nobody knows from where.
 */
export type LiveRefusal = "other-host" | "other-address" | "through-proxy";

/** What a proxy says of itself and of whom it speaks for (RFC 9110, 7.6.3; RFC 7239; and what is written besides). */
const PROXY_FIELDS = [
  "Via",
  "Forwarded",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "X-Real-IP",
  "X-Client-IP",
  "True-Client-IP",
  "CF-Connecting-IP",
  "Fastly-Client-IP",
  "Fly-Client-IP",
];

/** Returns why somebody may not see what others send, and undefined where they may. */
export function liveRefusal(
  { remote, host, has }: LiveReader,
  { liveTo, hosts = [] }: LiveAccess,
): LiveRefusal | undefined {
  if (!isOwnHost(host, hosts)) return "other-host";
  if (liveTo?.has(remote)) return undefined;
  if (!isLoopback(remote)) return "other-address";
  // Whoever the proxy speaks for looks as if it were on this machine.
  return PROXY_FIELDS.some(has) || isElsewhere(host) ? "through-proxy" : undefined;
}

/** Says whether a host is the address of a network: nobody on this machine calls us by that and comes from loopback. */
function isElsewhere(host: string | undefined): boolean {
  const hostname = addressIn(host);
  if (hostname === undefined || isUnspecified(hostname)) return false;
  return !isLoopback({ transport: "tcp", hostname, port: 0 });
}

/** Who calls 0.0.0.0 or :: gets to this machine. */
function isUnspecified(hostname: string): boolean {
  return parseIp(hostname)?.every((byte) => byte === 0) ?? false;
}
