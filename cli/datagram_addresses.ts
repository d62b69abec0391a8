import { isLocalhostName } from "../net/address.ts";
import { lookUp } from "../net/look_up.ts";

/**
 * Looks a host up, and returns its addresses in the order in which datagrams are best sent to them.
 *
 * @throws As {@linkcode lookUp}.
 */
export async function datagramAddresses(
  hostname: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  return preferredAddresses(hostname, await lookUp(hostname, options));
}

/**
 * Returns the addresses of a host in the order in which datagrams are best sent to them: the system's, but for `localhost`.
 * Servers listen on 127.0.0.1 there unless they are told otherwise, and by UDP nothing says that nobody listens on ::1.
 */
export function preferredAddresses(hostname: string, addresses: readonly string[]): string[] {
  if (!isLocalhostName(hostname)) return [...addresses];
  const isIpv6 = (address: string) => address.includes(":");
  return [
    ...addresses.filter((address) => !isIpv6(address)),
    ...addresses.filter((address) => isIpv6(address)),
  ];
}

/** Returns the address or name to bind a server's socket to, so that whoever sends to the same one reaches it. */
export function boundHost(hostname: string): string {
  return isLocalhostName(hostname) ? "127.0.0.1" : hostname;
}
