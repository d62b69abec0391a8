import type { DeflateEngine } from "../../../codec/websocket/mod.ts";

/** Stands in a page for codec/deflate.ts, which needs node:zlib: nothing is compressed there. */
export const deflateEngine: DeflateEngine | undefined = undefined;
