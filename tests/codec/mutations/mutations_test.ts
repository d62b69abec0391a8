import { assert, assertEquals, assertThrows } from "@std/assert";
import { fixed, lines, mapped } from "../../../codec/mod.ts";
import { hex, utf8Bytes } from "../support.ts";
import type { MutatedCodec } from "./mutated_codec.ts";
import { MUTATED_CODECS } from "./mutated_codecs.ts";
import { runMutations } from "./mutations.ts";

for (const mutated of Object.values(MUTATED_CODECS).flat()) {
  Deno.test(`${mutated.name}: mutated inputs do no harm, however they are cut`, () => {
    runMutations(mutated, { inputs: 1_000, seed: 1 });
  });
}

const SAMPLES = ["ab\n", "\n"].map(utf8Bytes);

/** Codecs that each have a fault, and how it is told. */
const FAULTY: Readonly<Record<string, readonly [codec: MutatedCodec["codec"], text: RegExp]>> = {
  "whose messages depend on the cut": [
    {
      ...lines(),
      decoder: () => {
        let waiting: number[] = [];
        return {
          push: ({ length }) => void waiting.push(length),
          end: () => void (waiting = []),
          next: () => waiting.shift(),
        };
      },
    },
    /decoded in chunks of [\d, ]+: it gives \[.*\], and whole it gives \[/,
  ],
  "that throws another error": [
    mapped(lines(), { decode: (line) => JSON.parse(`"${line}`), encode: String }),
    /, <[^>]*> decoded whole: .*JSON/,
  ],
  "whose messages share the bytes of the chunk": [
    {
      ...fixed(1),
      decoder: () => {
        let chunk: Uint8Array | undefined;
        return {
          push: (bytes) => chunk = bytes,
          end: () => {},
          next() {
            const message = chunk?.length ? chunk : undefined;
            chunk = undefined;
            return message;
          },
        };
      },
    },
    /decoded in chunks of/,
  ],
  "that keeps too much": [fixed(150), /\d+ bytes of storage are held, of 64/],
};

for (const [name, [codec, text]] of Object.entries(FAULTY)) {
  Deno.test(`runMutations() tells the seed and the bytes of a codec ${name}`, () => {
    const mutated = { name: "faulty()", of: "faulty", codec, samples: SAMPLES, limit: 1 };
    const run = () => runMutations(mutated, { inputs: 10_000, seed: 7 });
    const { message } = assertThrows(run, Error);
    assert(/^faulty\(\): input \d+ of seed 7, <[0-9a-f ]*> decoded /.test(message), message);
    assert(text.test(message), message);
    assertEquals(assertThrows(run, Error).message, message, "the same again");
  });
}

Deno.test("runMutations() draws other inputs from another seed", () => {
  const [codec] = FAULTY["that throws another error"]!;
  const mutated = { name: "faulty()", of: "faulty", codec, samples: [hex("61 0a")], limit: 8192 };
  const told = [1, 2].map((seed) =>
    assertThrows(() => runMutations(mutated, { inputs: 10_000, seed }), Error).message
      .replace(/^.*?</, "<")
  );
  assert(told[0] !== told[1], told[0]);
});
