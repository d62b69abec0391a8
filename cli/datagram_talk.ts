import { escapeControls } from "../codec/escape_controls.ts";
import { onAbort } from "../net/abort_listener.ts";
import type { DatagramConnection } from "../net/datagrams/mod.ts";
import { DeadlineError } from "../net/mod.ts";
import type { Report } from "./report.ts";

/** A socket that talks to one peer in bytes. */
export type DatagramPeer = DatagramConnection<Uint8Array<ArrayBuffer>, Uint8Array>;

/** What is said to a peer, and who hears what it says. */
export interface DatagramTalkOptions {
  /** What to say, each a datagram. */
  readonly said: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Takes what the peer says; the next datagram waits for it. */
  readonly heard: (message: Uint8Array<ArrayBuffer>) => void | Promise<void>;
  /** Hears that nobody listens there, where the system tells; the talk goes on. */
  readonly refused: (error: Error) => void;
  /** Once all is said, it is over when nothing has come for so long, in milliseconds. */
  readonly waitMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Says and hears at the same time, neither waiting for the other. Returns when all is said and nothing has come for a while, or
 * when its signal is aborted.
 *
 * @throws What `said` and `heard` throw, and what the socket does.
 */
export async function talkDatagrams(
  peer: DatagramPeer,
  { said, heard, refused, waitMs, signal }: DatagramTalkOptions,
): Promise<void> {
  const over = new AbortController();
  const stopListening = onAbort(signal, () => over.abort());
  const hearing = hearWhile(peer, { heard, refused, signal: over.signal });
  // Nobody may wait for it before all is said, which may take for ever.
  const failed = hearing.catch((error) => {
    over.abort();
    throw error;
  });
  failed.catch(() => {});
  try {
    for await (const message of said) {
      if (over.signal.aborted) break;
      await peer.send(message).catch((error) => tellRefusal(error, refused));
    }
    if (waitMs === Infinity) await failed;
    over.abort();
    await failed;
    if (!signal.aborted) await hearWhile(peer, { heard, refused, waitMs, signal });
  } finally {
    over.abort();
    stopListening();
  }
}

/** Hears until nothing has come for `waitMs`, or the signal is aborted. */
export async function hearWhile(
  peer: DatagramPeer,
  { heard, refused, waitMs, signal }:
    & Pick<DatagramTalkOptions, "heard" | "refused" | "signal">
    & { readonly waitMs?: number },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const message = await peer.receive({ signal, ...waitMs !== undefined && { waitMs } });
      if (message === undefined) return;
      await heard(message);
    } catch (error) {
      if (signal.aborted || (error instanceof DeadlineError && waitMs !== undefined)) return;
      tellRefusal(error, refused);
    }
  }
}

/** @throws What it is given, where that is something else than a peer that nobody is. */
export function tellRefusal(error: unknown, refused: (error: Error) => void): void {
  if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
  refused(error);
}

/** Returns what says once that nobody listens there. */
export function refusalNote(report: Report): (error: Error) => void {
  let isTold = false;
  return ({ message }) => {
    if (!isTold) report.note({ event: "refused", message }, escapeControls(message));
    isTold = true;
  };
}
