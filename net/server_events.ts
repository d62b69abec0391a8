import { escapeControls } from "../codec/escape_controls.ts";
import { acceptFailureOf } from "./accept_failure.ts";
import { type Address, formatAddress } from "./address.ts";
import { messageOf } from "./errors.ts";
import { formatFailure, formatUnexpected } from "./format_failure.ts";
import { handshakeWithClient } from "./tls_failure.ts";

/** Something that happened on a server. */
export type ServerEvent =
  | { readonly type: "opened"; readonly id: number; readonly address: Address }
  | { readonly type: "closed"; readonly id: number; readonly address: Address }
  | {
    readonly type: "failed";
    readonly id: number;
    readonly address: Address;
    readonly error: unknown;
    /** Set where the handshake of TLS failed; elsewhere the handler did. */
    readonly during?: "handshake";
  }
  | { readonly type: "refused"; readonly address: Address; readonly reason: string }
  /** `retryMs` is when the next accept will be tried; 0 is at once. */
  | { readonly type: "accept-failed"; readonly error: unknown; readonly retryMs: number };

/**
 * Returns a server event as a line for people, with text from peers shown harmlessly. An error that no peer and no network
 * can be the cause of, such as a bug in a handler, has its class before its message, and its stack and its causes in
 * lines of their own, which are indented or begin with `Caused by`.
 *
 * @example
 * ```ts
 * import { formatServerEvent } from "@parley/sockets/net";
 * import { assert } from "@std/assert";
 * const address = { transport: "tcp", hostname: "127.0.0.1", port: 5000 } as const;
 * const line = formatServerEvent({ type: "opened", id: 0, address });
 * assert(line === "#0 127.0.0.1:5000 connected");
 * ```
 */
export function formatServerEvent(event: ServerEvent): string {
  switch (event.type) {
    case "opened":
      return `#${event.id} ${formatAddress(event.address)} connected`;
    case "closed":
      return `#${event.id} ${formatAddress(event.address)} closed`;
    case "failed":
      return `#${event.id} ${formatAddress(event.address)} failed: ${reasonOf(event)}`;
    case "refused":
      return `${formatAddress(event.address)} refused: ${escapeControls(event.reason)}`;
    case "accept-failed":
      return acceptFailed(event);
  }
}

function reasonOf({ error, during }: Extract<ServerEvent, { type: "failed" }>): string {
  const why = during === "handshake" ? handshakeWithClient(error) : undefined;
  return why ?? formatFailure(error);
}

function acceptFailed(
  { error, retryMs }: Extract<ServerEvent, { type: "accept-failed" }>,
): string {
  const next = retryMs === 0 ? "next try at once" : `next try in ${retryMs} ms`;
  return acceptFailureOf(error) === "unknown"
    ? `Cannot accept connections; ${next}: ${formatUnexpected(error)}`
    : `Cannot accept connections: ${messageOf(error)}; ${next}`;
}
