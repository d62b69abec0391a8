import type { Codec } from "../codec/codec.ts";
import type { LimitError } from "../codec/errors.ts";
import type { AddressList } from "./address_list.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import type { ServerDeadlines } from "./deadlines.ts";
import type { ServerLimits } from "./limits.ts";
import type { ServerEvent } from "./server_events.ts";

/** How {@linkcode serve} serves. Everything of {@linkcode ConnectionOptions} holds for each connection. */
export interface ServeOptions<In, Out = In>
  extends Omit<ConnectionOptions, "id" | "signal" | "limits" | "deadlines"> {
  /** What the peers speak. */
  codec: Codec<In, Out>;
  /** How many connections there may be, and how much each may hold. */
  limits?: Partial<ServerLimits>;
  /** How long things may take on each connection, and at a shutdown. */
  deadlines?: Partial<ServerDeadlines>;
  /** Only peers with these addresses are served. @default every peer */
  allow?: AddressList;
  /** Peers with these addresses are not served, allowed or not. @default none */
  deny?: AddressList;
  /**
   * Returns what to tell a peer that is turned away because a limit is reached. Where it is not given, or undefined is
   * returned, the peer hears what the protocol has for it, if anything. So it does where this throws.
   */
  refusal?: (error: LimitError) => Out | undefined;
  /** Shuts the server down. */
  signal?: AbortSignal;
  /**
   * Hears what happens. What it throws or rejects with changes nothing, and is written to stderr once. Where it is not
   * given, failures are written to stderr as `formatServerEvent` says them: a line each, and those that are bugs with
   * their stack.
   */
  onEvent?: (event: ServerEvent) => void;
}

/**
 * Answers one peer: the connection is closed politely when it returns, and its failure touches no other. After a failure
 * the peer gets what was sent before, and then the same polite close: it hears an end, and not that anything failed
 * (a `receive()` of its gives undefined). Who wants it to know says so before, or aborts the connection.
 */
export type Handler<In, Out = In> = (connection: Connection<In, Out>) => Promise<void> | void;

/** How connections ended at a shutdown. */
export interface ShutdownResult {
  /** Connections that finished within the grace time. */
  drained: number;
  /** Connections that were cut when it was over. */
  cut: number;
}

/** What a server has seen so far. */
export interface ServerCounts {
  /** Connections that were served or are. */
  accepted: number;
  /** Connections that were turned away. */
  refused: number;
  /** Connections whose handler failed. */
  failed: number;
  /** Connections that died before they were accepted: they cost nothing, and nothing else is told of them. */
  lost: number;
  /** Accepts that failed for another reason. */
  acceptFailed: number;
}
