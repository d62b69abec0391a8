import { requireWellFormed } from "../../codec/text.ts";
import type { WebSocketFragment } from "../../codec/websocket/messages.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const HIGH_SURROGATE = /[\ud800-\udbff]$/;

/** Makes the fragments of one message out of its pieces; a character that is cut between two strings stays whole. */
export async function* fragmentsOf(
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  of: "text" | "binary",
): AsyncGenerator<WebSocketFragment> {
  let held = "";
  for await (const piece of pieces) {
    if (typeof piece !== "string") {
      yield { kind: "fragment", of, bytes: piece, last: false };
      continue;
    }
    const text = held + piece;
    held = HIGH_SURROGATE.exec(text)?.[0] ?? "";
    const whole = text.slice(0, text.length - held.length);
    requireWellFormed(whole, "text");
    if (whole !== "") yield { kind: "fragment", of, bytes: encoder.encode(whole), last: false };
  }
  requireWellFormed(held, "text");
  yield { kind: "fragment", of, bytes: NOTHING, last: true };
}
