import type { Clock } from "../net/clock.ts";
import type { Connection } from "../net/connection.ts";
import type { BandwidthLimiter } from "./bandwidth_limiter.ts";
import type { FileSource, SkippedSource } from "./sources/file_source.ts";

/** What became of a file that was to be sent. */
export type FileSendResult =
  | {
    /** `stored`: the receiver has it; `same`: it had the very same file before. */
    readonly outcome: "stored" | "same";
    /** Its path at the receiver. */
    readonly path: string;
    readonly size: number;
    /** Its SHA-256 in hex; the simple format has none. */
    readonly sha256: string | undefined;
  }
  /** `refused`: the receiver does not take it; `failed`: something on this side stands in its way. */
  | { readonly outcome: "refused" | "failed"; readonly code: string; readonly reason: string }
  /** The connection ended in the middle of it. */
  | { readonly outcome: "interrupted"; readonly sent: number };

/** How `sendSimpleFiles` sends. */
export interface SendSimpleFilesOptions {
  /** Makes a connection to the receiver. */
  connect: () => Promise<Connection<Uint8Array>>;
  /** Keeps all connections that share it to a rate. @default as fast as they can */
  bandwidth?: BandwidthLimiter | undefined;
  /** Called when a file begins, with the bytes of it that the receiver has already. */
  onStart?: (source: FileSource, offset: number) => void;
  /** Called as a file goes out, with the bytes of it that are sent. */
  onBytes?: (source: FileSource, sent: number) => void;
  /** Called once for each file, with what became of it. */
  onDone?: (source: FileSource, result: FileSendResult) => void;
  /** Called with what cannot be sent. */
  onSkipped?: (source: SkippedSource) => void;
  /**
   * Milliseconds between the header and a file of up to 1 MiB. An old receiver that gets both at once waits for ever.
   *
   * @default {50}
   */
  headerPauseMs?: number;
  /** Ends it all. */
  signal?: AbortSignal | undefined;
}

/** How `sendFiles` sends. */
export interface SendFilesOptions extends Omit<SendSimpleFilesOptions, "headerPauseMs"> {
  /** A secret that proves us to the receiver, and the receiver to us. @default none */
  token?: string | undefined;
  /** Whether to compress the blocks that become smaller by it. @default {false} */
  compress?: boolean;
  /** Connections that send at the same time. @default {1} */
  jobs?: number;
  /** How often in a row to connect again when a connection breaks. @default {5} */
  retries?: number;
  /** Called as a file is compared with what the receiver has, before anything of it is sent, with the bytes that are read. */
  onCompare?: (source: FileSource, bytes: number) => void;
  /** Called when a connection broke, with the milliseconds until the next try. */
  onRetry?: (error: unknown, delayMs: number) => void;
  /** Milliseconds for each of the receiver's first words. @default {10000} */
  handshakeMs?: number;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
  /** Returns a number from 0 up to 1, for the waits between tries. @default {Math.random} */
  random?: () => number;
}
