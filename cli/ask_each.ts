import { ClosedError, type Connection } from "../net/mod.ts";
import { serverHungUp } from "./converse.ts";

/** What {@linkcode askEach} asks. */
export interface AskEachOptions<In, Out> {
  /** The messages, each of which gets one answer. */
  messages: Iterable<Out> | AsyncIterable<Out>;
  /** Wait this long for an answer, in milliseconds. */
  waitMs: number;
  /** Takes an answer with the message that it answers, in order; the next one waits for it. */
  answered: (answer: In, message: Out) => void | Promise<void>;
}

/**
 * Sends messages as they come and hands on their answers as they come, so that neither waits for the other's end. Returns
 * how many there were.
 *
 * @throws {ClosedError} The peer hung up before it answered all of them.
 * @throws {DeadlineError} An answer did not come within `waitMs`.
 * @throws What `messages` throws.
 */
export async function askEach<In, Out>(
  peer: Connection<In, Out>,
  { messages, waitMs, answered }: AskEachOptions<In, Out>,
): Promise<number> {
  /** What was sent and has no answer yet. */
  const asked: Out[] = [];
  const failed = new AbortController();
  let isAllAsked = false;
  let count = 0;
  let wake = () => {};
  const ask = async () => {
    for await (const message of messages) {
      asked.push(message);
      count++;
      wake();
      await peer.send(message);
    }
  };
  void ask().catch((error) => {
    // Of a peer that hangs up while we speak, hearing finds out more.
    if (!(error instanceof ClosedError)) failed.abort(error);
  }).finally(() => {
    isAllAsked = true;
    wake();
  });
  const { signal } = failed;
  while (true) {
    signal.throwIfAborted();
    if (asked.length > 0) {
      const answer = await peer.receive({ waitMs, signal });
      if (answer === undefined) {
        const problem = "the server hung up without an answer";
        throw new ClosedError(problem, { code: "connection-closed", by: "peer" });
      }
      await answered(answer, asked.shift()!);
    } else if (isAllAsked) return count;
    else await untilAsked(peer, (heard) => wake = heard);
  }
}

/** Waits for the next message to be asked, and for the peer's end. @throws {ClosedError} The peer hung up. */
async function untilAsked(
  peer: Connection<unknown, never>,
  onAsked: (heard: () => void) => void,
): Promise<void> {
  const asked = new AbortController();
  onAsked(() => asked.abort());
  const came = await peer.peek(1, { signal: asked.signal }).catch((error) => {
    if (!asked.signal.aborted) throw error;
    return undefined;
  });
  if (came?.length === 0) throw serverHungUp();
  // It spoke without being asked: that is the answer to what comes next.
  if (came && !asked.signal.aborted) {
    await new Promise<void>((resolve) => onAsked(resolve));
  }
}
