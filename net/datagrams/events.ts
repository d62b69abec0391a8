import { escapeControls } from "../../codec/escape_controls.ts";
import { type Address, formatAddress } from "../address.ts";
import type { CancelWait, Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { formatFailure } from "../format_failure.ts";
import type { DatagramCloseReason } from "./session.ts";

/**
 * Why a datagram was dropped.
 *
 * `no-port`, it came from port 0, which cannot be answered; `own-address`, it claims to come
 * from this server; `too-large`, it is longer than `maxDatagramBytes`; `not-allowed`, its peer is not; `rate`, more than
 * `maxDatagramsPerSecond` came; `peer-rate`, more than `maxPeerDatagramsPerSecond` did; `session-rate`, its peer is new,
 * and more than `maxNewSessionsPerSecond` are; `sessions`, there is no place for its peer; `undecodable`, the codec refuses
 * it; `queue`, its handler is too slow; `late`, it answers an `ask` that is over, again or too late; `stranger`, it is not from the peer that a
 * client talks to; `stopping`, the server shuts down.
 */
export type DatagramDropReason =
  | "no-port"
  | "own-address"
  | "too-large"
  | "not-allowed"
  | "rate"
  | "peer-rate"
  | "session-rate"
  | "sessions"
  | "undecodable"
  | "queue"
  | "late"
  | "stranger"
  | "stopping";

/** How many datagrams were dropped, by their reasons. */
export type DatagramDrops = Record<DatagramDropReason, number>;

/** Something that happened on a server of datagrams. */
export type DatagramEvent =
  | { readonly type: "opened"; readonly id: number; readonly address: Deno.NetAddr }
  | {
    readonly type: "closed";
    readonly id: number;
    readonly address: Deno.NetAddr;
    readonly reason: DatagramCloseReason;
  }
  | {
    readonly type: "failed";
    readonly id: number;
    readonly address: Deno.NetAddr;
    readonly error: unknown;
  }
  /** `count` were dropped for this reason since it was told last; `address` is where the last one came from. */
  | {
    readonly type: "dropped";
    readonly reason: DatagramDropReason;
    readonly count: number;
    readonly address: Deno.NetAddr;
    readonly detail: string;
  }
  /** `retryMs` is when the next receive will be tried. */
  | { readonly type: "receive-failed"; readonly error: unknown; readonly retryMs: number };

/**
 * Returns an event as a line for people, with text from peers shown harmlessly.
 *
 * @example
 * ```ts
 * import { formatDatagramEvent } from "@parley/sockets/datagrams";
 * import { assertEquals } from "@std/assert";
 * const address = { transport: "udp", hostname: "127.0.0.1", port: 5000 } as const;
 * assertEquals(
 *   formatDatagramEvent({ type: "closed", id: 0, address, reason: "idle" }),
 *   "#0 127.0.0.1:5000 closed: idle",
 * );
 * ```
 */
export function formatDatagramEvent(event: DatagramEvent): string {
  switch (event.type) {
    case "opened":
      return `#${event.id} ${shownAddress(event.address)} is new`;
    case "closed":
      return `#${event.id} ${shownAddress(event.address)} closed: ${event.reason}`;
    case "failed":
      return `#${event.id} ${shownAddress(event.address)} failed: ${formatFailure(event.error)}`;
    case "dropped": {
      const { count, reason, detail, address } = event;
      const what = count === 1 ? "a datagram" : `${count} datagrams, the last one`;
      const more = detail === "" ? "" : `: ${escapeControls(detail)}`;
      return `Dropped ${what} from ${shownAddress(address)} (${reason})${more}`;
    }
    case "receive-failed":
      return `Cannot receive: ${messageOf(event.error)}; next try in ${event.retryMs} ms`;
  }
}

function shownAddress(address: Address): string {
  return escapeControls(formatAddress(address));
}

/** One kind of drop is told at once, and then counted for this long before it is told again. */
const QUIET_MS = 10_000;

/** What is not told yet of one kind of drop. */
interface Untold {
  quietUntil: number;
  count: number;
  /** Where the last one came from, and what was wrong with it. */
  address: Deno.NetAddr;
  detail: string;
  /** Ends the wait for the end of the quiet. */
  cancel: CancelWait | undefined;
}

/** Counts datagrams that are dropped, and tells of each kind now and then: a flood of them must not flood the log. */
export class Drops {
  /** How many, by their reasons. */
  readonly counts: DatagramDrops = {
    "no-port": 0,
    "own-address": 0,
    "too-large": 0,
    "not-allowed": 0,
    "rate": 0,
    "peer-rate": 0,
    "session-rate": 0,
    "sessions": 0,
    "undecodable": 0,
    "queue": 0,
    "late": 0,
    "stranger": 0,
    "stopping": 0,
  };
  readonly #clock: Clock;
  readonly #report: (event: DatagramEvent) => void;
  readonly #untold = new Map<DatagramDropReason, Untold>();

  constructor({ clock, report }: { clock: Clock; report: (event: DatagramEvent) => void }) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Takes note of one. */
  add(
    reason: DatagramDropReason,
    { address, detail = "" }: { address: Deno.NetAddr; detail?: string },
  ): void {
    this.counts[reason]++;
    const now = this.#clock.now();
    const untold = this.#untold.get(reason) ??
      { quietUntil: -Infinity, count: 0, address, detail, cancel: undefined };
    if (untold.quietUntil === -Infinity) this.#untold.set(reason, untold);
    untold.count++;
    untold.address = address;
    untold.detail = detail;
    if (now >= untold.quietUntil) return this.#tell(reason, untold);
    untold.cancel ??= this.#clock.wait(untold.quietUntil - now, () => this.#tell(reason, untold));
  }

  /** Tells what is not told yet: nothing more will be dropped. */
  flush(): void {
    for (const [reason, untold] of this.#untold) this.#tell(reason, untold);
  }

  #tell(reason: DatagramDropReason, untold: Untold): void {
    const { count, address, detail, cancel } = untold;
    cancel?.();
    untold.cancel = undefined;
    if (count === 0) return;
    untold.count = 0;
    untold.quietUntil = this.#clock.now() + QUIET_MS;
    this.#report({ type: "dropped", reason, count, address, detail });
  }
}
