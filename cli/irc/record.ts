import { type IrcMessage, numericName } from "../../codec/irc/mod.ts";
import type { ReportRecord } from "../json_line.ts";
import { saidIn, type Viewer } from "./said.ts";

/** What a {@linkcode messageRecord} holds beside the message. */
export interface MessageRecordOptions {
  /** Who looks at it. */
  readonly viewer: Viewer;
  /** When it was sent. */
  readonly date: Date;
}

/**
 * Returns a message for a machine: `message` is what somebody said, `irc` any other, with all of its parts as they came. A
 * numeric reply has its name beside it where that is known.
 */
export function messageRecord(
  message: IrcMessage,
  { viewer, date }: MessageRecordOptions,
): ReportRecord {
  const { command, source, params, tags } = message;
  const origin = {
    ...source !== undefined && { source },
    ...tags && tags.size > 0 && { tags: Object.fromEntries(tags) },
  };
  const said = saidIn(message, viewer);
  if (said) {
    const { kind, from, target, text } = said;
    return { event: "message", date, kind, from, target, text, ...origin };
  }
  const name = numericName(command);
  return { event: "irc", date, command, ...name && { name }, params, ...origin };
}
