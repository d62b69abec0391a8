import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../../codec/mod.ts";
import { simpleFileReplies, simpleFileRequests } from "../../../codec/simple_file/simple_file.ts";
import { testContract } from "../contract.ts";
import { joinedBodies } from "../joined_bodies.ts";
import { CHECK, cutAt, decodeChunks, hex, joined, utf8Bytes } from "../support.ts";

/** A whole file in the simple format. */
interface SimpleFile {
  readonly extension: string;
  readonly bytes: Uint8Array;
}

const MAX_SIZE = Number.MAX_SAFE_INTEGER;
const SIZE = 'a decimal from 0 to 9007199254740991, then "::"';
const EXTENSION = 'up to 16 letters and digits, then "::"';

/** What a sender writes and a receiver reads, a file a message. */
const files = joinedBodies({
  decoder: () => simpleFileRequests().decoder(),
  join: (head, bytes): SimpleFile => {
    assert(head.type === "file");
    return { extension: head.extension, bytes };
  },
  encode({ extension, bytes }, writer) {
    const codec = simpleFileReplies();
    codec.session().encode({ type: "file", size: bytes.length, extension }, writer);
    codec.session().encode({ type: "body", bytes }, writer);
  },
});

function file(extension: string, text: string): SimpleFile {
  return { extension, bytes: utf8Bytes(text) };
}

function badSize(received: string): string {
  return `Cannot decode size at offset 0: expected ${SIZE}, got "${received}"`;
}

function badExtension(received: string): string {
  return `Cannot decode extension at offset 3: expected ${EXTENSION}, got "${received}"`;
}

/** A header that is refused at its last character. */
function broken(header: string, { error, offset }: { error: string; offset: number }) {
  const bytes = utf8Bytes(header);
  return { name: JSON.stringify(header), bytes, code: "bad-header", offset, error } as const;
}

testContract("simpleFileRequests()", {
  codec: files,
  samples: [
    { name: "hi", bytes: "32 3a 3a 74 78 74 3a 3a 68 69", messages: [file("txt", "hi")] },
    { name: "an empty file", bytes: utf8Bytes("0::txt::"), messages: [file("txt", "")] },
    { name: "no extension", bytes: utf8Bytes("1::::a"), messages: [file("", "a")] },
    {
      name: "letters of both cases and a digit",
      bytes: utf8Bytes("1::aB3::x"),
      messages: [file("aB3", "x")],
    },
    {
      name: "the longest extension",
      bytes: utf8Bytes("2::ABCDEFGHijklmn09::::"),
      messages: [file("ABCDEFGHijklmn09", "::")],
    },
    {
      name: "several files, with a header inside one",
      bytes: utf8Bytes("8::txt::3::jpg::0::::3::jpg::abc"),
      messages: [file("txt", "3::jpg::"), file("", ""), file("jpg", "abc")],
    },
  ],
  tail: "33 3a 3a 74",
  limit: 36,
  broken: [
    ...["00", "01", "-", "+", " ", "\n", "x", ":", "\0", "9007199254740992"].map((size) =>
      broken(size, {
        offset: 0,
        error: badSize(size === "\n" ? "\\n" : size === "\0" ? "\\x00" : size),
      })
    ),
    broken("1 ", { offset: 0, error: badSize("1 ") }),
    broken("1.", { offset: 0, error: badSize("1.") }),
    broken("1e", { offset: 0, error: badSize("1e") }),
    broken("0x", { offset: 0, error: badSize("0x") }),
    broken("9999999999999999", { offset: 0, error: badSize("9999999999999999") }),
    broken("10000000000000000", { offset: 0, error: badSize("1000000000000000".padEnd(17, "0")) }),
    broken("1:x", { offset: 0, error: badSize("1:x") }),
    ...[".", "/", "\\", " ", "-", "_", "\n", "\0"].map((wrong) =>
      broken(`1::a${wrong}`, {
        offset: 3,
        error: badExtension(
          `a${wrong.replace("\n", "\\n").replace("\0", "\\x00")}`,
        ),
      })
    ),
    broken("1::..", { offset: 3, error: badExtension(".") }),
    broken("1::é", { offset: 3, error: badExtension("Ã") }),
    broken("1::abcdefghijklmnopq", { offset: 3, error: badExtension("abcdefghijklmnopq") }),
    broken("1::a:b", { offset: 3, error: badExtension("a:b") }),
    {
      name: "a second header",
      bytes: utf8Bytes("2::txt::hi-1::"),
      code: "bad-header",
      offset: 10,
      error: `Cannot decode size at offset 10: expected ${SIZE}, got "-"`,
      after: 1,
    },
    {
      name: "a body cut short",
      bytes: utf8Bytes("3::txt::hi"),
      code: "unexpected-end",
      offset: 10,
      error:
        "Cannot decode message at offset 10: the stream ended after 0 bytes of it, before the 1 bytes left of the body",
    },
    ...["1", "1:", "1::", "1::t", "1::txt:"].map((header) => ({
      name: `a header cut short: ${header}`,
      bytes: utf8Bytes(header),
      code: "unexpected-end" as const,
      offset: 0,
      error:
        `Cannot decode message at offset 0: the stream ended after ${header.length} bytes of it, before the rest of its header`,
    })),
  ],
});

