import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../../codec/mod.ts";
import {
  simpleFileReplies,
  type SimpleFileReply,
  simpleFileRequests,
} from "../../../codec/simple_file/simple_file.ts";
import { joined } from "../../../codec/joined.ts";
import { testContract } from "../contract.ts";
import { CHECK, cutAt, cutEvery, decodeChunks, utf8Bytes } from "../support.ts";

/** What a receiver writes and a sender reads. */
const replies = joined(simpleFileReplies(), simpleFileRequests());
const MAX_SIZE = Number.MAX_SAFE_INTEGER;
const MAX_LINE = 8 * 1024;
const TOO_LONG = "Cannot decode line: at least 8193 bytes exceed maxLineBytes 8192";
const stored: SimpleFileReply = { type: "stored" };

function received(bytes: number): SimpleFileReply {
  return { type: "received", bytes };
}

function text(line: string): SimpleFileReply {
  return { type: "text", text: line };
}

/** A sample that encode would write in another way. */
function spoken(bytes: string, messages: SimpleFileReply[]) {
  return {
    name: JSON.stringify(bytes),
    bytes: utf8Bytes(bytes),
    messages,
    decodeOnly: true as const,
  };
}

function cutShort(bytes: string) {
  return {
    name: `the end after ${JSON.stringify(bytes)}`,
    bytes: utf8Bytes(bytes),
    code: "unexpected-end",
    offset: 0,
    error:
      `Cannot decode message at offset 0: the stream ended after ${bytes.length} bytes of it, before "-end-" or the end of its line`,
  } as const;
}

testContract("simpleFileReplies()", {
  codec: replies,
  samples: [
    {
      name: "what a receiver says",
      bytes: "52 65 63 65 69 76 65 64 3a 32 0a 2d 65 6e 64 2d",
      messages: [received(2), stored],
    },
    { name: "-end- twice", bytes: utf8Bytes("-end--end-"), messages: [stored, stored] },
    {
      name: "an error",
      bytes: utf8Bytes("error: no room\n"),
      messages: [{ type: "error", message: "no room" }],
    },
    {
      name: "an error about -end-",
      bytes: utf8Bytes("error: a-end-b -end-\n-end-"),
      messages: [{ type: "error", message: "a-end-b -end-" }, stored],
    },
    { name: "text", bytes: utf8Bytes("hello €\n"), messages: [text("hello €")] },
    {
      name: "the largest number",
      bytes: utf8Bytes(`Received:${MAX_SIZE}\n`),
      messages: [received(MAX_SIZE)],
    },
    spoken("Received:1\r\nerror: no\r\nx\r\n", [
      received(1),
      { type: "error", message: "no" },
      text("x"),
    ]),
    spoken("Received:9007199254740992\n", [text("Received:9007199254740992")]),
    spoken("Received:\nReceived:-1\nReceived: 1\nReceived:1 \nreceived:1\n", [
      text("Received:"),
      text("Received:-1"),
      text("Received: 1"),
      text("Received:1 "),
      text("received:1"),
    ]),
    spoken("Received:007\n", [received(7)]),
    spoken("Received:5-end-", [stored]),
    spoken("all done -end-", [stored]),
    spoken("Received:5\nReceived:9-end-Received:1\n", [received(5), stored, received(1)]),
    spoken("-end-\n-end-\r\n", [stored, text(""), stored, text("")]),
    spoken("--end-", [stored]),
    spoken("-en-end-", [stored]),
    spoken("-end-end-\n", [stored, text("end-")]),
    spoken("-e-en-end--en\n", [stored, text("-en")]),
    spoken("-en\nd-\n-End-\n-end\n", [text("-en"), text("d-"), text("-End-"), text("-end")]),
    spoken("errors -end-", [stored]),
    spoken("error-end-", [stored]),
    spoken("error:-end-\nerror:\n", [
      { type: "error", message: "-end-" },
      { type: "error", message: "" },
    ]),
    spoken(" error: -end-", [stored]),
    spoken("\ufefferror: x\n", [text("\ufefferror: x")]),
  ],
  tail: "52 65 63",
  limit: MAX_LINE + 1,
  broken: [
    cutShort("Received:2"),
    cutShort("-end"),
    cutShort("error: -end-"),
    {
      name: "the end of a line cut short",
      bytes: utf8Bytes("-end-Rec"),
      code: "unexpected-end",
      offset: 5,
      error:
        'Cannot decode message at offset 5: the stream ended after 3 bytes of it, before "-end-" or the end of its line',
      after: 1,
    },
  ],
});

function filled(length: number): string {
  return "-enx".repeat(Math.ceil(length / 4)).slice(0, length);
}

