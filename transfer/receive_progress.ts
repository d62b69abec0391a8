import { safeListener } from "../net/safe_listener.ts";

/** How far a file is that comes in. */
export interface ReceiveProgress {
  /** The number of its connection. */
  readonly id: number;
  /** Its path as the sender gave it. */
  readonly path: string;
  /** `begun`: its first byte may come; `going`; `over`: nothing more of it comes, whatever becomes of it. */
  readonly state: "begun" | "going" | "over";
  /** Bytes that came, with those of an earlier try. */
  readonly bytes: number;
  /** Bytes that it will have; null when the sender does not know. */
  readonly size: number | null;
}

/** The file that comes in, as {@linkcode ProgressTeller} asks it. */
interface ComingFile {
  readonly path: string;
  readonly size: number;
  readonly offeredSize: number | null;
}

/** Tells how far the file is that comes in over one connection: one at a time. */
export class ProgressTeller {
  readonly #id: number;
  readonly #tell: (progress: ReceiveProgress) => void;
  #file: ComingFile | undefined;

  /** Tells `onProgress`, whatever that throws; `id` is the connection's. */
  constructor(id: number, onProgress: ((progress: ReceiveProgress) => void) | undefined) {
    this.#id = id;
    this.#tell = safeListener(onProgress, { name: "onProgress" });
  }

  /** Tells that a file begins. */
  begin(file: ComingFile): void {
    this.#file = file;
    this.#say("begun");
  }

  /** Tells that more of it came; `bytes` are those of it that are not written yet as well. */
  go(bytes?: number): void {
    this.#say("going", bytes);
  }

  /** Tells that nothing more of a file comes, if it is the one that was begun. */
  end(file: ComingFile): void {
    if (file !== this.#file) return;
    this.#say("over");
    this.#file = undefined;
  }

  #say(state: ReceiveProgress["state"], bytes = this.#file?.size ?? 0): void {
    if (!this.#file) return;
    const { path, offeredSize: size } = this.#file;
    this.#tell({ id: this.#id, path, state, bytes, size });
  }
}
