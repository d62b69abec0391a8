// This module is browser compatible.

import { requireNames } from "../arguments.ts";
import { requireLimit } from "../limits.ts";

/** What a side bounds of what the other one sends. `Infinity` lifts a limit and has to be typed. */
export interface WebSocketLimits {
  /** Bytes of one message, inflated where it is compressed; close code 1009 beyond. */
  maxMessageBytes: number;
  /** Fragments of one message; close code 1008 beyond. */
  maxFragments: number;
}

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_WEBSOCKET_LIMITS: Readonly<WebSocketLimits> = Object.freeze({
  maxMessageBytes: 1024 * 1024,
  maxFragments: 131_072,
});

/** The names of the limits. */
export const WEBSOCKET_LIMIT_NAMES: readonly string[] = Object.keys(DEFAULT_WEBSOCKET_LIMITS);

/**
 * Returns the limits of WebSocket, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no limit of WebSocket.
 * @throws {RangeError} A value is no limit.
 */
export function webSocketLimits(given: Partial<WebSocketLimits> = {}): WebSocketLimits {
  requireNames(given, { what: "limits of WebSocket", names: WEBSOCKET_LIMIT_NAMES });
  const limitOf = (name: keyof WebSocketLimits) =>
    requireLimit(name, given[name] ?? DEFAULT_WEBSOCKET_LIMITS[name]);
  return { maxMessageBytes: limitOf("maxMessageBytes"), maxFragments: limitOf("maxFragments") };
}
