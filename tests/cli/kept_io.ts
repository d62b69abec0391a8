import type { Io } from "../../cli/io.ts";

/** An {@linkcode Io} that keeps what is written. */
export interface KeptIo extends Io {
  /** What was written on stdout. */
  readonly out: string[];
  /** What was written on stderr. */
  readonly about: string[];
}

/** Makes one; nobody types, and nothing is a terminal. */
export function keptIo(changes: Partial<Io> = {}): KeptIo {
  const out: string[] = [];
  const about: string[] = [];
  return {
    out,
    about,
    stdin: new Blob([]).stream(),
    stdout: (text) => void out.push(text),
    stderr: (text) => void about.push(text),
    interactive: false,
    colour: false,
    signals: false,
    ...changes,
  };
}
