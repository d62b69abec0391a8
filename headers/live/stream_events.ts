import { onAbort } from "../../net/abort_listener.ts";
import type { Clock } from "../../net/clock.ts";
import type { LiveLog } from "./live_log.ts";

/** A comment goes to a reader who has heard nothing for this long, so that no proxy takes the stream for dead. */
const PING_MS = 15_000;
/** A browser comes back after this long. */
const RETRY_MS = 2_000;

/** What a stream is written to. */
export interface EventWriter {
  /** Writes; settles once there is room for more. */
  write(data: string | Uint8Array): Promise<void>;
  /** Settles once the reader has left. */
  readonly peerLeft: Promise<void>;
}

/** How {@linkcode streamEvents} streams. */
export interface StreamEventsOptions {
  /** What the reader gets. */
  readonly log: LiveLog;
  /** The last event that the reader has seen, by its own word. */
  readonly lastEventId: string | undefined;
  /** A connection that is silent for this long is ended; nothing is silent for more than half of it. */
  readonly idleMs: number;
  /** The clock to go by. */
  readonly clock: Clock;
  /** Ends the stream. */
  readonly signal: AbortSignal;
}

/** Why a stream is over: the reader has left, or the signal ended it. */
export type StreamEnd = "left" | "stopped";

/**
 * Streams a log's entries as Server-Sent Events (HTML Standard, 9.2): first those that are kept, then each as it comes.
 * Nothing is queued for a reader: what is gone before one takes it is counted, and that is told instead.
 */
export async function streamEvents(
  writer: EventWriter,
  { log, lastEventId, idleMs, clock, signal }: StreamEventsOptions,
): Promise<StreamEnd> {
  let end: StreamEnd | undefined;
  let wake = nothing;
  const stop = (how: StreamEnd) => {
    end ??= how;
    wake();
  };
  const endings = [log.onEntry(() => wake()), onAbort(signal, () => stop("stopped"))];
  void writer.peerLeft.then(() => stop("left"));
  try {
    await writer.write(`retry: ${RETRY_MS}\n${eventOf("server", { run: log.run })}`);
    for (let position = log.positionOf(lastEventId); end === undefined;) {
      const entry = log.next(position);
      if (entry !== undefined) {
        const count = entry.number - position - 1;
        position = entry.number;
        if (count > 0) await writer.write(eventOf("missed", { count }));
        await writer.write(entry.event);
      } else if (await isSilent()) await writer.write(": still here\n\n");
    }
    return end;
  } finally {
    for (const ending of endings) ending();
  }

  /** Waits for an entry or the end, and says whether neither came for a while. */
  async function isSilent(): Promise<boolean> {
    let silent = false;
    await new Promise<void>((resolve) => {
      const cancel = clock.wait(Math.min(PING_MS, idleMs / 2), () => {
        silent = true;
        wake();
      });
      wake = () => {
        cancel();
        resolve();
      };
    });
    wake = nothing;
    return silent;
  }
}

function eventOf(type: string, data: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function nothing(): void {}
