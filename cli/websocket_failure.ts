import { LimitError, ProtocolError } from "../codec/errors.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { shownUrl } from "../headers/response/request.ts";
import { formatAddress } from "../net/address.ts";
import { endpointOf } from "../net/url_endpoint.ts";
import { explainedError } from "./advice.ts";
import { ExplainedError } from "./explained_error.ts";
import type { ClientTls } from "./tls.ts";
import { closeText } from "./websocket_report.ts";
import type { TalkEnd } from "./websocket_talk.ts";

/** Where a WebSocket failed. */
export interface WebSocketPlace {
  /** What was called. */
  readonly url: URL;
  /** Whom a client trusts where it speaks TLS. */
  readonly tls: ClientTls | undefined;
  /** A token was sent. */
  readonly hasToken: boolean;
}

/** The flags that set the limits of what comes. */
const FLAGS: Readonly<Record<string, string>> = {
  maxMessageBytes: "--max-message",
  maxFragments: "--max-fragments",
};

/** Says why a WebSocket failed, in the words of a URL. */
export async function webSocketFailure(
  error: unknown,
  { tried, url, tls, hasToken }: WebSocketPlace & { readonly tried: "connect" | "talk" },
): Promise<ExplainedError> {
  if (error instanceof ProtocolError && error.code === "bad-handshake") {
    const why = escapeControls(error.message.replace(/^Cannot .+?: /, ""));
    const advice = error.received?.startsWith("401")
      ? [hasToken ? "check --token" : "give --token"]
      : [];
    return new ExplainedError(`Cannot open ${shownUrl(url)}`, { why, advice, cause: error });
  }
  const said = await explainedError(error, {
    tried,
    address: { transport: "tcp", ...endpointOf(url) },
    tls: url.protocol === "wss:" ? tls : undefined,
    byUrl: "ws",
  });
  const flag = error instanceof LimitError ? FLAGS[error.limit] : undefined;
  if (flag === undefined) return said;
  const { what, why = "", cause } = said;
  return new ExplainedError(what, { why, advice: [`raise ${flag}`], cause });
}

/** Says why a WebSocket that stood was lost. */
export async function webSocketLoss(
  { close, first, error }: TalkEnd,
  place: WebSocketPlace,
): Promise<ExplainedError> {
  if (error !== undefined) return await webSocketFailure(error, { ...place, tried: "talk" });
  const code = "connection-closed";
  if (close.code !== 1006) {
    const why = closeText(close);
    return new ExplainedError("The server closed the connection", { code, why });
  }
  const address = formatAddress({ transport: "tcp", ...endpointOf(place.url) });
  return new ExplainedError(`Lost the connection to ${address}`, {
    code,
    why: first === "local"
      ? "the server did not answer the close"
      : "the server ended it without a close frame",
  });
}

/** Says whether another try to connect would fail as well. */
export function isFinalFailure(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof Deno.errors.NotCapable) return true;
  return error instanceof ProtocolError && /^4(?!08|25|29)\d\d/.test(error.received ?? "");
}

/** Returns an error that says more, in front of what could not be done or behind the reason; one of a program's fault stays. */
export function withMore(
  error: unknown,
  { before = "", behind = "" }: { readonly before?: string; readonly behind?: string },
): unknown {
  if (!(error instanceof ExplainedError)) return error;
  const { what, why, code, advice, cause } = error;
  return new ExplainedError(`${before}${what}${why === undefined ? behind : ""}`, {
    ...code !== undefined && { code },
    ...why !== undefined && { why: `${why}${behind}` },
    advice,
    cause,
  });
}
