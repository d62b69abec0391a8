/** Two ends of one connection. `using` closes both. */
export interface Pair<Conn extends Deno.Conn> extends Disposable {
  /** The end that connected. */
  readonly near: Conn;
  /** The end that was accepted. */
  readonly far: Conn;
}

/** Where the tests' certificate is good for. */
export const LOCALHOST = "127.0.0.1";

/** Opens a TCP connection. */
export async function tcpPair(
  { hostname = LOCALHOST }: { hostname?: string } = {},
): Promise<Pair<Deno.TcpConn>> {
  using listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  return pairOf(await both(Deno.connect({ hostname, port }), listener.accept()));
}

/** Opens a connection over a Unix socket in a folder of its own. */
export async function unixPair(): Promise<Pair<Deno.UnixConn>> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/socket`;
    using listener = Deno.listen({ transport: "unix", path });
    return pairOf(
      await both(Deno.connect({ transport: "unix", path }), listener.accept()),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Makes two ends one thing that can be disposed of. */
export function pairOf<Conn extends Deno.Conn>(
  [near, far]: readonly [near: Conn, far: Conn],
): Pair<Conn> {
  return {
    near,
    far,
    [Symbol.dispose]() {
      near[Symbol.dispose]();
      far[Symbol.dispose]();
    },
  };
}

/** Opens both ends, or leaves none open. */
export async function both<Conn extends Deno.Conn>(
  connecting: Promise<Conn>,
  accepting: Promise<Conn>,
): Promise<readonly [near: Conn, far: Conn]> {
  const near = await connecting;
  try {
    return [near, await accepting];
  } catch (error) {
    near.close();
    throw error;
  }
}
