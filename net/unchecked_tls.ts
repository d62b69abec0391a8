import { ClosedError } from "./errors.ts";
import { socketTransport } from "./socket_transport.ts";
import type { Transport } from "./transport.ts";

/** How {@linkcode startUncheckedTls} goes on. */
export interface UncheckedTlsOptions {
  /** The host that was called; a name goes to the server. */
  hostname: string;
  /** The SHA-256 of the certificate that the server has to have, in 64 lower-case hex digits. @default any will do */
  fingerprint?: string | undefined;
}

/**
 * Goes on with TLS on a connection that was plain until now, and asks no authority whether the server is the right one: its
 * certificate has to be the one with `fingerprint`, and without that whoever answers is trusted. Deno's own TLS cannot do
 * so (it has a flag for the whole process alone), therefore it is node:tls here, on both runtimes.
 *
 * The handshake goes on by itself, and `handshake` waits for it. Nothing is written before it is done.
 */
export async function startUncheckedTls(
  plain: Transport,
  { hostname, fingerprint }: UncheckedTlsOptions,
): Promise<Transport> {
  // Who needs neither loads neither.
  const [{ isIP }, { connect }, { Duplex }] = await Promise.all([
    import("node:net"),
    import("node:tls"),
    import("node:stream"),
  ]);
  const below = new Duplex({
    read() {
      const into = new Uint8Array(READ_BYTES);
      plain.read(into).then(
        (count) => this.push(count === null ? null : into.subarray(0, count)),
        (error) => this.destroy(error),
      );
    },
    write(bytes: Uint8Array, _, done) {
      writeAll(plain, bytes).then(() => done(), done);
    },
    final(done) {
      plain.closeWrite().then(() => done(), done);
    },
    destroy(error, done) {
      plain.close();
      done(error);
    },
  });
  const socket = connect({
    socket: below,
    rejectUnauthorized: false,
    // An address is no name.
    ...!isIP(hostname) && { servername: hostname },
  });
  const handshake = new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", () => {
      const found = socket.getPeerCertificate().fingerprint256?.replaceAll(":", "").toLowerCase();
      if (fingerprint === undefined || found === fingerprint) resolve();
      else reject(otherCertificate(found, fingerprint));
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Deno.errors.UnexpectedEof("unexpected end of file")));
  });
  handshake.catch(ignore);
  const secured = socketTransport(socket);
  return {
    localAddr: plain.localAddr,
    remoteAddr: plain.remoteAddr,
    read: (into) => secured.read(into),
    write: (bytes) => handshake.then(() => secured.write(bytes)),
    closeWrite: () => secured.closeWrite(),
    close: () => secured.close(),
    handshake: () => handshake,
  };
}

const READ_BYTES = 64 * 1024;

async function writeAll(plain: Transport, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await plain.write(bytes.subarray(at));
}

function otherCertificate(found: string | undefined, wanted: string): ClosedError {
  return new ClosedError(
    `Cannot connect: the server has another certificate, with the SHA-256 ${found}, and not ${wanted}`,
    { code: "connection-closed", by: "local" },
  );
}

function ignore(): void {}
