import { safeListener } from "./safe_listener.ts";
import type {
  Trace,
  TraceBytes,
  TraceDirection,
  TraceEvent,
  TraceMessage,
  TraceNote,
} from "./trace.ts";

/** Keeps count of one connection's bytes, and says which reads a message came in. */
export class Tracer {
  readonly #id: number;
  #trace: ((event: TraceEvent) => void) | undefined;
  readonly #now: () => Date;
  /** Reads whose last byte is in no message yet. */
  #reads: { piece: number; end: number }[] = [];
  #pieces = { received: 0, sent: 0 };
  #bytes = { received: 0, sent: 0 };
  #sentTo = 0;

  /** Makes a tracer that numbers from the connection's beginning. */
  constructor(trace: Trace, { id, now }: { id: number; now: () => Date }) {
    // A trace that fails is a cost at every read and write, so this connection goes on without it.
    const onFailure = () => this.#trace = undefined;
    this.#trace = safeListener(trace, { name: "trace", onFailure });
    this.#id = id;
    this.#now = now;
  }

  /** Bytes that were received so far. */
  get receivedBytes(): number {
    return this.#bytes.received;
  }

  /** Notes one read or one write. */
  bytes(direction: TraceDirection, bytes: Uint8Array): void {
    const offset = this.#bytes[direction];
    const piece = ++this.#pieces[direction];
    this.#bytes[direction] = offset + bytes.length;
    if (direction === "received") this.#reads.push({ piece, end: offset + bytes.length });
    this.#emit({ type: "bytes", direction, piece, offset, bytes: bytes.slice() });
  }

  /** Notes a message that was taken out of the bytes from `from` to `to`. */
  received(message: unknown, { from, to }: { from: number; to: number }): void {
    const touched = this.#reads.filter(({ end }) => end > from);
    const first = touched[0]?.piece ?? this.#pieces.received;
    const last = touched.find(({ end }) => end >= to)?.piece ?? this.#pieces.received;
    this.#reads = touched.filter(({ end }) => end > to);
    this.#emit({ type: "message", direction: "received", message, from, to, reads: [first, last] });
  }

  /** Notes a message that became `length` bytes to write. */
  sent(message: unknown, length: number): void {
    const from = this.#sentTo;
    this.#sentTo = from + length;
    this.#emit({ type: "message", direction: "sent", message, from, to: this.#sentTo });
  }

  /** Notes `length` bytes to write that the protocol says of itself. */
  said(what: string, length: number): void {
    const from = this.#sentTo;
    this.#sentTo = from + length;
    this.note(`the protocol ${what} (bytes ${from} to ${this.#sentTo})`);
  }

  /** Notes anything else. */
  note(note: string): void {
    this.#emit({ type: "note", note });
  }

  #emit(event: TraceBytes | TraceMessage | TraceNote): void {
    this.#trace?.({ id: this.#id, date: this.#now(), ...event });
  }
}
