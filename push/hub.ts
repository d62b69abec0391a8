import { requireWellFormed } from "../codec/text.ts";
import type { WebSocketEvent } from "../codec/websocket/messages.ts";
import { TextMessage } from "../codec/websocket/text_message.ts";
import { type Clock, systemClock } from "../net/clock.ts";
import { requireMs } from "../net/deadlines.ts";
import { SharedBytes } from "../net/shared_bytes.ts";
import { nextTurn } from "../net/turn.ts";
import { type Broker, type BrokerMessage, LocalBroker } from "./broker.ts";
import { HubCounters } from "./counters.ts";
import type { Framing } from "./framing.ts";
import { type HubLimits, hubLimits } from "./limits.ts";
import { numberIn } from "./message_id.ts";
import type { PushMessage } from "./push_message.ts";
import { type Sink, type SlowPolicy, Subscriber } from "./subscriber.ts";
import type { Topic } from "./topic.ts";
import { topicNameFault } from "./topic_name.ts";
import { Topics } from "./topics.ts";

/** Many proxies end what is silent for 30 s, some after 20 s. */
const ALIVE_MS = 15_000;

/** How a {@linkcode Hub} works. */
export interface HubOptions {
  /** How much it keeps, and how much may wait for a subscriber. */
  readonly limits?: Partial<HubLimits>;
  /** What stands between it and the topics. @default a {@linkcode LocalBroker} */
  readonly broker?: Broker;
  /** Subscribers hear after so many milliseconds that nothing was published, where their framing can say it. @default {15000} */
  readonly aliveMs?: number;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/** How somebody follows a topic. */
export interface SubscribeOptions {
  /** How messages stand on its wire. */
  readonly framing: Framing;
  /** What happens where it is too slow. @default {"close"} */
  readonly slow?: SlowPolicy;
  /** Whether its own messages come to it too. @default {true} */
  readonly ownMessages?: boolean;
  /**
   * Where it begins: with what is published from now on, with all of the history, or behind the message with this id.
   *
   * @default {"now"}
   */
  readonly from?: "now" | "history" | { readonly id: string };
  /** Returns what it is told first. @default nothing */
  readonly hello?:
    | ((subscription: Pick<Subscription, "id" | "present">) => Uint8Array<ArrayBuffer>)
    | undefined;
}

/** How a message is published. */
export interface PublishOptions {
  /** The subscription of who publishes it. @default nobody's */
  readonly by?: Subscription | undefined;
}

/** What became of a message. */
export interface Published {
  /** What names it; undefined where the broker brings it later. */
  readonly id: string | undefined;
  /** How many follow its topic here. */
  readonly subscribers: number;
}

/** Somebody who follows a topic, until it is disposed of. */
export interface Subscription extends Disposable {
  /** What names it as the sender of its messages, as long as the hub runs. */
  readonly id: string;
  /** The topic. */
  readonly topic: string;
  /** How many follow the topic now. */
  readonly present: number;
}

/**
 * Brings what is published on a topic to everybody who follows it. Publishing waits for nobody: each subscriber has a queue of
 * its own that is bounded, and who is too slow is closed, or misses messages, as it was told. All get the messages of a topic
 * in one order. A message is framed once for all who are there and have the same framing.
 *
 * @example
 * ```ts
 * import { Hub, WebSocketSink, webSocketFraming } from "@parley/sockets/push";
 * import { connectWebSocket, serveWebSocket } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * const hub = new Hub();
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveWebSocket(listener, {}, async (socket) => {
 *   using subscription = hub.subscribe("news", new WebSocketSink(socket), {
 *     framing: webSocketFraming(socket),
 *   });
 *   for await (const message of socket) hub.publish("news", message, { by: subscription });
 * });
 * await using socket = await connectWebSocket(`ws://127.0.0.1:${server.addr.port}/`);
 * await socket.send("hello");
 * const answer = await socket.receive();
 * assert(answer?.kind === "text" && answer.text === "hello");
 * ```
 */
export class Hub {
  /** What tells the ids of its messages from those of another run. */
  readonly run: string = crypto.randomUUID().slice(0, 13).replace("-", "");
  /** What it has done so far. */
  readonly counters: HubCounters = new HubCounters();
  readonly #limits: HubLimits;
  readonly #clock: Clock;
  readonly #broker: Broker;
  readonly #topics: Topics;
  readonly #subscribers = new Set<Subscriber>();
  /** Topics in which something was published that is not with the subscribers yet. */
  #turn: Topic[] = [];
  /** What is being published, and the id that it got. */
  #sent: { readonly message: BrokerMessage; id: string | undefined } | undefined;
  #newest = 0;
  #newestSubscriber = 0;

