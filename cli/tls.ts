import { UsageError } from "./usage_error.ts";
import { certificatesIn, readPem, requireMatch, requirePlainKey } from "./pem.ts";

/** A server's certificate and its key, in PEM. */
export interface ServerTls {
  /** The certificate, with the chain behind it. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}

/** What a client trusts, in PEM. */
export interface ClientTls {
  /** Trusted beside the system's own. */
  readonly caCerts: string[];
  /**
   * Set where no authority is asked whether the server is the right one. `fingerprint` is the SHA-256 of its certificate,
   * in 64 lower-case hex digits; undefined trusts whoever answers.
   */
  readonly unchecked?: { readonly fingerprint: string | undefined } | undefined;
}

/**
 * Reads a server's certificate and key, where they were given.
 *
 * @throws {UsageError} One of them alone, files that hold something else, or a key that is not the certificate's.
 */
export async function readServerTls(
  { cert, key }: { cert: string | undefined; key: string | undefined },
): Promise<ServerTls | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError("--cert and --key belong together: give both or none");
  }
  const pem = { cert: await readPem(cert, "--cert"), key: await readPem(key, "--key") };
  certificatesIn(pem.cert, { flag: "--cert", path: cert });
  requirePlainKey(pem.key, { flag: "--key", path: key });
  await requireMatch(pem, { cert, key });
  return pem;
}

/** What a client was told about TLS on its command line. */
export interface ClientTlsOptions {
  readonly tls: boolean;
  readonly ca: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly insecure?: boolean;
}

/**
 * Reads what a client trusts, where it shall speak TLS.
 *
 * @throws {UsageError} Something about TLS without `--tls`, two ways to check at once, or a file or value that is none.
 */
export async function readClientTls(
  { tls, ca, fingerprint, insecure = false }: ClientTlsOptions,
): Promise<ClientTls | undefined> {
  const given = [
    ...ca === undefined ? [] : ["--ca"],
    ...fingerprint === undefined ? [] : ["--fingerprint"],
    ...insecure ? ["--insecure"] : [],
  ];
  if (!tls && given[0] !== undefined) {
    throw new UsageError(`${given[0]} says whom to trust with --tls: give both`);
  }
  if (given.length > 1) {
    throw new UsageError(`${given.join(" and ")} say different things: give one of them`);
  }
  if (!tls) return undefined;
  if (ca !== undefined) {
    const text = await readPem(ca, "--ca");
    certificatesIn(text, { flag: "--ca", path: ca });
    return { caCerts: [text] };
  }
  if (insecure) return { caCerts: [], unchecked: { fingerprint: undefined } };
  if (fingerprint === undefined) return { caCerts: [] };
  return { caCerts: [], unchecked: { fingerprint: parseFingerprint(fingerprint) } };
}

/** Returns a SHA-256 as 64 lower-case hex digits. @throws {UsageError} It is none. */
export function parseFingerprint(typed: string): string {
  // What `openssl x509 -fingerprint` prints may be given as it is.
  const digits = typed.replace(/^sha-?256[^=:]*[=:]/i, "").replaceAll(/[:\s]/g, "").toLowerCase();
  if (/^[\da-f]{64}$/.test(digits)) return digits;
  throw new UsageError(
    "--fingerprint takes the SHA-256 of the server's certificate: 64 hex digits, with or without " +
      "colons, as `openssl x509 -in cert.pem -noout -fingerprint -sha256` prints it",
  );
}
