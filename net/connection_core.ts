import type { Session } from "../codec/codec.ts";
import type { ProtocolError } from "../codec/errors.ts";
import type { Clock } from "./clock.ts";
import type { Tracer } from "./tracer.ts";
import type { Transport } from "./transport.ts";

/** What the two halves of a connection share, and what each asks of the whole. */
export interface ConnectionCore<Out> {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly tracer: Tracer | undefined;
  /** What both halves speak. */
  readonly session: Session<unknown, Out>;
  /** Sends what the protocol owes for what was decoded so far. */
  answer(): void;
  /** Turns the peer down as the protocol does, because its bytes could not be decoded. */
  refuse(error: ProtocolError): void;
  /** Sends what was gathered for the peer, once what arrived for others is handed out too: no message is left here. */
  flushSent(): void;
  /** Counts silence anew: bytes passed in the other direction. */
  touch(): void;
  /** Ends the connection with an error. */
  fail(error: unknown): void;
}
