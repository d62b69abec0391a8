import type { DeflateEngine } from "../../../codec/websocket/mod.ts";

/** Stands where an engine is named and nothing is compressed. */
export const NO_ENGINE: DeflateEngine = {
  deflater: () => {
    throw new Error("Nothing is to be compressed here");
  },
  inflater: () => {
    throw new Error("Nothing is to be inflated here");
  },
};
