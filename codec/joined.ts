// This module is browser compatible.

import { requireCodec } from "./arguments.ts";
import { type Codec, defineCodec } from "./codec.ts";

/**
 * Joins what one codec decodes with what another one encodes: for a protocol whose two directions are of different kinds,
 * such as requests and replies. What the protocol answers of itself is the first one's, its farewell and its refusal are
 * the second one's.
 *
 * @example A server that reads lines and answers frames
 * ```ts
 * import { joined, lengthPrefixed, lines } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const codec = joined(lines(), lengthPrefixed());
 * const decoder = codec.decoder();
 * decoder.push(new TextEncoder().encode("size?\n"));
 * assert(decoder.next() === "size?");
 * assert(codec.encode(new Uint8Array([7])).join() === "0,0,0,1,7");
 * ```
 */
export function joined<In, Out>(
  incoming: Codec<In, never>,
  outgoing: Codec<unknown, Out>,
): Codec<In, Out> {
  requireCodec(incoming);
  requireCodec(outgoing);
  return defineCodec<In, Out>(() => {
    const received = incoming.session();
    const sent = outgoing.session();
    return {
      decoder: received.decoder,
      encode: (message, writer) => sent.encode(message, writer),
      ...received.answer && { answer: (writer) => received.answer?.(writer) },
      ...sent.farewell && { farewell: (reason, writer) => sent.farewell?.(reason, writer) },
      ...sent.refuse && { refuse: (error, writer) => sent.refuse?.(error, writer) },
      ...(received.release || sent.release) && {
        release() {
          received.release?.();
          sent.release?.();
        },
      },
    };
  });
}
