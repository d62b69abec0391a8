import type { Clock } from "../net/clock.ts";
import type { BandwidthLimiter } from "./bandwidth_limiter.ts";
import type { Inbox } from "./inbox/inbox.ts";
import type { TokenTries } from "./parcel/token_tries.ts";
import type { InboxEvent } from "./inbox/inbox_event.ts";
import type { ReceiveProgress } from "./receive_progress.ts";

/** How `receiveSimpleFiles` receives. */
export interface ReceiveSimpleFilesOptions {
  /** Where the files go. Its limits hold for each connection. */
  inbox: Inbox;
  /** Keeps all connections that share it to a rate. @default as fast as they can */
  bandwidth?: BandwidthLimiter | undefined;
  /** Called with what becomes of each file. */
  onEvent?: (event: InboxEvent) => void;
  /** Called when a file begins, with each block of it, and when nothing more of it comes. */
  onProgress?: (progress: ReceiveProgress) => void;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** How `receiveFiles` receives. */
export interface ReceiveFilesOptions extends ReceiveSimpleFilesOptions {
  /** A secret that a sender has to prove it knows. @default none is asked for */
  token?: string | undefined;
  /** Holds back addresses that gave many wrong tokens; shared by all connections. @default nobody is held back */
  tokenTries?: TokenTries | undefined;
  /** Milliseconds for each of a sender's first words. @default {10000} */
  handshakeMs?: number;
}
