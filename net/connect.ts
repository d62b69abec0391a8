import type { Codec } from "../codec/codec.ts";
import { requireCodec } from "../codec/arguments.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import type { ConnectDeadlines } from "./deadlines.ts";
import { dial } from "./dial.ts";

/** What a client trusts beside the system's own authorities, and who it says it is. */
export interface ConnectTls {
  /** Authorities to trust beside the system's own, each in PEM. @default none */
  caCerts?: string[];
  /** The client's own certificate, in PEM; needs `key`. @default none */
  cert?: string;
  /** The private key of `cert`, in PEM. @default none */
  key?: string;
  /** Protocols to offer (RFC 7301), the best one first. @default none */
  alpnProtocols?: string[];
}

/** Whom {@linkcode connect} calls, and how. Everything of {@linkcode ConnectionOptions} holds for the connection. */
export interface ConnectOptions<In, Out = In> extends Omit<ConnectionOptions, "deadlines"> {
  /** What the peer speaks. */
  codec: Codec<In, Out>;
  /** The host to call. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to call. It or `path` is needed. */
  port?: number;
  /** The Unix socket to call, instead of a host and a port. */
  path?: string;
  /** Speak TLS; `true` trusts the system's authorities. @default {false} */
  tls?: boolean | ConnectTls;
  /** How long things may take: `connectMs` until it stands, with TLS after its handshake. */
  deadlines?: Partial<ConnectDeadlines>;
}

/**
 * Calls a server and returns the connection once it stands, with TLS once the handshake is done. It refuses a call
 * without a port or a path.
 *
 * @throws {DeadlineError} It did not stand within `connectMs`, or the handshake took longer than `handshakeMs`.
 * @throws {TypeError} Neither a port nor a path is given, or both.
 * @throws What `Deno.connect` and `Deno.connectTls` throw; {@linkcode explain} says what it means.
 *
 * @example
 * ```ts
 * import { connect, lines, serve } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serve(listener, { codec: lines() }, (connection) => connection.send("hello"));
 * const { port } = server.addr;
 *
 * await using connection = await connect({ port, codec: lines() });
 * assert(await connection.receive() === "hello");
 * ```
 */
export function connect<In, Out = In>(
  options: ConnectOptions<In, Out>,
): Promise<Connection<In, Out>> {
  const { hostname = "127.0.0.1", port, path, tls, codec, ...rest } = options;
  requireCodec(codec);
  if ((port === undefined) === (path === undefined)) {
    return Promise.reject(new TypeError("Cannot connect: give a port or a path, and not both"));
  }
  return dial<In, Out>((signal) => {
    if (path !== undefined) return Deno.connect({ transport: "unix", path });
    const address = { hostname, port: port! };
    if (!tls) return Deno.connect({ ...address, signal });
    // Deno's type wants a certificate and a key together or neither; it refuses one alone at run time.
    return Deno.connectTls({ ...address, ...tls === true ? {} : tls } as Deno.ConnectTlsOptions);
  }, { ...rest, codec });
}
