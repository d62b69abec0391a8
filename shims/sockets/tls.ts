import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import tls, { type SecureContext, type SecureContextOptions, TLSSocket } from "node:tls";
import { requireHost, tcpAddresses } from "./address.ts";
import { SocketConn } from "./conn.ts";
import { connectTcp, endsOf } from "./connect.ts";
import { InvalidData } from "../errors/error_classes.ts";
import { bindTcp, requireTcp, tcpAddressOf, tcpServer } from "./listen.ts";
import { SocketListener } from "./listener.ts";
import { SocketTlsConn } from "./tls_conn.ts";
import type {
  ConnectTlsOptions,
  ListenTlsOptions,
  StartTlsOptions,
  TcpConn,
  TlsCertifiedKeyPem,
  TlsConn,
  TlsListener,
} from "../types.ts";

/** Listens for TLS connections. They are accepted before their handshake, which then goes on by itself. */
export function listenTls(options: ListenTlsOptions & TlsCertifiedKeyPem): TlsListener {
  requireTcp(options);
  const { cert, key, alpnProtocols } = options;
  if (key === undefined) {
    throw new TypeError("A certificate needs its key: give both, cert and key");
  }
  if (!cert.includes("-----BEGIN CERTIFICATE")) {
    throw new InvalidData("No certificates found in cert");
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY/.test(key)) throw new InvalidData("No keys found in key");
  const secureContext = makeContext({ cert, key });
  requireMatch(cert, key);
  const server = tcpServer();
  bindTcp(server, options);
  return new SocketListener(server, {
    addressOf: tcpAddressOf,
    connOf: (socket) => {
      const ends = tcpAddresses(socket);
      const secured = new TLSSocket(socket, {
        isServer: true,
        secureContext,
        ...alpnProtocols && { ALPNProtocols: alpnProtocols },
      });
      return new SocketTlsConn(secured, { ...ends, secured: "secure", below: socket });
    },
  });
}

/** Connects over TLS. The handshake goes on by itself, and `handshake` waits for it. */
export async function connectTls(options: ConnectTlsOptions): Promise<TlsConn> {
  const { hostname = "127.0.0.1", port } = options;
  return secure(await connectTcp({ hostname, port }), options);
}

/**
 * Goes on with TLS on a connection that was plain until now; the plain one is over.
 *
 * @throws {BadResource} It is closed.
 */
export function startTls(conn: TcpConn, options: StartTlsOptions = {}): Promise<TlsConn> {
  if (!(conn instanceof SocketConn)) {
    return Promise.reject(new TypeError("Cannot start TLS: this is no connection over TCP"));
  }
  try {
    return Promise.resolve(secure(conn.release(), options));
  } catch (error) {
    return Promise.reject(error);
  }
}

function secure(socket: Socket, options: ConnectTlsOptions | StartTlsOptions): TlsConn {
  const { hostname = "127.0.0.1", caCerts = [], alpnProtocols } = options;
  const host = requireHost(hostname);
  const { cert, key } = "cert" in options ? options : {};
  const ends = endsOf(socket);
  const secured = tls.connect({
    socket,
    host,
    // A name goes to the server; an address is no name.
    ...!isIP(host) && { servername: host },
    secureContext: clientContext({ cert, key, caCerts }),
    ...alpnProtocols && { ALPNProtocols: alpnProtocols },
    ...options.unsafelyDisableHostnameVerification && { checkServerIdentity: () => undefined },
  });
  return new SocketTlsConn(secured, { ...ends, secured: "secureConnect" });
}

interface ClientSecrets {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly caCerts: readonly string[];
}

/** The last context of a client: reading all authorities takes longer than a handshake, and one program trusts the same. */
let last: { readonly of: string; readonly context: SecureContext } | undefined;

function clientContext({ cert, key, caCerts }: ClientSecrets): SecureContext {
  const of = JSON.stringify([cert, key, caCerts]);
  if (last?.of === of) return last.context;
  const context = makeContext({
    ...cert !== undefined && { cert },
    ...key !== undefined && { key },
    ...caCerts.length > 0 && { ca: [...defaultAuthorities(), ...caCerts] },
  });
  last = { of, context };
  return context;
}

function makeContext(options: SecureContextOptions): SecureContext {
  try {
    return tls.createSecureContext(options);
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    const text = `Cannot use the certificate or its key: ${message}`;
    // Deno has no class for these two that do not belong together.
    if (code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH") throw new Error(text, { cause });
    throw new InvalidData(text, { cause });
  }
}

/** Node takes a key of another kind than the certificate's, and fails with each client then. */
function requireMatch(cert: string, key: string): void {
  let isOfIt: boolean;
  try {
    isOfIt = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    const { message } = cause as Error;
    throw new InvalidData(`Cannot use the certificate or its key: ${message}`, { cause });
  }
  if (!isOfIt) throw new Error("keys may not be consistent: KeyMismatch");
}

/** Whom Node trusts anyway: naming one more would replace them. */
function defaultAuthorities(): readonly string[] {
  // Newer versions have it; it also knows NODE_EXTRA_CA_CERTS.
  const { getCACertificates } = tls as { getCACertificates?: (kind: "default") => string[] };
  return getCACertificates?.("default") ?? tls.rootCertificates;
}
