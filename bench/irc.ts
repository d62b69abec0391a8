import { isBuilt } from "./built.ts";
import { type BenchOptions, SUBSCRIBERS } from "./echo.ts";
import { type Bar, type Figure, ratioBar } from "./figures.ts";
import { Ngircd } from "./irc/ngircd.ts";
import { type ChannelMeasured, channelRuns, type ChannelServers } from "./irc/runs.ts";
import { denoCommand, nodeCommand, ServerProcess } from "./processes.ts";

const OURS = "Parley";
const OURS_ON_NODE = "Parley on Node";
const NGIRCD = "ngircd";
const BYTES = 64;
/** Against ngircd everybody comes in at most this part of its time. */
const MAX_JOIN_RATIO = 0.5;

/** Messages that are sent at once, and how many times as fast as ngircd. */
const FLIGHTS = [
  { inFlight: 1, atLeast: 0.95 },
  { inFlight: 16, atLeast: 1.3 },
  { inFlight: 200, atLeast: 2 },
];

/** Measures an IRC channel beside ngircd. In each round all contenders run beside each other, and have their turns. */
export async function benchIrc({ rounds, ms }: BenchOptions): Promise<Figure[]> {
  await using ngircd = await Ngircd.prepare();
  const runs = await channelRuns(await contenders(ngircd), {
    rounds,
    hearers: SUBSCRIBERS,
    bytes: BYTES,
    ms,
    flights: FLIGHTS.map(({ inFlight }) => inFlight),
  });

  const valuesOf = (value: (measured: ChannelMeasured) => number): Figure["runs"] =>
    Object.fromEntries(Object.entries(runs).map(([name, each]) => [name, each.map(value)]));
  const against = (values: Figure["runs"], bound: { atLeast: number } | { atMost: number }): Bar =>
    ratioBar(values, { of: OURS, to: NGIRCD, ...bound });

  const joins = valuesOf(({ joinMs }) => joinMs);
  const figures: Figure[] = [
    {
      name: `${SUBSCRIBERS} join a channel at once, until everybody has heard of everybody`,
      unit: "ms",
      runs: joins,
      bars: [against(joins, { atMost: MAX_JOIN_RATIO })],
    },
    {
      name: "the same, the server's time of a processor",
      unit: "ms",
      runs: valuesOf(({ joinProcessorMs }) => joinProcessorMs),
      bars: [],
    },
  ];
  for (const [at, { inFlight, atLeast }] of FLIGHTS.entries()) {
    const rates = valuesOf(({ flights }) => flights[at]?.perSecond ?? NaN);
    figures.push(
      {
        name: `a message of ${BYTES} bytes to ${SUBSCRIBERS} in a channel, ${inFlight} in flight`,
        unit: "deliveries/s",
        runs: rates,
        bars: [against(rates, { atLeast })],
      },
      {
        name: "the same, the server's time of a processor",
        unit: "us a delivery",
        runs: valuesOf(({ flights }) => flights[at]?.processorUs ?? NaN),
        bars: [],
      },
    );
  }
  return figures;
}

/** Returns the servers by their names; ours on Node is left out where the npm package is not built. */
async function contenders(ngircd: Ngircd): Promise<ChannelServers> {
  return {
    [NGIRCD]: () => ngircd.start(),
    [OURS]: () => ServerProcess.start(denoCommand("irc/parley.mjs")),
    ...await isBuilt("servers/irc.js") && {
      [OURS_ON_NODE]: () => ServerProcess.start(nodeCommand("irc/parley.mjs")),
    },
  };
}
