import type { ExactLine } from "./exact_lines.ts";
import { ExplainedError } from "./explained_error.ts";
import { formatSize } from "./units.ts";

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

/** All of stdin may have this many bytes where it is one message. */
const MAX_WHOLE_BYTES = 256 * 1024 * 1024;

/**
 * Returns all of stdin as one message, once it has come to its end. An aborted signal ends it with its reason.
 *
 * @throws {ExplainedError} It is too much.
 */
export async function* wholeMessage(
  stdin: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const passed = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  for await (const chunk of stdin.pipeThrough(passed, { signal })) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_WHOLE_BYTES) {
      const why = `it has more than ${formatSize(MAX_WHOLE_BYTES)}`;
      throw new ExplainedError("Cannot send stdin as one message", { code: "limit-exceeded", why });
    }
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  yield whole;
}
