import { requireNames } from "../../codec/arguments.ts";
import {
  WEBSOCKET_LIMIT_NAMES,
  type WebSocketLimits,
  webSocketLimits,
} from "../../codec/websocket/limits.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type ConnectionDeadlines, DEFAULT_DEADLINES, requireMs } from "../deadlines.ts";
import { type ConnectionLimits, connectionLimits } from "../limits.ts";

/** How long things may take on a WebSocket, in milliseconds. `Infinity` lifts a deadline and has to be typed. */
export interface WebSocketDeadlines extends ConnectionDeadlines {
  /** Without a byte from the peer, until it is asked with a ping; each connection waits a tenth less or more. */
  pingMs: number;
  /** For the peer to send anything at all, once it was asked; then the connection is over. */
  pongMs: number;
  /** For the peer's close frame, once ours was sent. */
  closeMs: number;
}

/** The deadlines that a WebSocket has beside those of every connection. */
export const DEFAULT_WEBSOCKET_DEADLINES: Readonly<
  Pick<WebSocketDeadlines, "pingMs" | "pongMs" | "closeMs">
> = Object.freeze({ pingMs: 25_000, pongMs: 10_000, closeMs: 5_000 });

/** What a WebSocket is told on both sides. */
export interface WebSocketOptions {
  /** Subprotocols (RFC 6455, 1.9), the best one first. @default none */
  protocols?: readonly string[];
  /**
   * Compress messages where the other side does as well (RFC 7692). With `no-takeover` no message refers to those before it, so
   * that many connections can be sent the same bytes, and none holds a window. @default {false}
   */
  compress?: boolean | "no-takeover";
  /** How much the other side may send, and how much may wait for it. */
  limits?: Partial<WebSocketLimits & ConnectionLimits> | undefined;
  /** How long things may take. */
  deadlines?: Partial<WebSocketDeadlines> | undefined;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** Options with every default in its place. */
export interface SettledOptions {
  readonly protocols: readonly string[];
  readonly compress: boolean | "no-takeover";
  readonly limits: WebSocketLimits;
  readonly connectionLimits: Partial<ConnectionLimits>;
  readonly deadlines: Pick<WebSocketDeadlines, "pingMs" | "pongMs" | "closeMs">;
  readonly connectionDeadlines: Partial<ConnectionDeadlines>;
  readonly clock: Clock;
}

const OWN_DEADLINES = Object.keys(DEFAULT_WEBSOCKET_DEADLINES);
const LIMITS = [...WEBSOCKET_LIMIT_NAMES, "maxQueuedBytes"];
/** What may stand beside them, since whoever connects or serves has these. */
const DEADLINES = [...OWN_DEADLINES, ...Object.keys(DEFAULT_DEADLINES)];

/**
 * Returns options with their defaults.
 *
 * @throws {TypeError} A limit or a deadline has a name that nobody looks at.
 * @throws {RangeError} One of them is none.
 */
export function settledOptions(
  options: WebSocketOptions,
  { moreLimits = [] }: { readonly moreLimits?: readonly string[] } = {},
): SettledOptions {
  const { limits = {}, deadlines = {}, protocols = [], compress = false } = options;
  requireNames(limits, { what: "limits of a WebSocket", names: [...LIMITS, ...moreLimits] });
  requireNames(deadlines, { what: "deadlines of a WebSocket", names: DEADLINES });
  const { maxMessageBytes, maxFragments, maxQueuedBytes } = limits;
  const deadlineOf = (name: keyof typeof DEFAULT_WEBSOCKET_DEADLINES) =>
    requireMs(name, deadlines[name] ?? DEFAULT_WEBSOCKET_DEADLINES[name]);
  return {
    protocols,
    compress,
    limits: webSocketLimits({
      ...maxMessageBytes !== undefined && { maxMessageBytes },
      ...maxFragments !== undefined && { maxFragments },
    }),
    // Behind an upgrade the server's own holds where nobody says otherwise.
    connectionLimits: maxQueuedBytes === undefined ? {} : connectionLimits({ maxQueuedBytes }),
    deadlines: {
      pingMs: deadlineOf("pingMs"),
      pongMs: deadlineOf("pongMs"),
      closeMs: deadlineOf("closeMs"),
    },
    connectionDeadlines: Object.fromEntries(
      Object.entries(deadlines).filter(([name]) => !OWN_DEADLINES.includes(name)),
    ),
    clock: options.clock ?? systemClock,
  };
}
