import type { ExactLine } from "./exact_lines.ts";
import { ExplainedError } from "./explained_error.ts";

const encoder = new TextEncoder();

/**
 * Returns lines as messages: text, or bytes where they shall be `binary`.
 *
 * @throws {ExplainedError} A line is no text and shall be.
 */
export async function* typedMessages(
  lines: AsyncIterable<ExactLine> | Iterable<ExactLine>,
  { binary }: { readonly binary: boolean },
): AsyncGenerator<string | Uint8Array> {
  let count = 0;
  for await (const line of lines) {
    count++;
    if (binary) yield typeof line === "string" ? encoder.encode(line) : line;
    else if (typeof line === "string") yield line;
    else {
      throw new ExplainedError(`Cannot send line ${count} as text`, {
        code: "bad-utf8",
        why: "it is no UTF-8",
        advice: ["add --binary"],
      });
    }
  }
}
