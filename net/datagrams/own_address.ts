import { isLoopback, parseIp } from "../address.ts";
import { closeQuietly } from "../transport.ts";

/** Hosts whose answer is kept: as many as a machine has addresses, and strangers whose port is the same as ours. */
const MAX_KNOWN = 256;

/**
 * Knows whether a datagram claims to come from the socket that receives it. A server that answers such a datagram answers
 * itself, without end. One that is bound to every address has many: whether a host is one of them is seen from whether a
 * socket can be bound there, which is tried for hosts alone whose port is the same as ours.
 */
export class OwnAddress {
  readonly #bound: Deno.NetAddr;
  readonly #isEvery: boolean;
  readonly #known = new Map<string, boolean>();

  constructor(bound: Deno.NetAddr) {
    this.#bound = bound;
    this.#isEvery = parseIp(bound.hostname)?.every((byte) => byte === 0) ?? false;
  }

  /** Says whether this is the socket's own address. */
  is({ hostname, port }: Deno.NetAddr): boolean {
    if (port !== this.#bound.port) return false;
    if (!this.#isEvery) return hostname === this.#bound.hostname;
    let isOwn = this.#known.get(hostname);
    if (isOwn === undefined) {
      isOwn = isLoopback({ transport: "udp", hostname, port }) || canBind(hostname);
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(hostname, isOwn);
    }
    return isOwn;
  }
}

function canBind(hostname: string): boolean {
  try {
    closeQuietly(Deno.listenDatagram({ transport: "udp", hostname, port: 0 }));
    return true;
  } catch {
    return false;
  }
}
