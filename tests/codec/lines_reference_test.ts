import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type LineEnding, lines } from "../../codec/mod.ts";
import {
  anyText,
  CHECK,
  comparable,
  cutAt,
  cutEvery,
  cuts,
  decodeChunks,
  fromLatin1,
  joined,
  latin1,
  tellingBytes,
  utf8Bytes,
} from "./support.ts";

/** Line feeds, carriage returns, and whole and broken UTF-8. */
const TELLING = [
  10,
  10,
  13,
  13,
  97,
  98,
  0xc3,
  0xa9,
  0xe2,
  0x82,
  0xac,
  0xf0,
  0x9f,
  0x98,
  0x80,
  0xff,
];
const ENDINGS: Record<LineEnding, RegExp> = {
  any: /\r\n|\n|\r/,
  lf: /\n/,
  crlf: /\r\n/,
  cr: /\r/,
};
const ENDING = fc.constantFrom<LineEnding>("any", "lf", "crlf", "cr");

function naive(bytes: Uint8Array, ending: LineEnding): Uint8Array[] {
  const parts = latin1(bytes).split(ENDINGS[ending]);
  if (parts.at(-1) === "") parts.pop();
  return parts.map(fromLatin1);
}

/** Decodes one line alone, with a decoder of its own. */
function text(line: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(line);
}

Deno.test("lines() agrees with split() when the bytes are arbitrary", () => {
  fc.assert(
    fc.property(tellingBytes(TELLING, 80), cuts(80), ENDING, (bytes, positions, ending) => {
      const chunks = cutAt(bytes, positions);
      const expected = naive(bytes, ending);
      assertEquals(decodeChunks(lines({ ending }), chunks), {
        messages: expected.map(text),
        error: undefined,
      });
      assertEquals(decodeChunks(lines({ ending, binary: true }), chunks), {
        messages: expected.map(comparable),
        error: undefined,
      });
    }),
    { ...CHECK, numRuns: 600 },
  );
});

Deno.test("lines() skips what a naive reference skips when lines are too long", () => {
  fc.assert(
    fc.property(
      tellingBytes(TELLING, 80),
      cuts(80),
      ENDING,
      fc.integer({ min: 1, max: 6 }),
      (bytes, positions, ending, maxBytes) => {
        const codec = lines({ ending, maxBytes, onTooLong: "skip" });
        const { messages, error } = decodeChunks(codec, cutAt(bytes, positions));
        const expected = naive(bytes, ending).map((line) =>
          line.length > maxBytes ? "too long" : text(line)
        );
        const got = messages.map((message) =>
          String(message).startsWith("LimitError ") ? "too long" : message
        );
        assertEquals([got, error], [expected, undefined]);
        // The errors name the same places too.
        assertEquals(messages, decodeChunks(codec, [bytes]).messages);
      },
    ),
    { ...CHECK, numRuns: 600 },
  );
});

Deno.test("lines({ fatal }) throws where TextDecoder would when the bytes are arbitrary", () => {
  const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  fc.assert(
    fc.property(tellingBytes(TELLING, 60), cuts(60), (bytes, positions) => {
      const expected: string[] = [];
      let sound = true;
      for (const line of naive(bytes, "any")) {
        try {
          expected.push(strict.decode(line));
        } catch {
          sound = false;
          break;
        }
      }
      const outcome = decodeChunks(lines({ fatal: true }), cutAt(bytes, positions));
      assertEquals(outcome.messages, expected);
      assertEquals(outcome.error === undefined, sound);
      assertEquals(outcome, decodeChunks(lines({ fatal: true }), [bytes]));
    }),
    CHECK,
  );
});

Deno.test("lines() gives back what it wrote when cut anywhere", () => {
  const line = anyText(20).map((one) => one.replace(/[\r\n]/g, ""));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), cuts(300), ENDING, (sent, positions, ending) => {
      const codec = lines({ ending });
      const bytes = joined(sent.map((one) => codec.encode(one)));
      assertEquals(decodeChunks(codec, cutAt(bytes, positions)), {
        messages: sent,
        error: undefined,
      });
    }),
    CHECK,
  );
});

/** Lines that a batch decodes together, and those that keep it from doing so. */
const PIECES = [
  "",
  "plain",
  "a line of plain text, somewhat longer",
  "x".repeat(300),
  "x".repeat(600),
  "é",
  "€uro",
  "😀",
  "\ufeffmark",
].map(utf8Bytes).concat(
  [[0xff], [0xc3], [0xe2, 0x82], [0x61, 0x80, 0x62]].map((one) => Uint8Array.from(one)),
);

Deno.test("lines() decodes many lines at once as it would one by one", () => {
  const pieces = fc.array(fc.constantFrom(...PIECES), { minLength: 20, maxLength: 120 });
  const endings = fc.constantFrom("\n", "\r\n", "\r");
  fc.assert(
    fc.property(pieces, endings, cuts(9000), (chosen, written, positions) => {
      const bytes = joined(chosen.flatMap((piece) => [piece, utf8Bytes(written)]));
      const expected = chosen.map(text);
      for (const chunks of [[bytes], cutAt(bytes, positions), cutEvery(bytes, 1000)]) {
        assertEquals(decodeChunks(lines(), chunks).messages, expected);
      }
    }),
    CHECK,
  );
});

Deno.test("lines({ fatal }) gives the lines before the bad one when they are decoded at once", () => {
  for (const before of [0, 1, 40, 200]) {
    const good = Array.from({ length: before }, (_, at) => `line ${at}`);
    const sound = utf8Bytes(good.map((line) => line + "\n").join(""));
    const bytes = joined([sound, Uint8Array.of(0x61, 0xff, 10), utf8Bytes("after\n".repeat(50))]);
    const at = sound.length + 1;
    assertEquals(decodeChunks(lines({ fatal: true }), [bytes]), {
      messages: good,
      error:
        `ProtocolError bad-utf8 remote ${at}: Cannot decode line at offset ${at}: the bytes are not UTF-8`,
    });
  }
});
