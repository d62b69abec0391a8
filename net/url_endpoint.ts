/** Whom a URL says to call. */
export interface UrlEndpoint {
  /** The name, or the address without brackets. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
}

/** Returns whom a URL says to call: an IPv6 address without its brackets, and the scheme's port where it names none. */
export function endpointOf({ protocol, hostname, port }: URL): UrlEndpoint {
  const schemePort = protocol === "https:" || protocol === "wss:" ? 443 : 80;
  return {
    hostname: withoutBrackets(hostname),
    port: port === "" ? schemePort : Number(port),
  };
}

/** Returns a host as sockets take it: URLs have IPv6 addresses in brackets. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
