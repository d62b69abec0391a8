import { type Address, formatAddress, parseIp } from "../../net/address.ts";
import type { AddressList } from "../../net/address_list.ts";
import type { HttpServerRequest } from "../../net/http/mod.ts";

/** Which proxies are believed whom they speak for. */
export interface TrustedProxies {
  /** Their addresses. */
  readonly addresses: AddressList;
  /** Whoever calls over a Unix socket is one: nobody else can. */
  readonly overUnix: boolean;
}

/**
 * Returns the address of who is behind a connection: what proxies that are trusted say in X-Forwarded-For, up to the first one
 * that is not, and the connection's own where that is no such proxy.
 */
export function clientAddress(
  remote: Address,
  { request, trusted }: { request: HttpServerRequest; trusted: TrustedProxies },
): string {
  const { addresses, overUnix } = trusted;
  const isTrusted = "hostname" in remote ? addresses.has(remote) : overUnix;
  if (!isTrusted) return hostIn(remote);
  const named = request.fields.all("x-forwarded-for").flatMap((value) => value.split(","));
  let client = hostIn(remote);
  for (const one of named.reverse()) {
    const address = withoutPort(one.trim());
    if (parseIp(address) === undefined) break;
    client = address;
    if (!addresses.has(address)) break;
  }
  return client;
}

function hostIn(address: Address): string {
  return "hostname" in address ? address.hostname : formatAddress(address);
}

/** Some proxies say the port as well. */
function withoutPort(text: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([0-9.]+))(?::\d+)?$/.exec(text) ?? [];
  return bracketed ?? dotted ?? text;
}