Deno.test("simpleFileReplies() gives the same when a line is near the limit, however it was cut", () => {
  const tooLong = `LimitError limit-exceeded remote 0: ${TOO_LONG}`;
  const cases: [bytes: string, outcome: SimpleFileReply[] | string][] = [
    [`${filled(MAX_LINE - 1)}\n`, [text(filled(MAX_LINE - 1))]],
    [`${filled(MAX_LINE)}\n`, [text(filled(MAX_LINE))]],
    [`${filled(MAX_LINE + 1)}\n`, tooLong],
    [`${filled(MAX_LINE + 1)}-end-\n`, tooLong],
    [`${filled(MAX_LINE - 5)}-end-`, [stored]],
    [`${filled(MAX_LINE - 4)}-end-`, [stored]],
    [`${filled(MAX_LINE - 3)}-end-`, tooLong],
    [`${filled(MAX_LINE - 3)}-end-\n`, tooLong],
    [`error: ${"-end-".repeat(1637)}\n`, [{ type: "error", message: "-end-".repeat(1637) }]],
    [`error: ${"-end-".repeat(1638)}\n`, tooLong],
  ];
  for (const [line, outcome] of cases) {
    const bytes = utf8Bytes(line);
    const expected = typeof outcome === "string"
      ? { messages: [], error: outcome }
      : { messages: outcome, error: undefined };
    const ends = [5, 4, 3, 2, 1].map((back) => cutAt(bytes, [bytes.length - back]));
    const middles = [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, MAX_LINE + 2].map((at) =>
      cutAt(bytes, [at])
    );
    for (const chunks of [[bytes], cutEvery(bytes, 1), cutEvery(bytes, 7), ...ends, ...middles]) {
      assertEquals(decodeChunks(replies, chunks), expected, `${bytes.length} bytes`);
    }
  }
});

Deno.test("simpleFileReplies() gives the same when any likely pieces are cut anywhere", () => {
  const piece = fc.constantFrom("-end-", "-", "-en", "d-", "e", "error:", "Received:1", "\n", "\r");
  const spokenPieces = fc.array(piece, { maxLength: 12 }).map((pieces) =>
    utf8Bytes(pieces.join(""))
  );
  fc.assert(
    fc.property(spokenPieces, fc.array(fc.nat(80), { maxLength: 8 }), (bytes, positions) => {
      assertEquals(decodeChunks(replies, cutAt(bytes, positions)), decodeChunks(replies, [bytes]));
      assertEquals(decodeChunks(replies, cutEvery(bytes, 1)), decodeChunks(replies, [bytes]));
    }),
    CHECK,
  );
});

Deno.test("simpleFileReplies() searches no line twice when many arrive at once", () => {
  const lines = 500;
  const bytes = utf8Bytes("Received:1\n".repeat(lines));
  const { indexOf } = Uint8Array.prototype;
  let searched = 0;
  try {
    Uint8Array.prototype.indexOf = function (byte, from = 0): number {
      const found = indexOf.call(this, byte, from);
      searched += (found < 0 ? this.length : found + 1) - from;
      return found;
    };
    assertEquals(decodeChunks(replies, [bytes]).messages.length, lines);
  } finally {
    Reflect.deleteProperty(Uint8Array.prototype, "indexOf");
  }
  assert(searched <= 4 * bytes.length, `${searched} of ${bytes.length}`);
});

Deno.test("simpleFileRequests() writes one harmless line when an error's text is hostile", () => {
  const { encode } = simpleFileRequests();
  const texts = [
    "x\n-end-",
    "\r\nReceived:9\r\n-end-",
    "\x1b[2J\0\u202e\u2028",
    "-end-",
    "error: error: ",
    "\ud800",
    "",
    "\u{e0001}".repeat(100_000),
    "€".repeat(100_000),
    "\n".repeat(100_000),
  ];
  for (const message of texts) {
    const bytes = encode({ type: "error", message });
    assert(bytes.length <= MAX_LINE + 1);
    const [only, ...others] = decodeChunks(replies, [bytes]).messages as SimpleFileReply[];
    assert(only?.type === "error" && others.length === 0);
    const line = new TextDecoder().decode(bytes);
    assert(/^error: [^\p{Cc}\u2028\u202e]*\n$/u.test(line), line.slice(0, 80));
  }
});

Deno.test("simpleFileRequests() refuses to write a text when it would mean something", () => {
  const { encode } = simpleFileRequests();
  for (const line of ["-end-", "it says -end- now", "error: x", "error:", "Received:1"]) {
    const error = assertThrows(() => encode({ type: "text", text: line }), ProtocolError);
    assertEquals(
      error.message,
      `Cannot encode text: expected a line without meaning, got "${line}"`,
    );
    assertEquals([error.code, error.side], ["bad-message", "local"]);
  }
  assertEquals(encode({ type: "text", text: "a\nb" }), utf8Bytes("a\\nb\n"));
});
