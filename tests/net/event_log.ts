import type { ServerEvent } from "../../net/server_events.ts";

/** Keeps what a server reports, and lets a test wait for it. */
export class EventLog {
  readonly events: ServerEvent[] = [];
  #changed = Promise.withResolvers<void>();

  readonly onEvent = (event: ServerEvent): void => {
    this.events.push(event);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  };

  /** Waits until `count` events of a type have been reported, and returns the last of them. */
  async waitFor<T extends ServerEvent["type"]>(
    type: T,
    count = 1,
  ): Promise<Extract<ServerEvent, { type: T }>> {
    while (true) {
      const found = this.events.filter((event) => event.type === type)[count - 1];
      // What was found has the type that was asked for.
      if (found) return found as Extract<ServerEvent, { type: T }>;
      await this.#changed.promise;
    }
  }
}
