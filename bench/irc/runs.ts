import { denoCommand, run, type ServerProcess } from "../processes.ts";

/** From this part of the time on, a load that is at work itself may be what is measured. */
const BUSY = 0.85;

/** The servers by their names, and how each is started. */
export type ChannelServers = Readonly<Record<string, () => Promise<ServerProcess>>>;

/** What the load measured of messages that were sent at once. */
export interface FlightMeasured {
  /** Deliveries a second. */
  readonly perSecond: number;
  /** The time of a processor that the server had for one of them, in microseconds. */
  readonly processorUs: number;
  /** The part of the time that the load was at work itself. */
  readonly busy: number;
}

/** What the load measured of one server. */
export interface ChannelMeasured {
  /** Milliseconds until everybody had heard of everybody. */
  readonly joinMs: number;
  /** Milliseconds of a processor that the server had for it. */
  readonly joinProcessorMs: number;
  /** In the order in which they were asked for. */
  readonly flights: readonly FlightMeasured[];
}

/** What is said in the channel, and to how many. */
export interface ChannelLoad {
  readonly rounds: number;
  readonly hearers: number;
  readonly bytes: number;
  readonly ms: number;
  /** Messages that are sent at once. */
  readonly flights: readonly number[];
}

/** Returns what the load measured of each server in each round; says so where it had hardly to wait for one. */
export async function channelRuns(
  servers: ChannelServers,
  { rounds, hearers, bytes, ms, flights }: ChannelLoad,
): Promise<Readonly<Record<string, readonly ChannelMeasured[]>>> {
  const runs: Record<string, ChannelMeasured[]> = {};
  for (let round = 0; round < rounds; round++) {
    await using running = new AsyncDisposableStack();
    const started: ServerProcess[] = [];
    for (const start of Object.values(servers)) started.push(running.use(await start()));
    const places = [started.map(({ port }) => port), started.map(({ pid }) => pid)];
    const load = [hearers, bytes, ms, flights, ...places].map(String);
    // The load prints this shape.
    const measured = JSON.parse(
      await run(denoCommand("irc/load.ts", ...load)),
    ) as ChannelMeasured[];
    for (const [at, name] of Object.keys(servers).entries()) {
      (runs[name] ??= []).push(measured[at]!);
      tellBusy(name, { measured: measured[at]!, flights });
    }
  }
  return runs;
}

function tellBusy(
  name: string,
  { measured, flights }: { measured: ChannelMeasured; flights: readonly number[] },
): void {
  for (const [at, { busy }] of measured.flights.entries()) {
    if (busy < BUSY) continue;
    console.error(
      `bench: the load of ${name} with ${flights[at]} in flight was at work itself for ` +
        `${Math.round(busy * 100)}% of the time`,
    );
  }
}
