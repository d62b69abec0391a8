import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { ClosedError, messageOf } from "../../net/errors.ts";
import { type IrcErrorCode, isFinalRefusal } from "../../net/irc/refusal.ts";
import { explainedError } from "../advice.ts";
import { ExplainedError } from "../explained_error.ts";
import { addressOf, type Place } from "../place.ts";
import type { ClientTls } from "../tls.ts";

/** What was tried when an IRC client failed. */
export interface IrcPlace {
  /** Whom it called. */
  readonly place: Place;
  /** Whom it trusts where it speaks TLS. */
  readonly tls: ClientTls | undefined;
  /** The server's own password was given. */
  readonly hasPassword: boolean;
}

/** Says why an IRC client failed, in the words of its command line. */
export async function ircFailure(
  error: unknown,
  { tried, place, tls, hasPassword }: IrcPlace & { readonly tried: "connect" | "talk" },
): Promise<ExplainedError> {
  if (error instanceof ExplainedError) return error;
  const advice = adviceOf(error, hasPassword);
  if (!advice) return await explainedError(error, { tried, address: addressOf(place), tls });
  const message = messageOf(error);
  const [, what = message, why] = /^(Cannot .+?): (.*)$/s.exec(message) ?? [];
  return new ExplainedError(what, { ...why !== undefined && { why }, advice, cause: error });
}

const NICK_ADVICE = "give another with --nick or --alternative";

/** Says what would help where the protocol says itself what is wrong; undefined where the system or TLS does. */
function adviceOf(error: unknown, hasPassword: boolean): readonly string[] | undefined {
  if (error instanceof ClosedError && error.code === "connection-closed") return [];
  if (error instanceof LimitError) return [];
  if (!(error instanceof ProtocolError)) return undefined;
  const advices: Readonly<Record<IrcErrorCode, readonly string[]>> = {
    "nick-refused": [NICK_ADVICE],
    "password-refused": [hasPassword ? "check --password" : "give the server's with --password"],
    "login-refused": ["check --account and --account-password"],
    "banned": [],
    "registration-refused": [],
  };
  return Object.entries(advices).find(([code]) => code === error.code)?.[1];
}

/** Says whether another try to connect would fail as well. */
export function isFinalIrcFailure(error: unknown): boolean {
  return error instanceof TypeError || error instanceof Deno.errors.NotCapable ||
    isFinalRefusal(error) || (error instanceof ProtocolError && error.side === "local");
}
