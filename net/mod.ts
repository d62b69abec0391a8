/**
 * The connection kernel: messages over sockets, with deadlines, limits, backpressure and a clean stop.
 *
 * @module
 */
export { type Address, formatAddress, isLoopback } from "./address.ts";
export { AddressList } from "./address_list.ts";
export { type CancelWait, type Clock, systemClock } from "./clock.ts";
export {
  Connection,
  type ConnectionOptions,
  type ReceiveOptions,
  type SendOptions,
} from "./connection.ts";
export {
  type Deadlines,
  DEFAULT_DEADLINES,
  withDeadline,
  type WithDeadlineOptions,
} from "./deadlines.ts";
export {
  ClosedError,
  type ClosedErrorCode,
  type ClosedErrorOptions,
  DeadlineError,
  type DeadlineErrorCode,
  type DeadlinePhase,
  type ErrorCode,
} from "./errors.ts";
export {
  DEFAULT_GRACE_MS,
  formatServerEvent,
  type Handler,
  serve,
  type ServeOptions,
  Server,
  type ServerCounts,
  type ServerEvent,
  type ShutdownResult,
} from "./serve.ts";
export { type ReceiveRate, TokenBucket } from "./token_bucket.ts";
export {
  formatTrace,
  type Trace,
  type TraceBytes,
  type TraceDirection,
  type TraceEvent,
  type TraceMessage,
  type TraceNote,
} from "./trace.ts";
export type { Listener, Transport } from "./transport.ts";
export { explain, type ExplainOptions } from "./explain.ts";
export { type Backoff, reconnect, type ReconnectOptions } from "./reconnect.ts";
export { shutdownOnSignals, type ShutdownOnSignalsOptions } from "./signals.ts";
