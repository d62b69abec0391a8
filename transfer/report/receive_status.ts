import type { ReceiveProgress } from "../receive_progress.ts";
import { progressLine } from "./progress_line.ts";
import { RateMeter } from "./rate_meter.ts";

/** What comes in over all connections, as one line for people. */
export class ReceiveStatus {
  readonly #rate = new RateMeter();
  /** The file that comes over each connection; the newest is the last. */
  readonly #coming = new Map<number, ReceiveProgress>();
  /** Bytes that came since this was made. */
  #came = 0;

  /** Takes note of how far a file is. */
  update(progress: ReceiveProgress): void {
    const { id, state, bytes } = progress;
    const before = this.#coming.get(id);
    if (before && state !== "begun") this.#came += Math.max(0, bytes - before.bytes);
    else this.#coming.delete(id);
    if (state === "over") this.#coming.delete(id);
    else this.#coming.set(id, progress);
  }

  /** Whether nothing comes in. */
  get isIdle(): boolean {
    return this.#coming.size === 0;
  }

  /** Returns the line for a terminal of so many columns at a moment, which must never go back. */
  line(columns: number, atMs: number): string {
    this.#rate.add(atMs, this.#came);
    const all = [...this.#coming.values()];
    const doneBytes = all.reduce((sum, { bytes }) => sum + bytes, 0);
    const [newest] = all.slice(-1);
    const more = all.length > 1 ? ` and ${all.length - 1} more` : "";
    // With several, each of which may be over at any time, a part of the whole says nothing.
    const totalBytes = all.length === 1 ? newest?.size ?? undefined : undefined;
    const state = {
      doneBytes,
      totalBytes,
      bytesPerSecond: this.#rate.bytesPerSecond,
      file: `${newest?.path ?? ""}${more}`,
      fileIndex: 0,
      files: 1,
    };
    const progress = totalBytes ? Math.min(1, doneBytes / totalBytes) : 1;
    return progressLine(state, { columns, progress, colour: false });
  }
}
