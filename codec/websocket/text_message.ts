// This module is browser compatible.

import { latin1Text } from "../bytes/latin1_text.ts";
import type { WebSocketText } from "./messages.ts";

/** Up to here a loop over the characters of ASCII is faster than a decoder. */
const SHORT_BYTES = 128;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text message that came: its bytes were checked, and become text when somebody looks. What only passes them on need not. */
export class TextMessage implements WebSocketText {
  readonly kind = "text";
  /** The text in UTF-8. */
  readonly bytes: Uint8Array;
  readonly #isAscii: boolean;
  #text: string | undefined;

  constructor(bytes: Uint8Array, { isAscii }: { isAscii: boolean }) {
    this.bytes = bytes;
    this.#isAscii = isAscii;
  }

  /** What it says. */
  get text(): string {
    return this.#text ??= this.#isAscii && this.bytes.length <= SHORT_BYTES
      ? latin1Text(this.bytes)
      : decoder.decode(this.bytes);
  }
  /** Traces and records show what it says. */
  toJSON(): WebSocketText {
    return { kind: "text", text: this.text };
  }
}
