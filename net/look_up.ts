import { parseIp } from "./address.ts";
import { unlessAborted } from "./unless_aborted.ts";

/**
 * Returns the addresses of a host in the order in which the system prefers them; of an address, itself. The system is
 * asked (getaddrinfo), so that /etc/hosts and whatever else is set up here holds: `Deno.resolveDns` asks a name server
 * alone, and needs a permission for that.
 *
 * On Deno it needs the permission for the host with all its ports, or for the whole network.
 *
 * The system cannot be told to stop: with a `signal` that is aborted nobody waits for it any longer.
 *
 * @throws {Error} There is no such host, or the system could not find out.
 * @throws The reason of `signal`.
 */
export async function lookUp(
  hostname: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  signal?.throwIfAborted();
  if (parseIp(hostname)) return [hostname];
  // Who looks nothing up does not load it.
  const { lookup } = await import("node:dns");
  signal?.throwIfAborted();
  const found = new Promise<string[]>((resolve, reject) => {
    lookup(hostname, { all: true, verbatim: true }, (error, found) => {
      if (error) reject(error);
      else resolve(found.map(({ address }) => address));
    });
  });
  return await unlessAborted(found, signal);
}
