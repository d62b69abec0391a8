import { escapeControls } from "../codec/escape_controls.ts";
import { sha256 } from "../codec/hashing.ts";
import { messageOf } from "../net/errors.ts";
import { readTextWithMark } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";
import { permissionAdvice } from "./permission_advice.ts";

/** Which option a text comes from, and out of which file. */
export interface PemSource {
  /** The option. */
  readonly flag: string;
  /** The file. */
  readonly path: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;
const CERTIFICATE = "CERTIFICATE";
/** The first byte of every certificate and key in DER (X.690): a sequence. */
const DER_SEQUENCE = 0x30;

/** Reads a file of PEM. @throws {UsageError} It cannot be read. */
export async function readPem(path: string, flag: string): Promise<string> {
  try {
    return await readTextWithMark(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      const advice = permissionAdvice(cause, { path, flags: `--allow-read=${path}` });
      throw new Error(`Cannot read ${escapeControls(path)}: ${advice}`, { cause });
    }
    throw new UsageError(`${flag} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Returns the certificates of a text, each in DER. @throws {UsageError} There is none, or one that is damaged. */
export function certificatesIn(text: string, source: PemSource): Uint8Array[] {
  const found = blocksIn(text).filter(({ label }) => label === CERTIFICATE);
  if (found.length === 0) throw wrong("no certificate", { text, source });
  return found.map(({ base64 }) => {
    const der = bytesOf(base64);
    if (der?.[0] === DER_SEQUENCE) return der;
    throw new UsageError(
      `${source.flag} holds a certificate that is damaged: ${escapeControls(source.path)}`,
    );
  });
}

/** Returns the SHA-256 of a certificate in DER, as hex digits. */
export function fingerprintOf(der: Uint8Array): string {
  const hash = sha256();
  hash.update(der);
  return hash.digest();
}

/** Refuses a text without a private key that can be used as it is. @throws {UsageError} It holds none. */
export function requirePlainKey(text: string, source: PemSource): void {
  const keys = blocksIn(text).filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const path = escapeControls(source.path);
  if (keys.some(({ label, base64 }) => label.startsWith("ENCRYPTED") || isEncrypted(base64))) {
    throw new UsageError(
      `${source.flag} is encrypted: ${path}; decrypt it first: openssl pkey -in ${path} -out plain.pem`,
    );
  }
  // OpenSSH's own format is PEM outside alone.
  if (!keys.some(({ label }) => label !== "OPENSSH PRIVATE KEY")) {
    throw wrong("no private key", { text, source });
  }
}

/** Refuses a key that is another certificate's. @throws {UsageError} It is. */
export async function requireMatch(
  { cert, key }: { cert: string; key: string },
  paths: { cert: string; key: string },
): Promise<void> {
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  let isOfIt = true;
  try {
    isOfIt = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    // What is not known here, the system says where it is used.
  }
  if (isOfIt) return;
  const [certPath, keyPath] = [escapeControls(paths.cert), escapeControls(paths.key)];
  throw new UsageError(`--key is another certificate's: ${keyPath} does not belong to ${certPath}`);
}

function blocksIn(text: string): { label: string; base64: string }[] {
  return Array.from(text.matchAll(BLOCK), ([, label = "", base64 = ""]) => ({ label, base64 }));
}

/** The old format says it in a header (RFC 1421, 4.6.1.1). */
function isEncrypted(body: string): boolean {
  return /^\s*Proc-Type:\s*4,\s*ENCRYPTED/m.test(body);
}

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64.replaceAll(/\s/g, "")), (one) => one.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function wrong(
  what: string,
  { text, source: { flag, path } }: { text: string; source: PemSource },
): UsageError {
  const labels = new Set(blocksIn(text).map(({ label }) => label.toLowerCase()));
  const held = text.trim() === ""
    ? "it is empty"
    : labels.size > 0
    ? `it holds: ${[...labels].join(", ")}`
    : text.charCodeAt(0) === DER_SEQUENCE
    ? "it is no PEM; where it is DER, openssl x509 or openssl pkey with -inform der make PEM of it"
    : "it is no PEM";
  return new UsageError(`${flag} holds ${what}: ${escapeControls(path)} (${held})`);
}
