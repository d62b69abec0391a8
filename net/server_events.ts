import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "./address.ts";
import { messageOf } from "./errors.ts";

/** Something that happened on a server. */
export type ServerEvent =
  | { readonly type: "opened"; readonly id: number; readonly address: Address }
  | { readonly type: "closed"; readonly id: number; readonly address: Address }
  | {
    readonly type: "failed";
    readonly id: number;
    readonly address: Address;
    readonly error: unknown;
  }
  | { readonly type: "refused"; readonly address: Address; readonly reason: string }
  | { readonly type: "accept-failed"; readonly error: unknown; readonly retryMs: number };

/**
 * Returns a server event as a line for people, with text from peers shown harmlessly.
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
      return `#${event.id} ${formatAddress(event.address)} failed: ${messageOf(event.error)}`;
    case "refused":
      return `${formatAddress(event.address)} refused: ${escapeControls(event.reason)}`;
    case "accept-failed":
      return `Cannot accept connections: ${
        messageOf(event.error)
      }; next try in ${event.retryMs} ms`;
  }
}
