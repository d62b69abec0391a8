import { base64Of } from "../codec/bytes/base64.ts";
import type { PushMessage } from "./push_message.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A message as JSON has it. */
export interface MessageJson {
  /** What names it. */
  readonly id: string;
  /** When it was published, in milliseconds since 1970. */
  readonly time: number;
  /** The subscriber that published it, where it was one. */
  readonly from?: string;
  /** What it says, where it is text. */
  readonly text?: string;
  /** Its bytes, where it is binary. */
  readonly base64?: string;
}

/** Returns a message as JSON has it. */
export function messageJson({ id, timeMs, from, kind, bytes }: PushMessage): MessageJson {
  return {
    id,
    time: timeMs,
    ...from !== undefined && { from },
    ...kind === "text" ? { text: decoder.decode(bytes) } : { base64: base64Of(bytes) },
  };
}
