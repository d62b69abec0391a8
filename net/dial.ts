import { requireNames } from "../codec/arguments.ts";
import type { Codec } from "../codec/codec.ts";
import type { Address } from "./address.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { type ConnectDeadlines, deadlineOf, withDeadline } from "./deadlines.ts";
import { requireKinds } from "./option_kinds.ts";
import { closeQuietly, type Transport } from "./transport.ts";

/** How {@linkcode dial} connects. Everything of {@linkcode ConnectionOptions} holds for the connection. */
export interface DialOptions<In, Out = In> extends Omit<ConnectionOptions, "deadlines"> {
  /** What the peer speaks. */
  codec: Codec<In, Out>;
  /**
   * How long things may take: `connectMs` until the transport stands, its TLS handshake with it, and `handshakeMs` for
   * the handshake within that.
   */
  deadlines?: Partial<ConnectDeadlines>;
  /** Whom it calls, where that is known; a deadline's error says it. @default what the transport says */
  peer?: Address;
}

/** The options of a connection that is made; the compiler misses the one that is not named. */
export const DIAL_NAMES: Readonly<Record<keyof DialOptions<never>, true>> = {
  codec: true,
  id: true,
  limits: true,
  deadlines: true,
  rate: true,
  trace: true,
  signal: true,
  clock: true,
  peer: true,
};

/** What may stand beside them: a program passes on with what its own `open` looks at. */
const OPENER_NAMES = ["hostname", "port", "path", "unix", "tls"];

/**
 * Makes a connection of the transport that `open` opens: {@linkcode connectTcp}, or anything else. It stands when the promise is
 * fulfilled, with TLS once the handshake is done. The signal that `open` gets is aborted when time runs out or the
 * caller's `signal` is; a transport that comes too late is closed. It refuses options that nobody looks at, but for those
 * of {@linkcode connect}, which a program may pass on with the others.
 *
 * `Deno.connectTls` takes no signal, so an attempt that nobody answers goes on behind the error until the system gives
 * it up, and keeps the process alive: `Deno.startTls` on what {@linkcode connectTcp} opened ends at once.
 *
 * @throws {DeadlineError} It did not stand within `connectMs`, or the handshake took longer than `handshakeMs`.
 * @throws {TypeError} An option has a name that nobody looks at.
 * @throws What `open` throws.
 *
 * @example
 * ```ts
 * import { lines } from "@parley/sockets";
 * import { connectTcp, dial } from "@parley/sockets/net";
 * import { assertRejects } from "@std/assert";
 * const nobody = { hostname: "127.0.0.1", port: 1 };
 * await assertRejects(() =>
 *   dial(async (signal) => {
 *     const plain = await connectTcp({ ...nobody, signal });
 *     return Deno.startTls(plain, { hostname: "localhost" });
 *   }, { codec: lines() })
 * );
 * ```
 */
export async function dial<In, Out = In>(
  open: (signal: AbortSignal) => Promise<Transport>,
  options: DialOptions<In, Out>,
): Promise<Connection<In, Out>> {
  const names = [...Object.keys(DIAL_NAMES), ...OPENER_NAMES];
  requireNames(options, { what: "options of dial()", names });
  requireKinds(options);
  const { codec, peer, ...connectionOptions } = options;
  const { deadlines, signal, clock } = options;
  const connectMs = deadlineOf("connectMs", deadlines?.connectMs);
  const handshakeMs = deadlineOf("handshakeMs", deadlines?.handshakeMs);
  const stand = async (inTime: AbortSignal) => {
    const transport = await open(inTime);
    try {
      if (transport.handshake) {
        await withDeadline(() => transport.handshake!(), {
          phase: "handshake",
          ms: handshakeMs,
          peer: peer ?? transport.remoteAddr,
          signal: inTime,
          clock,
        });
      }
      return new Connection(transport, codec, connectionOptions);
    } catch (error) {
      closeQuietly(transport);
      throw error;
    }
  };
  return await withDeadline(stand, { phase: "connect", ms: connectMs, peer, signal, clock });
}
