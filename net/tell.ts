import { messageOf } from "./errors.ts";

/**
 * Tells a listener of the caller's what happened. What becomes of that is no part of the work: an error that it throws, or
 * that the promise it returns is rejected with, is written to stderr and changes nothing.
 */
export function tell<Event>(
  listener: ((event: Event) => unknown) | undefined,
  { event, what }: { event: Event; what: string },
): void {
  const failed = (error: unknown) => console.error(`Cannot report ${what}: ${messageOf(error)}`);
  try {
    Promise.resolve(listener?.(event)).catch(failed);
  } catch (error) {
    failed(error);
  }
}
