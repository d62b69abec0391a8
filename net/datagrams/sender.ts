import type { DatagramCodec } from "../../codec/datagram_codec.ts";
import { LimitError } from "../../codec/errors.ts";
import { forgettable, rejected } from "../rejection.ts";
import type { Tracer } from "../tracer.ts";
import type { DatagramLimits } from "./limits.ts";
import type { DatagramTransport } from "./transport.ts";

/** What {@linkcode DatagramSender} needs. */
export interface DatagramSenderOptions<Out> {
  readonly codec: Pick<DatagramCodec<unknown, Out>, "encode">;
  readonly limits: DatagramLimits;
}

/** How many datagrams went out, and how many the system did not take. */
export interface SendCounts {
  sent: number;
  sendFailed: number;
}

/** A datagram on its way. */
interface Sending {
  readonly to: Deno.NetAddr;
  /** Settles when the system has taken it, or not; undefined until sending has begun. */
  promise: Promise<void> | undefined;
  hasFailed: boolean;
}

/** Sends messages as datagrams: what is too large fails before it is sent, and so does what is too much. */
export class DatagramSender<Out> {
  readonly counts: SendCounts = { sent: 0, sendFailed: 0 };
  readonly #transport: DatagramTransport;
  readonly #options: DatagramSenderOptions<Out>;
  /** Bytes whose sending has not settled. */
  #queuedBytes = 0;

  constructor(transport: DatagramTransport, options: DatagramSenderOptions<Out>) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Sends one. The promise may be forgotten: its rejection ends no process. */
  send(message: Out, to: Deno.NetAddr, tracer?: Tracer): Promise<void> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = this.#options.codec.encode(message);
      this.#requireRoom(bytes.length);
    } catch (error) {
      return rejected(error);
    }
    if (tracer) {
      tracer.sent(message, bytes.length);
      tracer.bytes("sent", bytes);
    }
    const sending: Sending = { to, promise: undefined, hasFailed: false };
    sending.promise = this.#send(bytes, sending);
    return sending.hasFailed ? forgettable(sending.promise) : sending.promise;
  }

  async #send(bytes: Uint8Array<ArrayBuffer>, sending: Sending): Promise<void> {
    this.#queuedBytes += bytes.length;
    try {
      await this.#transport.send(bytes, sending.to);
    } catch (error) {
      this.counts.sendFailed++;
      this.#queuedBytes -= bytes.length;
      // Only now, since a promise more for each datagram would cost more than the rest of this.
      if (sending.promise) forgettable(sending.promise);
      sending.hasFailed = true;
      throw error;
    }
    this.counts.sent++;
    this.#queuedBytes -= bytes.length;
  }

  #requireRoom(bytes: number): void {
    const { maxDatagramBytes, maxQueuedBytes } = this.#options.limits;
    if (bytes > maxDatagramBytes) {
      throw tooMuch("maxDatagramBytes", { max: maxDatagramBytes, got: bytes });
    }
    const got = this.#queuedBytes + bytes;
    if (got > maxQueuedBytes && this.#queuedBytes > 0) {
      throw tooMuch("maxQueuedBytes", { max: maxQueuedBytes, got });
    }
  }
}

function tooMuch(limit: string, { max, got }: { max: number; got: number }): LimitError {
  return new LimitError("Cannot send datagram", { limit, max, got, unit: "bytes", side: "local" });
}
