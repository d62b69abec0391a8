import { safeListener } from "../net/safe_listener.ts";
import type { SendSimpleFilesOptions } from "./send_options.ts";

/** The listeners of a sender, none of which throws. */
export type SafeListeners = Required<
  Pick<SendSimpleFilesOptions, "onStart" | "onBytes" | "onDone" | "onSkipped">
>;

/** Returns the listeners of a sender so that what they throw changes nothing that is sent. */
export function safeListeners(
  { onStart, onBytes, onDone, onSkipped }: SendSimpleFilesOptions,
): SafeListeners {
  return {
    onStart: safeListener(onStart, { name: "onStart" }),
    onBytes: safeListener(onBytes, { name: "onBytes" }),
    onDone: safeListener(onDone, { name: "onDone" }),
    onSkipped: safeListener(onSkipped, { name: "onSkipped" }),
  };
}
