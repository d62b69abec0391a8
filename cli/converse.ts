import { sleep } from "../net/clock.ts";
import { ClosedError, type Connection } from "../net/mod.ts";

/** The two directions of {@linkcode converse}. */
export interface ConverseOptions<In, Out> {
  /** What to say; its end is told to the peer (FIN). */
  said: Iterable<Out> | AsyncIterable<Out>;
  /** Takes what the peer says; the next message waits for it. */
  heard: (message: In) => void | Promise<void>;
}

/** The end of input is known so long after it came. */
const LAST_WORD_MS = 100;

/**
 * Says and hears at the same time until the peer has finished, then closes politely. Returns `finished` where all was
 * said, and `hung-up` where the peer ended it while something was, or might have been, still to be said: that is dropped,
 * and `said` should end when the connection's signal is aborted.
 *
 * @throws What either direction throws; a peer that hangs up while we speak is no fault.
 */
export async function converse<In, Out>(
  connection: Connection<In, Out>,
  { said, heard }: ConverseOptions<In, Out>,
): Promise<"finished" | "hung-up"> {
  let isSaid = false;
  const say = async () => {
    for await (const message of said) await connection.send(message);
    isSaid = true;
    await connection.closeWrite();
  };
  const saying = say().catch((error) => {
    // What hearing finds out about a connection that is over says more.
    if (!(error instanceof ClosedError) && !connection.closed) connection.abort(error);
  });
  try {
    for await (const message of connection) {
      const done = heard(message);
      if (done) await done;
    }
    if (!isSaid) await settledWithin(saying, LAST_WORD_MS);
    return isSaid ? "finished" : "hung-up";
  } finally {
    await connection.close();
    await saying;
  }
}

/** Says that the server has ended what we would have gone on with. */
export function serverHungUp(): ClosedError {
  return new ClosedError("the server closed the connection", {
    code: "connection-closed",
    by: "peer",
  });
}

async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, { signal: over.signal }).catch(() => {});
  await Promise.race([promise, late]);
  over.abort();
}
