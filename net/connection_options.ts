import type { Clock } from "./clock.ts";
import type { ConnectionDeadlines } from "./deadlines.ts";
import type { ConnectionLimits } from "./limits.ts";
import type { ReceiveRate } from "./token_bucket.ts";
import type { Trace } from "./trace.ts";

/** How a {@linkcode Connection} behaves. */
export interface ConnectionOptions {
  /** The number that logs and traces name it by. @default {0} */
  id?: number;
  /** How much it may hold. A message's size is bounded by its codec. */
  limits?: Partial<ConnectionLimits>;
  /** How long things may take. */
  deadlines?: Partial<ConnectionDeadlines>;
  /** How fast the peer may send. @default as fast as it can */
  rate?: ReceiveRate;
  /** Sees all bytes, and the messages that they became. */
  trace?: Trace;
  /** Aborts the connection. */
  signal?: AbortSignal;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** How long {@linkcode Connection.receive} waits. */
export interface ReceiveOptions {
  /** Milliseconds to wait at most. @default {Infinity} */
  waitMs?: number;
  /** When time runs out, return what `receivePartial` gives, instead of failing. @default {false} */
  partial?: boolean;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/** How long {@linkcode Connection.flush} and {@linkcode Connection.closeWrite} wait. */
export interface FlushOptions {
  /** Ends the wait, not the sending. */
  signal?: AbortSignal;
}

/** How {@linkcode Connection.send} sends, and how long it waits. */
export interface SendOptions extends FlushOptions {
  /**
   * The message is given away with its memory, as `postMessage` transfers it: from 4 KiB on its whole `ArrayBuffer` is
   * empty afterwards, and serves the next large message. A large one is sent without a copy. It needs a codec whose messages are bytes that stand in
   * the frame as they are, such as `lengthPrefixed()`; with any other it changes nothing.
   *
   * @default {false}
   */
  transfer?: boolean;
}

/** How much {@linkcode Connection.trySend} lets wait. */
export interface TrySendOptions {
  /** Bytes that may wait with these, at most; more than the connection's own limit never may. @default that limit */
  maxQueuedBytes?: number;
}

/** How long {@linkcode Connection.peek} waits. */
export interface PeekOptions {
  /** Milliseconds to wait at most. @default {Infinity} */
  waitMs?: number;
  /** Ends the wait. What came stays for the next call. */
  signal?: AbortSignal;
}

/** What changes with the protocol, in {@linkcode Connection.switchTo}. What is not given stays as it was. */
export interface SwitchOptions {
  /** How much the connection may hold from now on. */
  limits?: Partial<ConnectionLimits>;
  /** How long things may take from now on. */
  deadlines?: Partial<ConnectionDeadlines>;
}
