/** Lets the event loop turn that many times, at least a millisecond each. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Waits for what the system tells no event of. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}

/** Says whether a promise settles while the event loop turns a number of times. */
export async function settles(
  promise: Promise<unknown>,
  { within }: { within: number },
): Promise<boolean> {
  let settled = false;
  const watched = promise.then(() => settled = true, () => settled = true);
  for (let turn = 0; turn < within && !settled; turn++) await turns(1);
  if (settled) await watched;
  return settled;
}

/** A writer that the system has stopped. */
export interface Stalled {
  /** How many bytes the system took. */
  readonly written: number;
  /** The write that it does not take. */
  readonly write: Promise<number>;
}

/**
 * Writes until the system takes no more. When a machine is so slow that a write only seems to
 * stand still, less was written, and that is all.
 */
export async function stall(conn: Deno.Conn, chunk = new Uint8Array(65_536)): Promise<Stalled> {
  let written = 0;
  for (;;) {
    const write = conn.write(chunk);
    if (!await settles(write, { within: 150 })) return { written, write };
    written += await write;
  }
}

/**
 * Waits until the system holds that many bytes for who reads next: a reset behind them may overtake bytes that are
 * still under way. Where the system does not tell, it waits for nothing.
 */
export async function arrived(
  { localAddr, remoteAddr }: Deno.TcpConn,
  count: number,
): Promise<void> {
  const ends = [localAddr, remoteAddr].map(({ port }) => port.toString(16).padStart(4, "0"));
  const row = new RegExp(`:${ends[0]} \\w+:${ends[1]} \\w+ \\w+:(\\w+)`, "i");
  const table = new Deno.Command("cat", { args: ["/proc/net/tcp"], stderr: "null" });
  for (let held = 0; held < count;) {
    const { success, stdout } = await table.output();
    if (!success) return;
    held = parseInt(row.exec(new TextDecoder().decode(stdout))?.[1] ?? "0", 16);
  }
}
