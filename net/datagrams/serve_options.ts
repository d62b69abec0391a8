import type { DatagramCodec } from "../../codec/datagram_codec.ts";
import type { AddressList } from "../address_list.ts";
import type { Clock } from "../clock.ts";
import type { Trace } from "../trace.ts";
import type { DatagramDeadlines } from "./deadlines.ts";
import type { DatagramDrops, DatagramEvent } from "./events.ts";
import type { DatagramLimits } from "./limits.ts";

/** How datagrams are served. */
export interface DatagramServeOptions<In, Out = In> {
  /** What the peers speak. */
  codec: DatagramCodec<In, Out>;
  /** How much there may be of everything. */
  limits?: Partial<DatagramLimits>;
  /** How long things may take. */
  deadlines?: Partial<DatagramDeadlines>;
  /** Only peers with these addresses are served. @default every peer */
  allow?: AddressList;
  /** Peers with these addresses are not served, allowed or not. @default none */
  deny?: AddressList;
  /** Shuts the server down. */
  signal?: AbortSignal;
  /**
   * Hears what happens. What it throws or rejects with changes nothing, and is written to stderr once. Where it is not
   * given, failures are written to stderr as `formatDatagramEvent` says them.
   */
  onEvent?: (event: DatagramEvent) => void;
  /** Takes every datagram, and the message that it became. @default nothing is traced */
  trace?: Trace;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** What a server of datagrams has seen so far. */
export interface DatagramServerCounts {
  /** Datagrams that came, those that were dropped too. */
  readonly received: number;
  /** Datagrams that the system took. */
  readonly sent: number;
  /** Datagrams that the system did not take. */
  readonly sendFailed: number;
  /** Times that the system said that nobody took a datagram of ours; most systems never say so. */
  readonly unreachable: number;
  /** Sessions that were begun. */
  readonly sessions: number;
  /** Sessions that made room for others. */
  readonly evicted: number;
  /** Sessions whose handler failed. */
  readonly failed: number;
  /** Datagrams that were dropped, by their reasons. */
  readonly dropped: Readonly<DatagramDrops>;
}

/** How sessions ended at a shutdown. */
export interface DatagramShutdownResult {
  /** Sessions whose handler finished within the grace time. */
  drained: number;
  /** Sessions that were cut when it was over. */
  cut: number;
}
