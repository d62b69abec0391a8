import type { Codec } from "../codec/codec.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { type ConnectDeadlines, deadlineOf, withDeadline } from "./deadlines.ts";
import type { Transport } from "./transport.ts";

/** How {@linkcode dial} connects. Everything of {@linkcode ConnectionOptions} holds for the connection. */
export interface DialOptions<In, Out = In> extends Omit<ConnectionOptions, "deadlines"> {
  /** What the peer speaks. */
  codec: Codec<In, Out>;
  /** How long things may take: `connectMs` until the transport stands, `handshakeMs` for its TLS handshake. */
  deadlines?: Partial<ConnectDeadlines>;
}

/**
 * Makes a connection of the transport that `open` opens: `Deno.connect`, `Deno.connectTls`, or anything else. It stands
 * when the promise is fulfilled, with TLS once the handshake is done. The signal that `open` gets is aborted when time
 * runs out; a transport that comes too late is closed.
 *
 * @throws {DeadlineError} It did not stand within `connectMs`, or the handshake took longer than `handshakeMs`.
 * @throws What `open` throws.
 *
 * @example
 * ```ts
 * import { lines } from "@parley/sockets";
 * import { dial } from "@parley/sockets/net";
 * import { assertRejects } from "@std/assert";
 * const nobody = { hostname: "127.0.0.1", port: 1 };
 * await assertRejects(() =>
 *   dial((signal) => Deno.connect({ ...nobody, signal }), { codec: lines() })
 * );
 * ```
 */
export async function dial<In, Out = In>(
  open: (signal: AbortSignal) => Promise<Transport>,
  { codec, ...options }: DialOptions<In, Out>,
): Promise<Connection<In, Out>> {
  const { deadlines, signal, clock } = options;
  const bounds = { ...signal && { signal }, ...clock && { clock } };
  const opened = async (opening: AbortSignal) => {
    const transport = await open(opening);
    if (opening.aborted) transport.close();
    return transport;
  };
  const transport = await withDeadline(opened, {
    phase: "connect",
    ms: deadlineOf("connectMs", deadlines?.connectMs),
    ...bounds,
  });
  try {
    if (transport.handshake) {
      const ms = deadlineOf("handshakeMs", deadlines?.handshakeMs);
      await withDeadline(() => transport.handshake!(), { phase: "handshake", ms, ...bounds });
    }
    return new Connection(transport, codec, options);
  } catch (error) {
    transport.close();
    throw error;
  }
}
