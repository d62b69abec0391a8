// This module is browser compatible.

import { requireFunction, requireNames } from "../arguments.ts";
import { type Codec, defineCodec } from "../codec.ts";
import type { AgreedCompression } from "./compression.ts";
import { type WebSocketLimits, webSocketLimits } from "./limits.ts";
import type {
  WebSocketClose,
  WebSocketMessage,
  WebSocketOutgoing,
  WebSocketProbe,
} from "./messages.ts";
import { WebSocketSession } from "./session.ts";

/** How a side speaks WebSocket, once the handshake is done. */
export interface WebSocketCodecOptions {
  /** What it bounds of what the other side sends. */
  limits?: Partial<WebSocketLimits> | undefined;
  /** What the handshake agreed on. @default no compression */
  compression?: AgreedCompression | undefined;
  /** Hears of pings, pongs and the close as soon as they are decoded, also while the program is busy. @default nobody */
  onControl?: ((message: WebSocketProbe | WebSocketClose) => void) | undefined;
}

/** How a client speaks WebSocket. */
export interface WebSocketClientCodecOptions extends WebSocketCodecOptions {
  /** Fills bytes with randomness that nobody can foresee, for the masks: `crypto.getRandomValues`. */
  random: (into: Uint8Array<ArrayBuffer>) => void;
}

/**
 * WebSocket as a server speaks it (RFC 6455), once the handshake is done. A decoder gives messages, whole however they were cut
 * into fragments, and the pings, pongs and the close between them; its session answers pings, echoes the close, and says 1000
 * or 1001 at the end. It refuses what the standard does: frames without a mask, reserved bits, lengths that are not in their
 * shortest form, text that is no UTF-8 (at the first byte that tells), and messages past its limits; `closeCodeHint` says
 * which close code tells so.
 *
 * ```text
 *   81 85 37 fa 21 3d 7f 9f 4d 51 58      "Hello" from a client: final, text; masked, 5 bytes; mask; payload
 *   81 05 48 65 6c 6c 6f                  "Hello" from a server
 * ```
 *
 * @throws {RangeError} A limit is none.
 *
 * @example
 * ```ts
 * import { webSocketServerCodec } from "@parley/sockets/codec/websocket";
 * import { assert } from "@std/assert";
 * const codec = webSocketServerCodec();
 * assert(codec.encode("hi").join() === "129,2,104,105");
 * const decoder = codec.decoder();
 * decoder.push(new Uint8Array([0x81, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2]));
 * const message = decoder.next();
 * assert(message?.kind === "text" && message.text === "hi");
 * ```
 */
export function webSocketServerCodec(
  options: WebSocketCodecOptions = {},
): Codec<WebSocketMessage, WebSocketOutgoing> {
  requireNames(options, { what: "options of webSocketServerCodec()", names: NAMES });
  return codecOf(options, undefined);
}

/**
 * WebSocket as a client speaks it (RFC 6455), once the handshake is done: as {@linkcode webSocketServerCodec}, but that each of
 * its frames has a fresh mask, and the other side's have none.
 *
 * @throws {RangeError} A limit is none.
 * @throws {TypeError} `random` is no function.
 *
 * @example
 * ```ts
 * import { webSocketClientCodec } from "@parley/sockets/codec/websocket";
 * import { assert } from "@std/assert";
 * const codec = webSocketClientCodec({ random: (into) => crypto.getRandomValues(into) });
 * assert(codec.encode("hi").length === 2 + 4 + 2);
 * ```
 */
export function webSocketClientCodec(
  options: WebSocketClientCodecOptions,
): Codec<WebSocketMessage, WebSocketOutgoing> {
  const names = [...NAMES, "random"];
  requireNames(options, { what: "options of webSocketClientCodec()", names });
  return codecOf(options, requireFunction(options.random, "random"));
}

const NAMES = ["limits", "compression", "onControl"];

function codecOf(
  { limits, compression, onControl }: WebSocketCodecOptions,
  random: ((into: Uint8Array<ArrayBuffer>) => void) | undefined,
): Codec<WebSocketMessage, WebSocketOutgoing> {
  const settled = { limits: webSocketLimits(limits), compression, random, onControl };
  return defineCodec<WebSocketMessage, WebSocketOutgoing>(() => new WebSocketSession(settled));
}
