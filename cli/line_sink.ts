import type { OutputSink } from "./output.ts";

/** A pipe that does not block takes so many bytes whole or not at all (PIPE_BUF of POSIX). */
const WHOLE_BYTES = Deno.build.os === "linux" ? 4096 : 512;
/** Deno keeps up to so many bytes behind the last newline for itself. */
const KEPT_BYTES = 1024;
const LF = 10;

/** What a {@linkcode LineSink} writes to. */
export interface LineSinkOptions {
  /** It never takes only a part for want of room: it is a file, or a device that is no terminal. */
  takesAll: boolean;
}

/**
 * Writes lines to `Deno.stdout`. Behind that is a buffer of lines: where a pipe that does not block takes a part of a write,
 * Deno keeps some of the rest, and says all the same that nothing was written. So a pipe is given lines that it takes whole
 * or not at all.
 */
export class LineSink implements OutputSink {
  readonly #to: OutputSink;
  readonly #takesAll: boolean;

  /** Makes one that writes to `to`. */
  constructor(to: OutputSink, { takesAll }: LineSinkOptions) {
    this.#to = to;
    this.#takesAll = takesAll;
  }

  /** Writes some of the bytes, and says how many. */
  async write(bytes: Uint8Array): Promise<number> {
    const most = this.#takesAll ? bytes.length : Math.min(bytes.length, WHOLE_BYTES);
    const end = bytes.lastIndexOf(LF, most - 1) + 1;
    const piece = bytes.subarray(0, end === 0 ? most : end);
    try {
      return await this.#to.write(piece);
    } catch (error) {
      const isKept = end === 0 && piece.length < KEPT_BYTES;
      if (isKept && error instanceof Deno.errors.WouldBlock) return piece.length;
      throw error;
    }
  }
}
