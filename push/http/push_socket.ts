import type { WebSocketConnection } from "../../net/websocket/mod.ts";
import { ENVELOPE_PROTOCOL, envelopeFraming } from "../envelope.ts";
import type { Hub } from "../hub.ts";
import type { SlowPolicy } from "../subscriber.ts";
import { webSocketFraming, WebSocketSink } from "../websocket_sink.ts";

/** What a client is told that it breaks the rules of this server (RFC 6455, 7.4.1). */
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

/** How {@linkcode followTopic} serves a WebSocket. */
export interface FollowOptions {
  readonly hub: Hub;
  readonly topic: string;
  /** Behind which message it begins; without one it begins now, or with the history where it speaks the subprotocol. */
  readonly lastEventId: string | undefined;
  /** What it sends is published. */
  readonly mayPublish: boolean;
  /** Its own messages come back to it. */
  readonly ownMessages: boolean;
  readonly slow: SlowPolicy;
}

/** Gives a WebSocket what is published on a topic, and publishes what it sends, until it is over. */
export async function followTopic(
  socket: WebSocketConnection,
  { hub, topic, lastEventId, mayPublish, ownMessages, slow }: FollowOptions,
): Promise<void> {
  if (!hub.canFollow(topic)) {
    return await socket.close(TRY_AGAIN_LATER, "As many topics are followed as the server lets be");
  }
  const isEnvelope = socket.protocol === ENVELOPE_PROTOCOL;
  const framing = isEnvelope ? envelopeFraming(socket) : webSocketFraming(socket);
  const from = lastEventId ? { id: lastEventId } : isEnvelope ? "history" : "now";
  using subscription = hub.subscribe(topic, new WebSocketSink(socket), {
    framing,
    slow,
    ownMessages,
    from,
    hello: isEnvelope
      ? ({ id, present }) =>
        envelopeFraming(socket).hello({ run: hub.run, you: id, topic, present, mayPublish })
      : undefined,
  });
  for await (const message of socket) {
    if (!mayPublish) {
      subscription[Symbol.dispose]();
      return await socket.close(POLICY_VIOLATION, "This client may not publish");
    }
    hub.publish(topic, message, { by: subscription });
  }
}
