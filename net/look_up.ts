import { parseIp } from "./address.ts";

/**
 * Returns the addresses of a host in the order in which the system prefers them; of an address, itself. The system is
 * asked (getaddrinfo), so that /etc/hosts and whatever else is set up here holds: `Deno.resolveDns` asks a name server
 * alone, and needs a permission for that.
 *
 * On Deno it needs the permission for the host with all its ports, or for the whole network.
 *
 * @throws {Error} There is no such host, or the system could not find out.
 */
export async function lookUp(hostname: string): Promise<string[]> {
  if (parseIp(hostname)) return [hostname];
  // Who looks nothing up does not load it.
  const { lookup } = await import("node:dns");
  return await new Promise((resolve, reject) => {
    lookup(hostname, { all: true, verbatim: true }, (error, found) => {
      if (error) reject(error);
      else resolve(found.map(({ address }) => address));
    });
  });
}
