import type { Framing } from "../../push/framing.ts";
import { Hub, type HubOptions, type SubscribeOptions, type Subscription } from "../../push/hub.ts";
import type { PushMessage } from "../../push/push_message.ts";
import type { Sink } from "../../push/subscriber.ts";
import type { SharedBytes } from "../../net/shared_bytes.ts";
import { FakeClock } from "../../testing/fake_clock.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A sink that writes down what it is given. While it is `isBlocked`, all of it stays in its queue, as with a peer that reads nothing. */
export class FakeSink implements Sink {
  queuedBytes = 0;
  closed = false;
  onLowWater: (() => void) | undefined;
  /** What was taken, one text for each call. */
  readonly taken: string[] = [];
  /** How often it was ended as too slow. */
  slowEnds = 0;
  isBlocked = false;
  /** Is called behind each piece that was taken. */
  onTaken: (() => void) | undefined;
  #wasFull = false;

  trySend({ buffer, length }: SharedBytes, { maxQueuedBytes }: { maxQueuedBytes: number }) {
    if (this.closed) return false;
    if (this.queuedBytes > 0 && this.queuedBytes + length > maxQueuedBytes) {
      this.#wasFull = true;
      return false;
    }
    this.taken.push(decoder.decode(buffer));
    if (this.isBlocked) this.queuedBytes += length;
    this.onTaken?.();
    return true;
  }

  endSlow(): void {
    this.slowEnds++;
  }

  /** All that was taken. */
  get text(): string {
    return this.taken.join("");
  }

  /** Its peer reads all that is queued; it tells of it as a connection does. */
  drain(): void {
    this.queuedBytes = 0;
    if (!this.#wasFull) return;
    this.#wasFull = false;
    this.onLowWater?.();
  }
}

/** A message is its text, or its bytes in decimal, with a semicolon behind it. */
export class FakeFraming implements Framing {
  /** The numbers of the messages that were framed, once for each time. */
  readonly framed: number[] = [];

  frame({ kind, bytes, number }: PushMessage): Uint8Array<ArrayBuffer> {
    this.framed.push(number);
    return encoder.encode(`${kind === "text" ? decoder.decode(bytes) : `[${bytes}]`};`);
  }
  missed(): Uint8Array<ArrayBuffer> {
    return encoder.encode("missed;");
  }
}

/** A framing that says when it is silent. */
export class AliveFraming extends FakeFraming {
  alive(): Uint8Array<ArrayBuffer> {
    return encoder.encode("alive;");
  }
}

/** A framing that says all there is to say. */
export class TalkingFraming extends AliveFraming {
  present(count: number): Uint8Array<ArrayBuffer> {
    return encoder.encode(`present ${count};`);
  }
}

/** A hub on a clock of the test's. */
export function openHub(options: Omit<HubOptions, "clock"> = {}): { hub: Hub; clock: FakeClock } {
  const clock = new FakeClock();
  return { hub: new Hub({ ...options, clock }), clock };
}

/** Somebody who follows a topic. */
export interface Follower {
  readonly sink: FakeSink;
  readonly framing: FakeFraming;
  readonly subscription: Subscription;
}

/** Follows a topic. */
export function follow(
  hub: Hub,
  {
    topic = "news",
    framing = new FakeFraming(),
    sink = new FakeSink(),
    ...options
  }: Partial<Omit<SubscribeOptions, "framing">> & {
    topic?: string;
    framing?: FakeFraming;
    sink?: FakeSink;
  } = {},
): Follower {
  return { sink, framing, subscription: hub.subscribe(topic, sink, { framing, ...options }) };
}

/** Publishes texts on one topic, and returns their ids. */
export function publishAll(hub: Hub, texts: readonly string[], topic = "news"): string[] {
  return texts.map((text) => hub.publish(topic, text).id!);
}

/** Returns texts that are numbers, one behind the other. */
export function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => String(from + at));
}

/** A message with a number, as a hub makes it. */
export function messageOf(
  number: number,
  { topic = "news", bytes = 0, ...more }: Partial<Omit<PushMessage, "bytes">> & {
    bytes?: number;
  } = {},
): PushMessage {
  return {
    topic,
    number,
    id: `1f3a90bb21c4-${number}`,
    kind: "text",
    bytes: new Uint8Array(bytes).fill(120),
    timeMs: 0,
    from: undefined,
    ...more,
  };
}

/** A message with a text. */
export function textMessage(text: string, more: Partial<PushMessage> = {}): PushMessage {
  return { ...messageOf(12), bytes: encoder.encode(text), ...more };
}
