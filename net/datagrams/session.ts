import type { DatagramSendOptions } from "./sender.ts";

/**
 * Why a session is over.
 *
 * `done`, its handler returned or closed it; `idle`, nothing came from the peer for `idleMs`;
 * `evicted`, another peer needed its place; `failed`, its handler threw; `stopping`, the server is shutting down.
 */
export type DatagramCloseReason = "done" | "idle" | "evicted" | "failed" | "stopping";

/**
 * One peer of a server of datagrams, by its address: an async iterable of the messages that come from there, with
 * `send()`. The iteration ends when the session does; `closeReason` says why.
 */
export interface DatagramSession<In, Out = In> extends AsyncIterable<In> {
  /** The session's number on its server, from 0. */
  readonly id: number;
  /** Where its datagrams come from; an IPv4 address is never mapped into IPv6. */
  readonly remoteAddr: Deno.NetAddr;
  /** Why the session is over; undefined while it is not. */
  readonly closeReason: DatagramCloseReason | undefined;
  /** Is aborted when the session is over, with a `ClosedError` that says why. */
  readonly signal: AbortSignal;
  /**
   * Sends a message to the peer. That it was sent says nothing of whether it arrived. The promise may be forgotten.
   *
   * @throws {ClosedError} The session is over, and not because the server is stopping.
   * @throws {LimitError} It is larger than `maxDatagramBytes`, or too much is on its way out; nothing was sent.
   * @throws {ProtocolError} The codec cannot say it.
   */
  send(message: Out, options?: DatagramSendOptions): Promise<void>;
  /** Returns the next message; undefined where the session is over. Two calls cannot wait at one time. */
  receive(): Promise<In | undefined>;
  /** Ends the session: what waits is dropped, and the peer's next datagram begins another one. May be called again. */
  close(): void;
  /** Returns the messages; one iteration goes on where another one ended. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
}

/** Serves one peer; its session is over when this is. */
export type DatagramHandler<In, Out = In> = (
  session: DatagramSession<In, Out>,
) => unknown;
