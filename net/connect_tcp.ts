import { onAbort } from "./abort_listener.ts";

/** Where {@linkcode connectTcp} connects to. */
export interface ConnectTcpOptions {
  /** The peer's name or address. */
  readonly hostname: string;
  /** The peer's port. */
  readonly port: number;
  /** Gives the connecting up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects as `Deno.connect` does, and loses no connection: that one throws it away, and never closes it, where its signal is
 * aborted in the moment in which the connection stands. Here a connection that comes too late is closed.
 *
 * @throws The reason of `signal`, and the system's error.
 *
 * @example
 * ```ts
 * import { connectTcp } from "@parley/sockets/net";
 * import { assertRejects } from "@std/assert";
 * const late = { hostname: "127.0.0.1", port: 1, signal: AbortSignal.abort(new Error("too late")) };
 * await assertRejects(() => connectTcp(late), Error, "too late");
 * ```
 */
export async function connectTcp(
  { signal, ...peer }: ConnectTcpOptions,
): Promise<Deno.TcpConn> {
  if (!signal) return await Deno.connect(peer);
  signal.throwIfAborted();
  const stop = new AbortController();
  // Deno asks once more behind a connect that succeeded. Here that is asked by somebody who closes what there is then.
  Object.defineProperty(stop.signal, "throwIfAborted", { value: () => {} });
  const endListening = onAbort(signal, () => stop.abort(signal.reason));
  let conn: Deno.TcpConn | undefined;
  try {
    conn = await Deno.connect({ ...peer, signal: stop.signal });
    signal.throwIfAborted();
    return conn;
  } catch (error) {
    conn?.close();
    signal.throwIfAborted();
    throw error;
  } finally {
    endListening();
  }
}
