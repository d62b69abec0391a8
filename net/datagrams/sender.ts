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

/** How a datagram is sent. */
export interface DatagramSendOptions {
  /**
   * The message is given away with its memory, and may not be changed any more: bytes are sent without a copy.
   *
   * @default {false}
   */
  readonly transfer?: boolean;
}

/** What {@linkcode DatagramSender.send} is told beside that. */
export interface TracedSendOptions extends DatagramSendOptions {
  readonly tracer?: Tracer | undefined;
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
  /** Why nothing is sent any more. */
  #over: { readonly error: unknown } | undefined;

  constructor(transport: DatagramTransport, options: DatagramSenderOptions<Out>) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Sends nothing any more: each send is rejected with this, also those that are on their way and fail. */
  close(error: unknown): void {
    this.#over ??= { error };
  }

  /** Sends one. The promise may be forgotten: its rejection ends no process. */
  send(message: Out, to: Deno.NetAddr, options: TracedSendOptions = {}): Promise<void> {
    if (this.#over) return rejected(this.#over.error);
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = this.#options.codec.encode(message, options);
      this.#requireRoom(bytes.length);
    } catch (error) {
      return rejected(error);
    }
    const { tracer } = options;
    if (tracer) {
      tracer.sent(message, bytes.length);
      tracer.bytes("sent", bytes);
    }
    return this.#send(bytes, to);
  }

  /** No function that waits: that would be felt with each datagram, as would another promise for who does not. */
  #send(bytes: Uint8Array<ArrayBuffer>, to: Deno.NetAddr): Promise<void> {
    const { length } = bytes;
    this.#queuedBytes += length;
    const sent = () => {
      this.counts.sent++;
      this.#queuedBytes -= length;
    };
    const failed = () => {
      this.counts.sendFailed++;
      this.#queuedBytes -= length;
    };
    try {
      const sending = this.#transport.send(bytes, to).then(sent, (error) => {
        failed();
        forgettable(sending);
        throw this.#over ? this.#over.error : error;
      });
      return sending;
    } catch (error) {
      failed();
      return rejected(error);
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
