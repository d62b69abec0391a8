import { UsageError } from "./usage_error.ts";

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
}

/** Reads a server's certificate and key, where they were given. @throws {UsageError} One of them alone. */
export async function readServerTls(
  { cert, key }: { cert: string | undefined; key: string | undefined },
): Promise<ServerTls | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError("--cert and --key belong together: give both or none");
  }
  return { cert: await readPem(cert, "--cert"), key: await readPem(key, "--key") };
}

/** Reads what a client trusts, where it shall speak TLS. @throws {UsageError} `--ca` without `--tls`. */
export async function readClientTls(
  { tls, ca }: { tls: boolean; ca: string | undefined },
): Promise<ClientTls | undefined> {
  if (!tls && ca !== undefined) {
    throw new UsageError("--ca says whom to trust with --tls: give both");
  }
  if (!tls) return undefined;
  return { caCerts: ca === undefined ? [] : [await readPem(ca, "--ca")] };
}

async function readPem(path: string, flag: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      throw new Error(`Cannot read ${path}: add --allow-read=${path} to the command`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${flag} cannot be read: ${reason}`, { cause });
  }
}
