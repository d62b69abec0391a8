// This module is browser compatible.

import { ProtocolError } from "../errors.ts";

/** Makes the error that says why a message of ours cannot be said in IRC. */
export function localError(
  problem: string,
  { what = "IRC message", expected }: { what?: string; expected: string },
): ProtocolError {
  return new ProtocolError(`Cannot encode ${what}: ${problem}`, {
    code: "bad-message",
    side: "local",
    offset: 0,
    expected,
    received: problem,
  });
}
