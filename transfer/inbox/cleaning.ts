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
  { until, ...options }: KeepCleanOptions,
): Promise<void> {
  const { clock = systemClock } = options;
  const over = until.then(() => "over", () => "over");
  for (;;) {
    let cancel = () => {};
    const hour = new Promise<void>((resolve) => cancel = clock.wait(CLEAN_MS, resolve));
    if (await Promise.race([over, hour]) === "over") return cancel();
    await clean(inbox, options);
  }
}
