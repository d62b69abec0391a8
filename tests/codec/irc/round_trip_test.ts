import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatIrcMessage,
  irc,
  type IrcMessage,
  isIrcHostname,
  isNickname,
  matchesMask,
  parseCapabilities,
  parseCtcp,
  parseIrcMessage,
  parseSource,
  parseTags,
  stripFormatting,
} from "../../../codec/irc/mod.ts";
import {
  CHECK,
  cutAt,
  cuts,
  decodeChunks,
  fromLatin1,
  joined,
  latin1,
  tellingBytes,
} from "../support.ts";
import { anyMessage } from "./messages.ts";

const MANY = { ...CHECK, numRuns: 1000 };
/** No line here is too long. */
const LIFTED = { maxBytes: Infinity, maxTagBytes: Infinity, maxSentBytes: Infinity };

Deno.test("parseIrcMessage() gives the message of which formatIrcMessage() made the line", () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const line = formatIrcMessage(message);
      assert(!/[\0\r\n]/.test(line), line);
      assertEquals(parseIrcMessage(line), message);
    }),
    MANY,
  );
});

Deno.test("irc() gives back what it wrote when cut anywhere", () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 6 }), cuts(300), (messages, positions) => {
      const codec = irc(LIFTED);
      const bytes = joined(messages.map((message) => codec.encode(message)));
      for (const chunks of [[bytes], cutAt(bytes, positions)]) {
        assertEquals(decodeChunks(codec, chunks), { messages, error: undefined });
      }
    }),
    MANY,
  );
});

Deno.test("irc() writes the line that formatIrcMessage() makes", () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const written = new TextDecoder("utf-8", { ignoreBOM: true })
        .decode(irc(LIFTED).encode(message));
      assertEquals(written, `${formatIrcMessage(message)}\r\n`);
    }),
    MANY,
  );
});

/** Bytes that mean something in IRC, and some that are no UTF-8. */
const oddBytes = tellingBytes(
  [...fromLatin1("\0\0\r\r\n\n\n   @@::;=\\sabAB1!"), 0xc3, 0xa9, 0xe2, 0xff],
  120,
);

/** Decodes bytes as the contract has it, line by line and with no thought of speed. */
function expected(bytes: Uint8Array): IrcMessage[] {
  const lines = latin1(bytes).split(/\r\n|\r|\n/).slice(0, -1);
  return lines.map((line) => parseIrcMessage(textOf(fromLatin1(line))))
    .filter((message) => message !== undefined);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

Deno.test("irc() gives of odd bytes what a plain decoder gives, and can say it again", () => {
  const codec = irc(LIFTED);
  fc.assert(
    fc.property(oddBytes, cuts(120), (odd, positions) => {
      const bytes = joined([odd, fromLatin1("\n")]);
      const messages = expected(bytes);
      for (const chunks of [[bytes], cutAt(bytes, positions)]) {
        assertEquals(decodeChunks(codec, chunks), { messages, error: undefined });
      }
      for (const message of messages) {
        assertEquals(decodeChunks(codec, [codec.encode(message)]).messages, [message]);
      }
    }),
    { ...CHECK, numRuns: 2000 },
  );
});

Deno.test("irc() gives what a plain decoder gives when the stream is longer than a batch of lines", () => {
  const codec = irc(LIFTED);
  const line = oddBytes.map((odd) => joined([odd, fromLatin1("\n:a B c :d\r\n@e=f G\n")]));
  fc.assert(
    fc.property(fc.array(line, { minLength: 40, maxLength: 80 }), (lines) => {
      const plain = fromLatin1(":ann PRIVMSG #news :hello all\r\n".repeat(600));
      const bytes = joined([plain, ...lines, plain, fromLatin1("x".repeat(9000) + "\r\n"), plain]);
      assertEquals(decodeChunks(codec, [bytes]), { messages: expected(bytes), error: undefined });
    }),
    { ...CHECK, numRuns: 10 },
  );
});

Deno.test("nothing that reads IRC throws, whatever the text", () => {
  const units = fc.array(fc.nat(0xffff), { maxLength: 60 });
  const texts = fc.oneof(oddBytes.map(latin1), units.map((all) => String.fromCharCode(...all)));
  fc.assert(
    fc.property(texts, texts, (text, other) => {
      const message = parseIrcMessage(text);
      if (message) assertEquals(parseIrcMessage(formatIrcMessage(message)), message);
      parseTags(text);
      parseSource(text);
      parseCapabilities(text);
      parseCtcp(text);
      stripFormatting(text);
      isNickname(text);
      isIrcHostname(text);
      matchesMask(text, other);
    }),
    MANY,
  );
});
