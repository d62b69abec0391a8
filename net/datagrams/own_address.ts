import { formatAddress, isLoopback, parseIp } from "../address.ts";
import { closeQuietly } from "../transport.ts";
import { canonicalHost, isSameHost } from "./peer_address.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** Hosts whose answer is kept: as many as a machine has addresses, and strangers whose port is the same as ours. */
const MAX_KNOWN = 256;

/** What {@linkcode OwnAddress} needs. */
export interface OwnAddressOptions {
  /** How often the system may be asked in a second. */
  readonly maxLooksPerSecond: number;
  /** The time, in milliseconds. */
  readonly now: number;
  /** Binds a socket to an address of this machine, where that may be asked for. @default {bindTo} */
  readonly bind?: (address: Deno.NetAddr) => { close(): void };
}

/**
 * Knows whether a datagram claims to come from the socket that receives it. A server that answers such a datagram answers
 * itself, without end. One that is bound to every address has many: whether a host is one of them is seen from whether a
 * socket could be bound there, which is tried for hosts alone whose port is the same as ours, and so often at most: whoever
 * invents sources makes us try.
 */
export class OwnAddress {
  readonly #host: string;
  readonly #port: number;
  readonly #isEvery: boolean;
  readonly #looks: RateLimiter;
  readonly #bind: (address: Deno.NetAddr) => { close(): void };
  readonly #known = new Map<string, boolean>();

  constructor(
    { hostname, port }: Deno.NetAddr,
    { maxLooksPerSecond, now, bind = bindTo }: OwnAddressOptions,
  ) {
    this.#bind = bind;
    this.#host = canonicalHost(hostname) ?? hostname;
    this.#port = port;
    this.#isEvery = parseIp(hostname)?.every((byte) => byte === 0) ?? false;
    this.#looks = new RateLimiter(maxLooksPerSecond, now);
  }

  /** Says whether this folded address is the socket's own; undefined where the system cannot be asked that often. */
  is({ hostname, port }: Deno.NetAddr, now: number): boolean | undefined {
    if (port !== this.#port) return false;
    if (!this.#isEvery) return isSameHost(hostname, this.#host);
    const known = this.#known.get(hostname);
    if (known !== undefined) return known;
    if (isLoopback({ transport: "udp", hostname, port }) || isWithoutZone(hostname)) return true;
    if (!this.#looks.admit(now)) return undefined;
    const found = this.#isHere(hostname);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    if (found !== undefined) this.#known.set(hostname, found);
    return found ?? true;
  }

  /** Says whether a host is one of this machine's; undefined where the system cannot tell, as for want of files. */
  #isHere(hostname: string): boolean | undefined {
    try {
      closeQuietly(this.#bind({ transport: "udp", hostname, port: this.#port }));
      return true;
    } catch (error) {
      const { AddrInUse, AddrNotAvailable, NotCapable } = Deno.errors;
      // Our own socket has it.
      if (error instanceof AddrInUse) return true;
      // Where nobody may be answered, nothing goes round in a circle.
      return error instanceof AddrNotAvailable || error instanceof NotCapable ? false : undefined;
    }
  }
}

/** Binds to our own port: Deno wants the permission for it that an answer needs. It asks nobody for it. */
function bindTo(address: Deno.NetAddr): { close(): void } {
  const host = formatAddress(address);
  if (Deno.permissions.querySync({ name: "net", host }).state !== "granted") {
    throw new Deno.errors.NotCapable(`Cannot answer ${host}: Deno does not allow it`);
  }
  return Deno.listenDatagram({ ...address, transport: "udp" });
}

/**
 * Says whether a host is a link-local one (RFC 4291, 2.5.6) that lacks its zone. Deno tells none: nobody can be bound there,
 * nor be answered, so that it is taken for our own, which it may be.
 */
function isWithoutZone(hostname: string): boolean {
  if (hostname.includes("%")) return false;
  const [first = 0, second = 0, ...more] = parseIp(hostname) ?? [];
  return more.length === 14 && first === 0xfe && (second & 0xc0) === 0x80;
}
