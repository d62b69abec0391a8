import { type Clock, sleep } from "../clock.ts";
import { formatUnexpected } from "../format_failure.ts";
import { closeQuietly } from "../transport.ts";
import { nextTurn } from "../turn.ts";
import type { DatagramTransport } from "./transport.ts";

/** Receives that wait at one time under load. Each has a buffer of its own: the system copies into whichever it likes. */
const RECEIVES_UNDER_LOAD = 16;
/** Datagrams of one turn of the event loop from which on that is load: more receives would only be woken for nothing. */
const LOAD_PER_TURN = 4;
/** After so many datagrams a turn is looked at. */
const LOOK_EVERY = 64;

/** Where the system fails to receive, the next try waits this long, then twice as long, up to the last. */
const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 1_000;

/** What {@linkcode DatagramReceiver} tells. */
export interface DatagramReceiverOptions {
  readonly clock: Clock;
  /** Datagrams up to here are whole; a longer one is handed over with one byte more. */
  readonly maxDatagramBytes: number;
  /** Takes each datagram. Where `isOwned` is false the bytes are good for the call alone. */
  readonly arrived: (bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr, isOwned: boolean) => void;
  /** Hears that the system said of a datagram that we sent: nobody took it. */
  readonly unreachable: (error: unknown) => void;
  /** Hears of each other failure, and when the next receive will be tried. */
  readonly failed: (error: unknown, retryMs: number) => void;
}

type Delivered = [bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr];

/** Receives until it is stopped, whatever a peer does: one receive at a time, and several of them under load. */
export class DatagramReceiver {
  /** Settles when nothing more will be received. */
  readonly finished: Promise<void>;
  readonly #transport: DatagramTransport;
  readonly #options: DatagramReceiverOptions;
  readonly #stop = new AbortController();
  #settleFinished = () => {};
  /** How many receives wait, and how many should. */
  #running = 0;
  #wanted = 1;
  #count = 0;
  #retryMs = FIRST_RETRY_MS;
  #hasThrown = false;
  readonly #buffers: Uint8Array[] = [];
  /** What was handed over before the first turn. */
  #early: Delivered[] | undefined;

  /** Begins to receive; the first datagram is handed on in a later turn, when who begins it has it. */
  constructor(transport: DatagramTransport, options: DatagramReceiverOptions) {
    this.#transport = transport;
    this.#options = options;
    this.finished = new Promise((resolve) => this.#settleFinished = resolve);
    if (!transport.deliver) {
      this.#startMore();
      return;
    }
    // What had come already is handed over at once. A failure is heard at once: it may be the answer to the first send.
    this.#early = [];
    nextTurn(() => this.#takeEarly());
    transport.deliver(
      (bytes, from) => this.#take(bytes, from),
      (error) => void this.#failed(error),
    );
  }

  /** Closes the socket. May be called again. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    closeQuietly(this.#transport);
    if (this.#running === 0) this.#settleFinished();
  }

  #take(bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr): void {
    if (this.#early) this.#early.push([bytes, from]);
    else this.#hand(bytes, from, true);
  }

  #takeEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const [bytes, from] of early) {
      if (!this.#stop.signal.aborted) this.#hand(bytes, from, true);
    }
  }

  /** What a datagram does to who takes it says nothing about receiving, and must not end a process. */
  #hand(bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr, isOwned: boolean): void {
    try {
      this.#options.arrived(bytes, from, isOwned);
    } catch (error) {
      if (this.#hasThrown) return;
      this.#hasThrown = true;
      console.error(
        `Cannot take a datagram (later failures are not shown): ${formatUnexpected(error)}`,
      );
    }
  }

  #startMore(): void {
    while (this.#running < this.#wanted) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running++;
    const { maxDatagramBytes } = this.#options;
    const transport = this.#transport;
    const { signal } = this.#stop;
    // One byte more than is allowed is the only way to see that a datagram was cut.
    const buffer = this.#buffers.pop() ?? new Uint8Array(maxDatagramBytes + 1);
    // The first one stays; the others end when the load is over.
    while (!signal.aborted && this.#running <= this.#wanted) {
      try {
        const [bytes, from] = await transport.receive(buffer);
        this.#retryMs = FIRST_RETRY_MS;
        if (signal.aborted) break;
        if (++this.#count % LOOK_EVERY === 0) this.#look();
        // A socket of UDP has no other addresses.
        this.#hand(bytes, from as Deno.NetAddr, false);
      } catch (error) {
        if (!signal.aborted) await this.#failed(error);
      }
    }
    this.#running--;
    this.#buffers.push(buffer);
    if (signal.aborted && this.#running === 0) this.#settleFinished();
  }

  /** Counts what comes until the next turn. */
  #look(): void {
    const before = this.#count;
    setImmediate(() => {
      this.#wanted = this.#count - before >= LOAD_PER_TURN ? RECEIVES_UNDER_LOAD : 1;
      if (!this.#stop.signal.aborted) this.#startMore();
    });
  }

  async #failed(error: unknown): Promise<void> {
    const { clock, unreachable, failed } = this.#options;
    const { signal } = this.#stop;
    if (signal.aborted) return;
    if (error instanceof Deno.errors.ConnectionRefused) return unreachable(error);
    const { BadResource, Interrupted } = Deno.errors;
    if (error instanceof BadResource || error instanceof Interrupted) return this.stop();
    const retryMs = this.#retryMs;
    this.#retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    failed(error, retryMs);
    await sleep(retryMs, { clock, signal }).catch(ignore);
  }
}

/** An aborted wait rejects; the loop looks at the signal itself. */
function ignore(): void {}
