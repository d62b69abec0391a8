import { safeListener } from "../net/safe_listener.ts";
import type { SendFilesOptions } from "./send_options.ts";

/** The listeners of a sender, none of which throws. */
export type SafeListeners = Required<
  Pick<SendFilesOptions, "onCompare" | "onStart" | "onBytes" | "onDone" | "onSkipped">
>;

/** Those that were passed in. */
type ListenersGiven = Pick<SendFilesOptions, keyof SafeListeners>;

/** Returns the listeners of a sender so that what they throw changes nothing that is sent. */
export function safeListeners(
  { onCompare, onStart, onBytes, onDone, onSkipped }: ListenersGiven,
): SafeListeners {
  return {
    onCompare: safeListener(onCompare, { name: "onCompare" }),
    onStart: safeListener(onStart, { name: "onStart" }),
    onBytes: safeListener(onBytes, { name: "onBytes" }),
    onDone: safeListener(onDone, { name: "onDone" }),
    onSkipped: safeListener(onSkipped, { name: "onSkipped" }),
  };
}