  /** Follows nothing yet. @throws {TypeError} A limit has a name that is none. @throws {RangeError} A limit is none. */
  constructor(
    { limits, broker = new LocalBroker(), aliveMs = ALIVE_MS, clock = systemClock }: HubOptions =
      {},
  ) {
    this.#limits = hubLimits(limits);
    this.#clock = clock;
    this.#topics = new Topics({
      limits: this.#limits,
      aliveMs: requireMs("aliveMs", aliveMs),
      clock,
    });
    this.#broker = broker;
    broker.attach({ deliver: (message) => this.#deliver(message) });
  }

  /** How many follow something. */
  get subscribers(): number {
    return this.#subscribers.size;
  }
  /** How many topics it knows. */
  get topics(): number {
    return this.#topics.size;
  }
  /** Bytes of the messages that it keeps. */
  get historyBytes(): number {
    return this.#topics.historyBytes;
  }

  /** How many follow a topic. */
  present(topic: string): number {
    return this.#topics.get(topic)?.present ?? 0;
  }

  /** Says whether there is room for somebody who follows a topic. */
  canFollow(topic: string): boolean {
    return this.#topics.canFollow(topic);
  }

  /** The messages of a topic that are kept, the oldest first. */
  history(topic: string): readonly PushMessage[] {
    return this.#topics.get(topic)?.history.after(0) ?? [];
  }

  /**
   * Gives a sink what is published on a topic from now on, behind what was published before where it asks for that.
   *
   * @throws {TypeError} The text cannot be the name of a topic.
   * @throws {LimitError} `maxTopics`: as many are followed already.
   */
  subscribe(name: string, sink: Sink, options: SubscribeOptions): Subscription {
    requireTopic(name);
    const { framing, slow = "close", ownMessages = true, from = "now", hello } = options;
    const topic = this.#topics.follow(name);
    const { history } = topic;
    const asked = typeof from === "object" ? numberIn(from.id, this.run) : undefined;
    // Nothing behind the message that was asked for is gone, and there was such a message.
    const isThere = asked !== undefined && asked >= history.lostUpTo && asked <= this.#newest;
    const isMissed = asked !== undefined && !isThere;
    const seen = from === "now" ? this.#newest : isThere ? asked : history.lostUpTo;
    const subscriber: Subscriber = new Subscriber(sink, {
      id: String(++this.#newestSubscriber),
      framing,
      slow,
      ownMessages,
      maxQueuedBytes: this.#limits.maxQueuedBytes,
      history,
      counters: this.counters,
      onSlow: () => this.#leave(topic, subscriber),
    }, { seen });
    const isFirst = topic.present === 0;
    topic.join(subscriber);
    this.#subscribers.add(subscriber);
    try {
      if (isFirst) this.#broker.follow?.(name);
      if (hello) {
        subscriber.tell(new SharedBytes(hello({ id: subscriber.id, present: topic.present })));
      }
      if (from !== "now") subscriber.catchUp({ isMissed });
    } catch (error) {
      this.#leave(topic, subscriber);
      throw error;
    }
    return {
      id: subscriber.id,
      topic: name,
      get present() {
        return topic.present;
      },
      [Symbol.dispose]: () => this.#leave(topic, subscriber),
    };
  }

  /**
   * Publishes a message: a string as text, bytes as binary, and what came from a WebSocket as it came. It is with the subscribers
   * on the next turn of the event loop, and nobody is waited for. Bytes must not change any more.
   *
   * @throws {TypeError} The text cannot be the name of a topic.
   * @throws {ProtocolError} It is no well-formed text.
   */
  publish(
    name: string,
    message: string | Uint8Array<ArrayBuffer> | WebSocketEvent,
    { by }: PublishOptions = {},
  ): Published {
    // Who follows a topic had its name looked at then.
    if (by?.topic !== name) requireTopic(name);
    const { kind, bytes } = contentOf(message);
    const sent: BrokerMessage = {
      topic: name,
      kind,
      bytes,
      timeMs: this.#clock.date().getTime(),
      from: by && `${this.run}-${by.id}`,
    };
    this.#sent = { message: sent, id: undefined };
    this.#broker.publish(sent);
    const { id } = this.#sent;
    this.#sent = undefined;
    return { id, subscribers: this.present(name) };
  }

  #deliver(delivered: BrokerMessage): void {
    const { topic: name, kind, bytes, timeMs, from } = delivered;
    const number = ++this.#newest;
    const id = `${this.run}-${number}`;
    if (this.#sent?.message === delivered) this.#sent.id ??= id;
    const message: PushMessage = {
      topic: name,
      number,
      id,
      kind,
      bytes: ownBytes(bytes),
      timeMs,
      from: from?.startsWith(`${this.run}-`) ? from.slice(this.run.length + 1) : from,
    };
    this.counters.published++;
    this.counters.publishedBytes += bytes.length;
    const topic = this.#topics.keep(message);
    if (!topic?.add(message)) return;
    if (this.#turn.push(topic) === 1) nextTurn(this.#flush);
  }

  readonly #flush = (): void => {
    const topics = this.#turn;
    this.#turn = [];
    for (const topic of topics) topic.flush();
  };

  #leave(topic: Topic, subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber)) return;
    subscriber.end();
    topic.leave(subscriber);
    if (topic.present > 0) return;
    this.#topics.unfollow(topic);
    this.#broker.unfollow?.(topic.name);
  }
}

const encoder = new TextEncoder();

function contentOf(
  message: string | Uint8Array<ArrayBuffer> | WebSocketEvent,
): { kind: "text" | "binary"; bytes: Uint8Array<ArrayBuffer> } {
  if (typeof message === "string") {
    requireWellFormed(message, "message");
    return { kind: "text", bytes: encoder.encode(message) };
  }
  if (message instanceof Uint8Array) return { kind: "binary", bytes: message };
  // A decoder makes the bytes of what comes, so they stand on an ArrayBuffer.
  const { bytes } = message as { bytes?: Uint8Array<ArrayBuffer> };
  if (message instanceof TextMessage || message.kind === "binary") {
    return { kind: message.kind, bytes: bytes! };
  }
  return contentOf(message.text);
}

/** A message that is kept keeps no block that it shares with others. */
function ownBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.buffer.byteLength > 2 * bytes.length ? bytes.slice() : bytes;
}

function requireTopic(name: string): void {
  const fault = topicNameFault(name);
  if (fault !== undefined) throw new TypeError(`Cannot use topic: ${fault}`);
}
