import { type Clock, systemClock } from "../../net/clock.ts";
import type { Inbox } from "./inbox.ts";

/** So often is looked for unfinished files that nobody went on with. */
const CLEAN_MS = 3_600_000;

/** How {@linkcode clean} cleans. */
export interface CleanOptions {
  /** Milliseconds that an unfinished file is kept since it was last written. */
  readonly keepPartsMs: number;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/** How {@linkcode keepClean} cleans. */
export interface KeepCleanOptions extends CleanOptions {
  /** Ends it when it settles. */
  readonly until: Promise<unknown>;
  /** Hears of each time when it begins. */
  readonly began?: (cleaning: Promise<void>) => void;
}

/** Removes the unfinished files of an inbox that are too old. It never rejects: what cannot be done now, may be an hour later. */
export async function clean(
  inbox: Pick<Inbox, "removeForgotten">,
  { keepPartsMs, clock = systemClock }: CleanOptions,
): Promise<void> {
  await inbox.removeForgotten(new Date(clock.date().getTime() - keepPartsMs)).catch(() => 0);
}

/** Cleans an inbox every hour, an hour from now for the first time. Nothing has to wait for it, and it never rejects. */
export async function keepClean(
  inbox: Pick<Inbox, "removeForgotten">,
  { until, began, ...options }: KeepCleanOptions,
): Promise<void> {
  const { clock = systemClock } = options;
  const over = until.then(() => "over", () => "over");
  let cancel = () => {};
  const nextHour = () => new Promise<void>((resolve) => cancel = clock.wait(CLEAN_MS, resolve));
  for (let hour = nextHour(); await Promise.race([over, hour]) !== "over";) {
    // The hour goes on while it cleans.
    hour = nextHour();
    const cleaning = clean(inbox, options);
    began?.(cleaning);
    await cleaning;
  }
  cancel();
}
