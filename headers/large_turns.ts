import { afterPoll } from "../net/turn.ts";

/** To take apart and show more than this takes milliseconds. */
export const LARGE_BYTES = 64 * 1024;

let last: Promise<void> = Promise.resolve();

/**
 * Waits for the turn of something large: one after another has one, and between two of them everybody else is heard who has
 * sent something.
 */
export function largeTurn(): Promise<void> {
  return last = last.then(() => new Promise<void>((resolve) => void afterPoll(resolve)));
}
