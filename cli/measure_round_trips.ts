import { escapeControls } from "../codec/escape_controls.ts";
import { onAbort } from "../net/abort_listener.ts";
import { type Clock, sleep, systemClock } from "../net/clock.ts";
import { counted } from "../net/counted.ts";
import { formatAddress } from "../net/mod.ts";
import { type DatagramPeer, hearWhile, refusalNote, tellRefusal } from "./datagram_talk.ts";
import type { Report } from "./report.ts";
import { type RoundTrip, RoundTrips } from "./round_trips.ts";

/** How {@linkcode measureRoundTrips} measures. */
export interface MeasureOptions {
  /** How many are sent. */
  readonly count: number;
  /** How long after the one before each is sent at the earliest, in milliseconds. */
  readonly interval: number;
  /** What takes longer is lost, in milliseconds. */
  readonly waitMs: number;
  /** What each holds. @default its number */
  readonly message: Uint8Array<ArrayBuffer> | undefined;
  /** How large each is. @default as large as the message */
  readonly sizeBytes: number | undefined;
  readonly report: Report;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/**
 * Sends one datagram after the other, says how long each answer took, and returns how many there were in time. Where no
 * numbers tell answers apart, the next datagram waits until the one before has its answer or is given up.
 */
export async function measureRoundTrips(
  peer: DatagramPeer,
  { count, interval, waitMs, sizeBytes, message, report, signal, clock = systemClock }:
    MeasureOptions,
): Promise<number> {
  const trips = new RoundTrips({ message, bytes: sizeBytes, waitMs });
  const where = escapeControls(formatAddress(peer.remoteAddr));
  const refused = refusalNote(report);
  const over = new AbortController();
  const stopListening = onAbort(signal, () => over.abort());
  let settled = () => {};
  const hearing = hearWhile(peer, {
    heard(answer) {
      const trip = trips.heard(answer, clock.now());
      if (trip) tellTrip(report, { trip, bytes: answer.length, where });
      if (trips.isOver(clock.now())) settled();
    },
    refused,
    signal: over.signal,
  });
  // It is waited for below, and may fail while others are.
  hearing.catch(() => over.abort());
  /** Waits until what was sent is answered or given up. */
  const untilSettled = async () => {
    while (!trips.isOver(clock.now())) {
      const wait = new AbortController();
      settled = () => wait.abort();
      const stopWaiting = onAbort(over.signal, settled);
      // A timer may come a little too early.
      const ms = Math.max(1, trips.restMs(clock.now()));
      await sleep(ms, { clock, signal: wait.signal }).catch(() => {});
      stopWaiting();
      over.signal.throwIfAborted();
    }
  };
  try {
    for (let sent = 0; sent < count && !over.signal.aborted; sent++) {
      if (sent > 0) await sleep(interval, { clock, signal: over.signal });
      if (trips.isInStep) await untilSettled();
      const { bytes } = trips.next(clock.now());
      await peer.send(bytes).catch((error) => tellRefusal(error, refused));
    }
    await untilSettled();
    // Where the last answer was one that came again, its own is still on the way.
    const { times } = trips.summary();
    if (times && trips.isInStep) await sleep(times.maxMs, { clock, signal: over.signal });
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    over.abort();
    stopListening();
  }
  await hearing;
  tellSummary(report, { trips, where });
  return trips.summary().answered;
}

function tellTrip(
  report: Report,
  { trip: { number, ms, kind }, bytes, where }: { trip: RoundTrip; bytes: number; where: string },
): void {
  const more = kind === "first" ? "" : ` (${kind})`;
  void report.data(
    { event: "answer", number, ms: rounded(ms), bytes, kind },
    `${counted(bytes, "byte")} from ${where}: #${number} in ${shownMs(ms)}${more}`,
  );
}

function tellSummary(
  report: Report,
  { trips, where }: { trips: RoundTrips; where: string },
): void {
  const { sent, answered, lostPercent, extra, isUncertain, times } = trips.summary();
  const lost = `${shownPercent(lostPercent)} lost`;
  const more = extra === 0 ? "" : `, ${counted(extra, "answer")} late or again`;
  const lines = [`${where}: ${sent} sent, ${answered} answered, ${lost}${more}`];
  const rest: Record<string, number> = {};
  if (times) {
    const { minMs, averageMs, maxMs, deviationMs } = times;
    lines.push(
      `Round trip: ${shownMs(minMs)} at least, ${shownMs(averageMs)} on average, ` +
        `${shownMs(maxMs)} at most, ${shownMs(deviationMs)} deviation`,
    );
    for (const [name, ms] of Object.entries(times)) rest[name] = rounded(ms);
    if (isUncertain) {
      lines.push(
        "The times are uncertain: answers without a number may be those of other datagrams",
      );
    }
  }
  const record = {
    sent,
    answered,
    lostPercent: recordedPercent(lostPercent),
    extra,
    uncertain: isUncertain,
  };
  report.block(
    () => ({ event: "summary", ...record, ...rest }),
    () => lines.join("\n"),
  );
}

/** Nothing and all are said of nothing and all alone. */
function shownPercent(percent: number): string {
  const shown = Number(percent.toFixed(1));
  if (shown === 0 && percent > 0) return "<0.1 %";
  if (shown === 100 && percent < 100) return ">99.9 %";
  return `${shown} %`;
}

function recordedPercent(percent: number): number {
  const recorded = rounded(percent);
  return recorded === 0 || recorded === 100 ? percent : recorded;
}

function shownMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
