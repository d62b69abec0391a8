import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "../net/address.ts";

/** Something that happened on an IRC network. What is said there is nobody's but theirs who say it and hear it. */
export type IrcEvent =
  | {
    readonly type: "registered";
    readonly id: number;
    readonly address: Address;
    readonly nick: string;
  }
  | {
    readonly type: "renamed";
    readonly id: number;
    readonly nick: string;
    /** What it was called before. */
    readonly before: string;
  }
  | {
    readonly type: "joined" | "parted";
    readonly id: number;
    readonly nick: string;
    /** The channel's name. */
    readonly channel: string;
  }
  | {
    readonly type: "kicked";
    readonly id: number;
    readonly nick: string;
    readonly channel: string;
    /** The nickname of who put it out. */
    readonly by: string;
  }
  | {
    readonly type: "left";
    readonly id: number;
    readonly nick: string;
    /** As the others hear it. */
    readonly reason: string;
  };

/**
 * Returns an event of an IRC network as a line for people, with text from users shown harmlessly.
 *
 * @example
 * ```ts
 * import { formatIrcEvent } from "@parley/sockets/ircd";
 * import { assert } from "@std/assert";
 * const line = formatIrcEvent({ type: "left", id: 3, nick: "ann", reason: "Quit: bye" });
 * assert(line === "#3 ann left: Quit: bye");
 * ```
 */
export function formatIrcEvent(event: IrcEvent): string {
  const who = `#${event.id} ${escapeControls(event.nick)}`;
  switch (event.type) {
    case "registered":
      return `${who} registered from ${formatAddress(event.address)}`;
    case "renamed":
      return `${who} was ${escapeControls(event.before)} before`;
    case "joined":
      return `${who} joined ${escapeControls(event.channel)}`;
    case "parted":
      return `${who} parted from ${escapeControls(event.channel)}`;
    case "kicked":
      return `${who} was kicked from ${escapeControls(event.channel)} by ${
        escapeControls(event.by)
      }`;
    case "left":
      return `${who} left: ${escapeControls(event.reason)}`;
  }
}
