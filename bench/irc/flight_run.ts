import type { Batch, Members } from "./members.ts";
import { processorMs } from "./processor_time.ts";
import type { FlightMeasured } from "./runs.ts";

/** What is measured of one server while so many messages are sent at once. */
export class FlightRun {
  readonly #members: Members;
  readonly #pid: number;
  readonly #batch: Batch;
  readonly #deliveriesEach: number;
  #deliveries = 0;
  #spentMs = 0;
  #waitedMs = 0;
  #processorMs = 0;

  /** Nothing is said yet. */
  constructor(
    { members, pid }: { members: Members; pid: number },
    { messages, bytes }: { messages: number; bytes: number },
  ) {
    this.#members = members;
    this.#pid = pid;
    this.#batch = members.prepare({ messages, bytes });
    this.#deliveriesEach = messages * members.hearers;
  }

  /** Says something for so long at least, and counts that. */
  say(forMs: number): void {
    const [waitedMs, beforeMs] = [this.#members.waitedMs, processorMs(this.#pid)];
    let spentMs = 0;
    for (; spentMs < forMs; this.#deliveries += this.#deliveriesEach) {
      spentMs += this.#members.broadcast(this.#batch);
    }
    this.#spentMs += spentMs;
    this.#waitedMs += this.#members.waitedMs - waitedMs;
    this.#processorMs += processorMs(this.#pid) - beforeMs;
  }

  /** Forgets what was counted. */
  reset(): void {
    this.#deliveries =
      this.#spentMs =
      this.#waitedMs =
      this.#processorMs =
        0;
  }

  /** Returns what was counted. */
  measured(): FlightMeasured {
    return {
      perSecond: this.#deliveries / this.#spentMs * 1000,
      processorUs: this.#processorMs / this.#deliveries * 1000,
      busy: 1 - this.#waitedMs / this.#spentMs,
    };
  }
}
