import { escapeControls } from "../codec/escape_controls.ts";
import { onAbort } from "../net/abort_listener.ts";
import { sleep, systemClock } from "../net/clock.ts";
import { counted } from "../net/counted.ts";
import { formatAddress } from "../net/mod.ts";
import { type DatagramPeer, hearWhile, refusalNote, tellRefusal } from "./datagram_talk.ts";
import type { Report } from "./report.ts";
import { type RoundTrip, RoundTrips } from "./round_trips.ts";

/** How {@linkcode measureRoundTrips} measures. */
export interface MeasureOptions {
  /** How many are sent. */
  readonly count: number;
  /** How long after the one before each is sent, in milliseconds. */
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
}

/** Sends one datagram after the other, says how long each answer took, and returns how many there were in time. */
export async function measureRoundTrips(
  peer: DatagramPeer,
  { count, interval, waitMs, sizeBytes, message, report, signal }: MeasureOptions,
): Promise<number> {
  const trips = new RoundTrips({ message, bytes: sizeBytes, waitMs });
  const where = escapeControls(formatAddress(peer.remoteAddr));
  const refused = refusalNote(report);
  const over = new AbortController();
  const stopListening = onAbort(signal, () => over.abort());
  let isAllSent = false;
  const hearing = hearWhile(peer, {
    heard(answer) {
      const trip = trips.heard(answer, systemClock.now());
      if (trip) tellTrip(report, { trip, bytes: answer.length, where });
      if (isAllSent && trips.isOver(systemClock.now())) over.abort();
    },
    refused,
    signal: over.signal,
  });
  // It is waited for below, and may fail while others are.
  hearing.catch(() => over.abort());
  try {
    for (let sent = 0; sent < count && !over.signal.aborted; sent++) {
      if (sent > 0) await sleep(interval, { signal: over.signal });
      const { bytes } = trips.next(systemClock.now());
      await peer.send(bytes).catch((error) => tellRefusal(error, refused));
    }
    isAllSent = true;
    if (!trips.isOver(systemClock.now())) await sleep(waitMs, { signal: over.signal });
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
  const { sent, answered, lostPercent, extra, times } = trips.summary();
  const lost = `${Number(lostPercent.toFixed(1))} % lost`;
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
  }
  report.block(
    () => ({ event: "summary", sent, answered, lostPercent: rounded(lostPercent), extra, ...rest }),
    () => lines.join("\n"),
  );
}

function shownMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
