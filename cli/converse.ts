import { ClosedError, type Connection } from "../net/mod.ts";

/** The two directions of {@linkcode converse}. */
export interface ConverseOptions<In, Out> {
  /** What to say; its end is told to the peer (FIN). */
  said: Iterable<Out> | AsyncIterable<Out>;
  /** Takes what the peer says; the next message waits for it. */
  heard: (message: In) => void | Promise<void>;
}

/**
 * Says and hears at the same time until the peer has finished, then closes politely. What is still to be said then is
 * dropped: `said` should end when the connection's signal is aborted.
 *
 * @throws What either direction throws; a peer that hangs up while we speak is no fault.
 */
export async function converse<In, Out>(
  connection: Connection<In, Out>,
  { said, heard }: ConverseOptions<In, Out>,
): Promise<void> {
  const saying = say(connection, said).catch((error) => {
    // What hearing finds out about a connection that is over says more.
    if (!(error instanceof ClosedError) && !connection.closed) connection.abort(error);
  });
  try {
    for await (const message of connection) {
      const done = heard(message);
      if (done) await done;
    }
  } finally {
    await connection.close();
    await saying;
  }
}

async function say<In, Out>(
  connection: Connection<In, Out>,
  said: Iterable<Out> | AsyncIterable<Out>,
): Promise<void> {
  for await (const message of said) await connection.send(message);
  await connection.closeWrite();
}
