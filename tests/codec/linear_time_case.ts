import type { Codec } from "../../codec/mod.ts";
import type { Work, WorkOptions } from "./work.ts";

/** A stream whose decoding has to be linear in its bytes. */
export interface LinearTimeCase {
  name: string;
  codec: Codec<unknown, never>;
  bytes: Uint8Array;
  /** The size of the chunks. */
  chunk: number;
  messages: number;
  /** Work of each kind for each byte. One that looks at its header again with each chunk needs more reading. */
  most?: Partial<Work>;
  /** What is counted beside the methods of the buffer. */
  counting?: WorkOptions;
}

/** How much is decoded. */
export interface LinearTimeSize {
  /** Bytes of one large message. */
  largeBytes: number;
  /** How many small messages; an even number. */
  many: number;
}
