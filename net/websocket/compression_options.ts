import type { CompressionOptions } from "../../codec/websocket/negotiation.ts";

/** Messages below this are not compressed: it would save nothing. */
const THRESHOLD_BYTES = 1024;

const ALONE = { takeover: false };

/** Returns what this side offers and accepts. Who compresses nothing does not load what it needs. */
export async function compressionOf(
  compress: boolean | "no-takeover",
): Promise<CompressionOptions | undefined> {
  if (compress === false) return undefined;
  const { deflateEngine } = await import("../../codec/deflate.ts");
  return {
    engine: deflateEngine,
    thresholdBytes: THRESHOLD_BYTES,
    ...compress === "no-takeover" && { outgoing: ALONE, incoming: ALONE },
  };
}
