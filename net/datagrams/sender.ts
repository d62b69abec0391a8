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
    return forgettable(this.#send(bytes, to));
  }

  async #send(bytes: Uint8Array<ArrayBuffer>, to: Deno.NetAddr): Promise<void> {
    this.#queuedBytes += bytes.length;
    try {
      await this.#transport.send(bytes, to);
      this.counts.sent++;
    } catch (error) {
      this.counts.sendFailed++;
      throw error;
    } finally {
      this.#queuedBytes -= bytes.length;
    }
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
