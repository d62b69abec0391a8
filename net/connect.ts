import type { Codec } from "../codec/codec.ts";
import { requireCodec, requireNames } from "../codec/arguments.ts";
import { connectTcp } from "./connect_tcp.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import type { ConnectDeadlines } from "./deadlines.ts";
import { dial, DIAL_NAMES } from "./dial.ts";
import { closedOnFailure } from "./transport.ts";

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
  /**
   * How long things may take: `connectMs` until it stands (name, TCP and TLS), `handshakeMs` for the TLS handshake
   * within that.
   */
  deadlines?: Partial<ConnectDeadlines>;
}

const { peer: _, ...CONNECTION_NAMES } = DIAL_NAMES;
const NAMES: Readonly<Record<keyof ConnectOptions<never>, true>> = {
  ...CONNECTION_NAMES,
  hostname: true,
  port: true,
  path: true,
  tls: true,
};

/**
 * Calls a server and returns the connection once it stands, with TLS once the handshake is done. It refuses a call
 * without a port or a path, and options that nobody looks at. With a client's own certificate (`tls.cert`) an attempt
 * that nobody answers keeps the process alive behind its error, until the system gives it up.
 *
 * @throws {DeadlineError} It did not stand within `connectMs`, or the handshake took longer than `handshakeMs`.
 * @throws {TypeError} Neither a port nor a path is given, or both; or an option has a name that nobody looks at.
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
  requireNames(options, { what: "options of connect()", names: Object.keys(NAMES) });
  const { hostname = "127.0.0.1", port, path, tls, codec, ...rest } = options;
  requireCodec(codec);
  if (path !== undefined && port === undefined) {
    const peer = { transport: "unix", path } as const;
    return dial(() => Deno.connect(peer), { ...rest, codec, peer });
  }
  if (port === undefined || path !== undefined) {
    return Promise.reject(new TypeError("Cannot connect: give a port or a path, and not both"));
  }
  const peer = { transport: "tcp", hostname, port } as const;
  return dial<In, Out>(async (signal) => {
    if (!tls) return await connectTcp({ hostname, port, signal });
    const { cert, key, ...trusted }: ConnectTls = tls === true ? {} : tls;
    if (cert !== undefined || key !== undefined) {
      // Deno's startTls sends no certificate of the client's, and its connectTls takes no signal. Its type wants a
      // certificate and a key together or neither; it refuses one alone at run time.
      return await Deno.connectTls({ ...peer, ...trusted, cert, key } as Deno.ConnectTlsOptions);
    }
    const plain = await connectTcp({ hostname, port, signal });
    // A name that is none is refused before the connection is taken over.
    return await closedOnFailure(plain, () => Deno.startTls(plain, { hostname, ...trusted }));
  }, { ...rest, codec, peer });
}
