import type { BenchOptions } from "./echo.ts";
import { atMost, type Figure, ratioBar } from "./figures.ts";
import { largeRuns, memoryRuns, smallRuns } from "./files/runs.ts";
import { Workplace } from "./files/workplace.ts";

/** Measures the file transfer beside socat and rsync, in memory and without a disk. */
export async function benchFiles({ rounds }: BenchOptions): Promise<Figure[]> {
  await using workplace = await Workplace.make();
  return [
    await large(workplace, rounds),
    await small(workplace, rounds),
    await memory(workplace),
  ];
}

async function large(workplace: Workplace, rounds: number): Promise<Figure> {
  const runs = await largeRuns(workplace, rounds);
  return {
    name: "a file of 1 GiB, from one file in memory to another, until it is stored",
    unit: "MiB/s",
    runs,
    bars: [
      ratioBar(runs, { of: "simple format", to: "socat", atLeast: 1 }),
      ratioBar(runs, { of: "parcel format", to: "rsync", atLeast: 0.9 }),
    ],
  };
}

async function small(workplace: Workplace, rounds: number): Promise<Figure> {
  const runs = await smallRuns(workplace, rounds);
  return {
    name: "1,000 files of 4 KiB, with the start of every process",
    unit: "files/s",
    runs,
    bars: [
      ratioBar(runs, { of: "parcel format, one session", to: "1,000 runs of socat", atLeast: 5 }),
    ],
  };
}

async function memory(workplace: Workplace): Promise<Figure> {
  const runs = await memoryRuns(workplace);
  return {
    name: "memory that a process takes more while a file of 10 GiB (sparse) passes",
    unit: "MiB",
    runs,
    bars: Object.keys(runs).map((of) => atMost(runs, { of, bound: 32 })),
  };
}
