import { type Clock, systemClock } from "../../net/clock.ts";
import type { Inbox } from "./inbox.ts";

/** So often is looked for unfinished files that nobody went on with. */
const CLEAN_MS = 3_600_000;

/** How {@linkcode keepClean} cleans. */
export interface KeepCleanOptions {
  /** Milliseconds that an unfinished file is kept since it was last written. */
  readonly keepPartsMs: number;
  /** Ends it when it settles. */
  readonly until: Promise<unknown>;
  /** Hears of each time when it begins. */
  readonly began?: (cleaning: Promise<unknown>) => void;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/**
 * Removes the unfinished files of an inbox that are too old, now and every hour. Nothing has to wait for it, and it never
 * rejects: where the folder cannot be read now, it may be an hour later.
 */
export async function keepClean(
  inbox: Pick<Inbox, "removeForgotten">,
  { keepPartsMs, until, began, clock = systemClock }: KeepCleanOptions,
): Promise<void> {
  const over = until.then(() => "over", () => "over");
  let cancel = () => {};
  while (true) {
    // The hour goes on while it cleans.
    const hour = new Promise<void>((resolve) => cancel = clock.wait(CLEAN_MS, resolve));
    const before = new Date(clock.date().getTime() - keepPartsMs);
    const cleaning = inbox.removeForgotten(before).catch(ignore);
    began?.(cleaning);
    await cleaning;
    if (await Promise.race([over, hour]) === "over") return cancel();
  }
}

function ignore(): void {}
