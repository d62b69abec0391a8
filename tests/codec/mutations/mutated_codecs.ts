import { FRAMINGS } from "./framings.ts";
import type { MutatedCodec } from "./mutated_codec.ts";
import { PROTOCOLS } from "./protocols.ts";
import { WRAPPERS } from "./wrappers.ts";

/** Each kind of codec that codec/ exports, by the long test that it is in; a test holds it to both. */
export const MUTATED_CODECS = {
  framings: FRAMINGS,
  protocols: PROTOCOLS,
  wrappers: WRAPPERS,
} satisfies Readonly<Record<string, readonly MutatedCodec[]>>;

/** Those of one long test. */
export type MutatedGroup = keyof typeof MUTATED_CODECS;
