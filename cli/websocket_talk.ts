import { onAbort } from "../net/abort_listener.ts";
import { sleep } from "../net/clock.ts";
import { ClosedError } from "../net/errors.ts";
import type { CloseFrame, WebSocketConnection, WebSocketEvent } from "../net/websocket/mod.ts";
import type { Outbox } from "./outbox.ts";

/** What {@linkcode talkOver} does with a connection. */
export interface TalkOptions {
  /** What to send; none where nothing is to be sent, and the connection stays until the server closes it. */
  readonly outbox: Pick<Outbox<string | Uint8Array>, "isDone" | "empty"> | undefined;
  /** Once all was sent, closes when nothing has come for this long, in milliseconds; `Infinity` stays. */
  readonly waitMs: number;
  /** Takes what comes; the next message waits for it. */
  readonly heard: (message: WebSocketEvent) => Promise<void> | undefined;
  /** Hears of round trips, in milliseconds; one is measured each second. @default none is measured */
  readonly onPong?: ((ms: number) => void) | undefined;
  /** Closes politely when it is aborted. */
  readonly signal: AbortSignal;
}

/** How a connection ended. */
export interface TalkEnd {
  /** The close frame of the server, or 1006 where it sent none. */
  readonly close: CloseFrame;
  /** Who closed first. */
  readonly first: "local" | "peer" | undefined;
  /** What it failed with, where no close frame says that. */
  readonly error: unknown;
}

/** How often a round trip is measured. */
const PING_MS = 1000;
/** What pings and pongs may come to while nothing else comes. */
const CONTROL_BYTES = 512;
/** One that is left is going away (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;

/**
 * Sends what there is to send and hears what comes, until either side closes. Whatever the connection fails with is returned.
 *
 * @throws What the messages to send throw; the connection is closed then.
 */
export async function talkOver(
  socket: WebSocketConnection,
  { outbox, waitMs, heard, onPong, signal }: TalkOptions,
): Promise<TalkEnd> {
  const over = new AbortController();
  const stopListening = onAbort(signal, () => void socket.close(GOING_AWAY));
  let failure: { readonly error: unknown } | undefined;
  const said = say().catch((error) => {
    // What hearing finds out about a connection that is over, or is being closed, says more.
    const isEnding = socket.connection.closed || socket.closeInfo.sent !== undefined;
    if (error instanceof ClosedError || isEnding) return;
    failure = { error };
    return socket.close();
  });
  let error: unknown;
  let heardAt = performance.now();
  let heardBytes = socket.connection.bytesReceived;
  try {
    for await (const message of socket) {
      [heardAt, heardBytes] = [performance.now(), socket.connection.bytesReceived];
      const done = heard(message);
      if (done) await done;
    }
  } catch (reason) {
    error = reason;
  } finally {
    over.abort();
    stopListening();
    await socket.close();
    await said;
  }
  if (failure) throw failure.error;
  const { received, first } = socket.closeInfo;
  return { close: received ?? { code: 1006, reason: "" }, first, error };

  async function say(): Promise<void> {
    const asked = new AbortController();
    onAbort(over.signal, () => asked.abort());
    const measured = onPong && measure(onPong, asked.signal);
    if (!outbox) return;
    await outbox.empty((message) => socket.send(message), over.signal);
    if (!outbox.isDone || waitMs === Infinity) return;
    await measured;
    asked.abort();
    await untilQuiet();
    if (!over.signal.aborted) await socket.close();
  }

  /** Measures round trips until the signal is aborted; the promise is fulfilled by the first one. */
  function measure(onPong: (ms: number) => void, signal: AbortSignal): Promise<void> {
    const one = async () => onPong(await socket.ping());
    const first = one();
    const others = async () => {
      await first;
      while (!signal.aborted) {
        await sleep(PING_MS, { signal });
        await one();
      }
    };
    // A ping without an answer, or a wait that was ended: the connection is over.
    void others().catch(() => {});
    return first.catch(() => {});
  }

  /** Waits until nothing has come for a while: no message, and nothing of one that is long. */
  async function untilQuiet(): Promise<void> {
    heardAt = performance.now();
    while (!over.signal.aborted) {
      const restMs = heardAt + waitMs - performance.now();
      if (restMs > 0) await sleep(restMs, { signal: over.signal }).catch(() => {});
      else if (socket.connection.bytesReceived - heardBytes < CONTROL_BYTES) return;
      else [heardAt, heardBytes] = [performance.now(), socket.connection.bytesReceived];
    }
  }
}
