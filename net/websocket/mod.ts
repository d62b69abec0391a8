/**
 * WebSocket on the kernel, for servers and clients (RFC 6455, RFC 7692). The codec is here too, for who brings a transport of
 * their own.
 *
 * @example
 * ```ts
 * import { connectWebSocket, serveWebSocket } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveWebSocket(listener, {}, async (socket) => {
 *   for await (const message of socket) await socket.send(message);
 * });
 * await using socket = await connectWebSocket(`ws://127.0.0.1:${server.addr.port}/`);
 * await socket.send(new Uint8Array([1, 2, 3]));
 * const answer = await socket.receive();
 * assert(answer?.kind === "binary" && answer.bytes.join() === "1,2,3");
 * ```
 *
 * @module
 */
export * from "../../codec/websocket/mod.ts";
export type { CloseFrame, CloseInfo } from "./close_info.ts";
export { connectWebSocket, type ConnectWebSocketOptions } from "./connect_websocket.ts";
export { acceptNodeUpgrade, type NodeRequest, type NodeUpgrade } from "./node_upgrade.ts";
export {
  DEFAULT_WEBSOCKET_DEADLINES,
  type WebSocketDeadlines,
  type WebSocketOptions,
} from "./options.ts";
export { type OriginRefusal, originRefusal, type PageOrigins } from "./page_origin.ts";
export {
  serveWebSocket,
  type ServeWebSocketOptions,
  type WebSocketHandler,
} from "./serve_websocket.ts";
export { upgradeWebSocket, type UpgradeWebSocketOptions } from "./upgrade_websocket.ts";
export { WebSocketConnection, type WebSocketTransport } from "./websocket_connection.ts";
