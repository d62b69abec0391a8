import { type Address, isLoopback } from "../../net/address.ts";
import type { AddressList } from "../../net/address_list.ts";
import { isOwnHost } from "../../net/http/own_host.ts";

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

/** What a proxy says of whom it speaks for (RFC 7239, and what came before it). */
const PROXY_FIELDS = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP"];

/** Returns why somebody may not see what others send, and undefined where they may. */
export function liveRefusal(
  { remote, host, has }: LiveReader,
  { liveTo, hosts = [] }: LiveAccess,
): LiveRefusal | undefined {
  if (!isOwnHost(host, hosts)) return "other-host";
  if (liveTo?.has(remote)) return undefined;
  if (!isLoopback(remote)) return "other-address";
  // Whoever the proxy speaks for looks as if it were on this machine.
  return PROXY_FIELDS.some(has) ? "through-proxy" : undefined;
}
