import { escapeControls } from "../codec/escape_controls.ts";
import { ExplainedError } from "./explained_error.ts";

/** Its owner may read and write the socket, and nobody else: so nobody else can connect. */
const OWNER_ONLY = 0o600;

/**
 * Lets nobody but this user connect to a Unix socket that was just bound, whatever the umask is; `chmod` afterwards lets
 * others in. Closing the listener removes the file.
 *
 * @throws What `Deno.chmodSync` throws; the listener is closed then.
 */
export function ownerOnly(listener: Deno.UnixListener): Deno.UnixListener {
  try {
    Deno.chmodSync(listener.addr.path, OWNER_ONLY);
    return listener;
  } catch (error) {
    listener.close();
    throw error;
  }
}

/**
 * Removes the socket of a server that ended without removing it: nobody answers there. What is no socket stays as it is.
 *
 * @throws {ExplainedError} A server answers, or something else stands there.
 * @throws What `Deno.lstat` and `Deno.remove` throw, but for a path where nothing is.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const before = await lookAt(path);
  if (!before) return;
  if (!before.isSocket) {
    throw cannotListen(path, "there is a file that is no socket", "already-exists");
  }
  if (await isAnswered(path)) {
    throw cannotListen(path, "a server listens there already", "addr-in-use");
  }
  // Another server may have come up since.
  if ((await lookAt(path))?.ino === before.ino) await Deno.remove(path);
}

function cannotListen(path: string, why: string, code: string): ExplainedError {
  const what = `Cannot listen on ${escapeControls(path)}`;
  return new ExplainedError(what, { code, why, advice: ["take another path with --unix"] });
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function isAnswered(path: string): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ transport: "unix", path });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    if (error instanceof Deno.errors.NotFound) return false;
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw cannotListen(path, "another user's socket is there", "permission-denied");
  }
}
