import { escapeControls } from "../../codec/escape_controls.ts";
import { ProtocolError } from "../../codec/errors.ts";

/**
 * Why an IRC server turns a client down; stable, so programs may branch on it.
 *
 * `nick-refused`: no nickname that was offered is free or taken for one. `password-refused`: the server's own password is wrong. `login-refused`: there is no login with this
 * account. `banned`: the server wants nothing of us. `registration-refused`: any other reason, in the server's words.
 */
export type IrcErrorCode =
  | "nick-refused"
  | "password-refused"
  | "login-refused"
  | "banned"
  | "registration-refused";

/** Makes the error that says why a server turned us down; what the server said is shown harmlessly. */
export function refusal(
  code: IrcErrorCode,
  { tried, said, expected }: { tried: string; said: string; expected: string },
): ProtocolError {
  const received = escapeControls(said);
  return new ProtocolError(`Cannot ${tried}: ${received}`, {
    code,
    side: "remote",
    offset: 0,
    expected,
    received,
  });
}

/** Refusals that another try would meet again. */
const FINAL: readonly string[] = ["password-refused", "login-refused", "banned"];

/** Says whether another try would fail as this one did. */
export function isFinalRefusal(error: unknown): boolean {
  return error instanceof ProtocolError && FINAL.includes(error.code);
}