Deno.test("simpleFileRequests() gives the size from the header when the file has not come", () => {
  for (const size of [0, 1, 2 ** 31, 2 ** 32, MAX_SIZE - 1, MAX_SIZE]) {
    const decoder = simpleFileRequests().decoder();
    decoder.push(utf8Bytes(`${size}::bin::`));
    assertEquals(decoder.next(), { type: "file", size, extension: "bin" });
    assertEquals(decoder.bodyBytes, size);
    assertEquals(decoder.next(), undefined);
  }
});

Deno.test("simpleFileReplies() encodes what simpleFileRequests() decodes, and refuses the rest", () => {
  const { encode } = simpleFileReplies();
  for (const size of [0, 1, MAX_SIZE]) {
    assertEquals(encode({ type: "file", size, extension: "" }), utf8Bytes(`${size}::::`));
  }
  for (const size of [-1, 0.5, NaN, Infinity, MAX_SIZE + 1]) {
    const error = assertThrows(() => encode({ type: "file", size, extension: "" }), ProtocolError);
    const message =
      `Cannot encode size: expected a decimal from 0 to 9007199254740991, got "${size}"`;
    assertEquals([error.message, error.code, error.side], [message, "bad-header", "local"]);
  }
  for (const extension of [".", "a/b", "a::", "é", "a\n", " a", "a".repeat(17)]) {
    const error = assertThrows(() => encode({ type: "file", size: 0, extension }), ProtocolError);
    const received = extension.replace("\n", "\\n");
    assertEquals(
      error.message,
      `Cannot encode extension: expected up to 16 letters and digits, got "${received}"`,
    );
    assertEquals([error.code, error.side], ["bad-header", "local"]);
  }
});

Deno.test("simpleFileReplies() shows only the beginning of an extension when it is long", () => {
  const header = { type: "file", size: 0, extension: "a".repeat(1000) } as const;
  const error = assertThrows(() => simpleFileReplies().encode(header), ProtocolError);
  assert(error.message.endsWith(`got "${"a".repeat(32)}… (968 characters more)"`), error.message);
});

Deno.test("simpleFileRequests() gives back what simpleFileReplies() wrote when cut anywhere", () => {
  const extension = fc.stringMatching(/^[A-Za-z0-9]{0,16}$/);
  const anyFile = fc.record({ extension, bytes: fc.uint8Array({ maxLength: 60 }) });
  fc.assert(
    fc.property(
      fc.array(anyFile, { maxLength: 5 }),
      fc.array(fc.nat(300), { maxLength: 8 }),
      (sent, positions) => {
        const bytes = joined(sent.map((one) => files.encode(one)));
        const expected = { messages: sent.map(({ ...one }) => one), error: undefined };
        assertEquals(decodeChunks(files, cutAt(bytes, positions)), expected);
      },
    ),
    CHECK,
  );
});

Deno.test("simpleFileRequests() keeps nothing of a body when next() gives it in pieces", () => {
  const decoder = simpleFileRequests().decoder();
  decoder.push(utf8Bytes("1000000::bin::"));
  assertEquals(decoder.next()?.type, "file");
  for (let sent = 0; sent < 1_000_000; sent += 1000) {
    decoder.push(new Uint8Array(1000));
    const piece = decoder.next();
    assert(piece?.type === "body" && piece.bytes.length === 1000);
    assertEquals(decoder.next(), undefined);
  }
  decoder.push(hex("30"));
  assertEquals(decoder.next(), undefined);
  assertEquals([decoder.bodyBytes, decoder.rest?.().length], [0, 1]);
});
