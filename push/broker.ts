/** A message on its way to the hubs. */
export interface BrokerMessage {
  /** The topic. */
  readonly topic: string;
  /** What it is. */
  readonly kind: "text" | "binary";
  /** The text in UTF-8, or the bytes. They must not change any more. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it was published, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The subscriber that published it, with the run of its hub in front; undefined where it was none. */
  readonly from: string | undefined;
}

/** What a {@linkcode Broker} gives its messages to. */
export interface BrokerReceiver {
  /** A message has come, behind those that came before it. */
  deliver(message: BrokerMessage): void;
}

/**
 * Stands between a hub and its topics: it brings what one hub publishes to all hubs that share it, in one order for each
 * topic. A hub without one of its own has a {@linkcode LocalBroker}.
 */
export interface Broker {
  /** Gives what comes to a hub, from now on. It is called once. */
  attach(receiver: BrokerReceiver): void;
  /** Brings a message to every hub, this one included, and waits for nothing. */
  publish(message: BrokerMessage): void;
  /** The hub has the first subscriber of a topic. @default what comes is given to the hub whether it has one or not */
  follow?(topic: string): void;
  /** The hub has no subscriber of a topic any more. */
  unfollow?(topic: string): void;
}

/** Brings what a hub publishes back to it, at once: topics live in this process alone. */
export class LocalBroker implements Broker {
  #receiver: BrokerReceiver | undefined;

  attach(receiver: BrokerReceiver): void {
    if (this.#receiver) throw new TypeError("Cannot attach another hub: it is one hub's own");
    this.#receiver = receiver;
  }

  publish(message: BrokerMessage): void {
    this.#receiver?.deliver(message);
  }
}
