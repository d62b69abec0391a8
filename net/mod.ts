/**
 * The connection kernel: messages over sockets, with deadlines, limits, backpressure and a clean stop.
 *
 * @module
 */
export { type Address, formatAddress, isLoopback } from "./address.ts";
export { AddressList } from "./address_list.ts";
export { Calls } from "./calls.ts";
export type { CallLimits, CallOptions, CallsOptions, CallsSource } from "./calls_options.ts";
export { type CancelWait, type Clock, systemClock } from "./clock.ts";
export { connect, type ConnectOptions, type ConnectTls } from "./connect.ts";
export { connectTcp, type ConnectTcpOptions } from "./connect_tcp.ts";
export { Connection } from "./connection.ts";
export type {
  ConnectionOptions,
  FlushOptions,
  PeekOptions,
  ReceiveOptions,
  SendOptions,
  SwitchOptions,
  TrySendOptions,
} from "./connection_options.ts";
export {
  type ConnectDeadlines,
  type ConnectionDeadlines,
  type Deadlines,
  DEFAULT_DEADLINES,
  type ServerDeadlines,
  withDeadline,
  type WithDeadlineOptions,
} from "./deadlines.ts";
export { dial, type DialOptions } from "./dial.ts";
export {
  ClosedError,
  type ClosedErrorCode,
  type ClosedErrorOptions,
  DeadlineError,
  type DeadlineErrorCode,
  type DeadlineErrorOptions,
  type DeadlinePhase,
} from "./errors.ts";
export { type FailureCode, failureCodeOf } from "./failure_code.ts";
export {
  type Advice,
  type AdviceKind,
  explain,
  type ExplainOptions,
  type Explanation,
  formatExplanation,
} from "./explain.ts";
export { type ConnectionLimits, DEFAULT_SERVER_LIMITS, type ServerLimits } from "./limits.ts";
export { type Backoff, reconnect, type ReconnectOptions, type Retry } from "./reconnect.ts";
export {
  type Handler,
  serve,
  type ServeOptions,
  Server,
  type ServerCounts,
  type ShutdownResult,
} from "./serve.ts";
export { formatServerEvent, type ServerEvent } from "./server_events.ts";
export { SharedBytes } from "./shared_bytes.ts";
export { shutdownOnSignals, type ShutdownOnSignalsOptions } from "./signals.ts";
export { type NodeSocket, socketTransport } from "./socket_transport.ts";
export { streamTransport, type StreamTransportOptions } from "./stream_transport.ts";
export type { ReceiveRate } from "./token_bucket.ts";
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
