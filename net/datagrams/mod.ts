/**
 * Datagrams (UDP) with a session per peer: a server that knows its peers by their addresses and forgets them when they are
 * silent, a client that talks to one, calls that are sent again until a reply comes, and the codecs.
 *
 * @example
 * ```ts
 * import { serveDatagrams, textDatagrams } from "@parley/sockets/datagrams";
 * const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
 * await using server = serveDatagrams(socket, { codec: textDatagrams() }, async (session) => {
 *   for await (const text of session) await session.send(`${session.id} said ${text}`);
 * });
 * ```
 *
 * @module
 */
export {
  asDatagrams,
  type DatagramCodec,
  type DatagramEncodeOptions,
  rawDatagrams,
  textDatagrams,
  type TextDatagramsOptions,
} from "../../codec/datagram_codec.ts";
export type { AskOptions } from "./asks.ts";
export {
  connectDatagrams,
  DatagramConnection,
  type DatagramConnectionCounts,
  type DatagramConnectOptions,
  type DatagramReceiveOptions,
} from "./connect_datagrams.ts";
export { type DatagramDeadlines, DEFAULT_DATAGRAM_DEADLINES } from "./deadlines.ts";
export {
  type DatagramDropReason,
  type DatagramDrops,
  type DatagramEvent,
  formatDatagramEvent,
} from "./events.ts";
export { type DatagramLimits, DEFAULT_DATAGRAM_LIMITS, MAX_UDP_BYTES } from "./limits.ts";
export { localHostFor } from "./peer_address.ts";
export { DatagramServer, serveDatagrams } from "./serve_datagrams.ts";
export type {
  DatagramServeOptions,
  DatagramServerCounts,
  DatagramShutdownResult,
} from "./serve_options.ts";
export type { DatagramSendOptions } from "./sender.ts";
export type { DatagramCloseReason, DatagramHandler, DatagramSession } from "./session.ts";
export type { DatagramAddress, DatagramTransport } from "./transport.ts";
