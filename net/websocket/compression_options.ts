import type { CompressionOptions } from "../../codec/websocket/negotiation.ts";

/** Messages below this are not compressed: it would save nothing. */
const THRESHOLD_BYTES = 1024;

/** Returns what this side offers and accepts. Who compresses nothing does not load what it needs. */
export async function compressionOf(): Promise<CompressionOptions> {
  const { deflateEngine } = await import("../../codec/deflate.ts");
  return { engine: deflateEngine, thresholdBytes: THRESHOLD_BYTES };
}
