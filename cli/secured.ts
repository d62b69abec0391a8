import { expectPlain } from "../net/plain_transport.ts";
import { closedOnFailure, type Transport } from "../net/transport.ts";
import { startUncheckedTls } from "../net/unchecked_tls.ts";
import type { ClientTls } from "./tls.ts";

/** How {@linkcode secured} secures. */
export interface SecuredOptions {
  /** The host that was called. */
  readonly hostname: string;
  /** Whom to trust; undefined speaks no TLS. */
  readonly tls: ClientTls | undefined;
}

/**
 * Speaks TLS over a connection that a client has opened, where it shall; where it shall not, a server that speaks TLS
 * alone is recognised. A failure closes the connection.
 *
 * @throws What `Deno.startTls` throws.
 */
export async function secured(
  plain: Deno.TcpConn,
  { hostname, tls }: SecuredOptions,
): Promise<Transport> {
  if (!tls) return expectPlain(plain);
  return await closedOnFailure<Transport>(
    plain,
    () =>
      tls.unchecked
        ? startUncheckedTls(plain, { hostname, ...tls.unchecked })
        : Deno.startTls(plain, { hostname, ...tls }),
  );
}
