import { printed } from "../../../testing/decoding.ts";
import { SeededRandom } from "../../../testing/random.ts";
import { Decoding, requireSame } from "./decoding.ts";
import type { MutatedCodec } from "./mutated_codec.ts";
import { Mutator } from "./mutator.ts";

/** How many inputs are drawn, and what from: the same inputs come of the same seed. */
export interface MutationsOptions {
  readonly inputs: number;
  readonly seed: number;
}

/**
 * Decodes mutated samples of a codec whole, cut at random and byte by byte: the messages and the error are the same, no
 * error is another one than a `ProtocolError`, it comes again, and no more is kept than the limit.
 *
 * @throws {Error} An input did harm; it is told with the seed.
 */
export function runMutations(
  mutated: MutatedCodec,
  { inputs, seed }: MutationsOptions,
): void {
  const random = new SeededRandom(seed);
  const mutator = new Mutator(mutated.samples, random);
  const [whole, cut, single] = [mutated, mutated, mutated].map((one) => new Decoding(one));
  const sizes: number[] = [];
  for (let input = 1; input <= inputs; input++) {
    const bytes = mutator.next();
    drawSizes(sizes, { length: bytes.length, random });
    let how = "whole";
    try {
      whole!.whole(bytes);
      how = `in chunks of ${sizes.join(", ")}`;
      cut!.inChunks(bytes, sizes);
      requireSame(cut!, whole!);
      how = "byte by byte";
      single!.byteByByte(mutator.singles, bytes.length);
      requireSame(single!, whole!);
    } catch (cause) {
      throw new Error(
        `${mutated.name}: input ${input} of seed ${seed}, ` +
          `${printed(bytes)} decoded ${how}: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
  }
}

/** Draws the sizes of chunks, which come again from the first when the last was used. */
function drawSizes(
  sizes: number[],
  { length, random }: { length: number; random: SeededRandom },
): void {
  sizes.length = 0;
  for (let at = 0; at < length && sizes.length < 8; at += sizes.at(-1)!) {
    sizes.push(random.upTo(random.upTo(3) === 0 ? length : 6));
  }
  // Empty chunks alone would never end.
  if (sizes.length < 8 || sizes.every((size) => size === 0)) sizes.push(length);
}
