/**
 * Push: topics, those who follow them, and what was published last. It stands on WebSocket and Server-Sent Events, and on
 * whatever else a `Sink` is made for.
 *
 * @example
 * ```ts
 * import { Hub, WebSocketSink, webSocketFraming } from "@parley/sockets/push";
 * import { connectWebSocket, serveWebSocket } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * const hub = new Hub();
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveWebSocket(listener, {}, async (socket) => {
 *   using _ = hub.subscribe("news", new WebSocketSink(socket), {
 *     framing: webSocketFraming(socket),
 *   });
 *   for await (const _ of socket);
 * });
 * await using socket = await connectWebSocket(`ws://127.0.0.1:${server.addr.port}/`);
 * while (hub.publish("news", "it rains").subscribers === 0) await new Promise((go) => setTimeout(go, 1));
 * const answer = await socket.receive();
 * assert(answer?.kind === "text" && answer.text === "it rains");
 * ```
 *
 * @module
 */
export { type Broker, type BrokerMessage, type BrokerReceiver, LocalBroker } from "./broker.ts";
export { type DropReason, HubCounters } from "./counters.ts";
export {
  ENVELOPE_PROTOCOL,
  type EnvelopeFraming,
  envelopeFraming,
  type Hello,
} from "./envelope.ts";
export { eventStreamFraming } from "./event_stream.ts";
export type { Framing } from "./framing.ts";
export {
  Hub,
  type HubOptions,
  type Published,
  type PublishOptions,
  type SubscribeOptions,
  type Subscription,
} from "./hub.ts";
export { DEFAULT_HUB_LIMITS, type HubLimits } from "./limits.ts";
export type { PushMessage } from "./push_message.ts";
export { type Sink, SLOW_POLICIES, type SlowPolicy } from "./subscriber.ts";
export { MAX_TOPIC_BYTES, topicNameFault } from "./topic_name.ts";
export { webSocketFraming, WebSocketSink } from "./websocket_sink.ts";
