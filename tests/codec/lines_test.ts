import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { LimitError, lines, ProtocolError } from "../../codec/mod.ts";
import { testContract, testLimit } from "./contract.ts";
import { decodeChunks, drain, hex, utf8Bytes } from "./support.ts";

const TOO_LONG = "Cannot decode line: at least 21 bytes exceed maxLineBytes 20";

testContract("lines()", {
  codec: lines({ maxBytes: 20 }),
  samples: [
    {
      name: "CRLF and LF",
      bytes: "68 69 0d 0a 79 6f 0a",
      messages: ["hi", "yo"],
      decodeOnly: true,
    },
    { name: "LF", bytes: "68 69 0a 79 6f 0a", messages: ["hi", "yo"] },
    { name: "empty lines", bytes: "0a 0a", messages: ["", ""] },
    { name: "CR", bytes: "61 0d 0d 62 0d 0a", messages: ["a", "", "b"], decodeOnly: true },
    { name: "LF CR", bytes: "61 0a 0d 62 0a", messages: ["a", "", "b"], decodeOnly: true },
    { name: "several scripts", bytes: utf8Bytes("é€😀\n\ufeffa\n"), messages: ["é€😀", "\ufeffa"] },
    { name: "no UTF-8", bytes: "61 ff e2 82 0a", messages: ["a\ufffd\ufffd"], decodeOnly: true },
    { name: "no last ending", bytes: "61 0a 62", messages: ["a", "b"], unended: true },
  ],
  tail: "61 c3",
  limit: 20,
  cutShort: "message",
  broken: [
    {
      name: "a line that is too long",
      bytes: utf8Bytes("ab\r\n" + "x".repeat(21) + "\n"),
      code: "limit-exceeded",
      offset: 4,
      error: TOO_LONG,
      after: 1,
    },
    {
      name: "a line that is too long at the end",
      bytes: utf8Bytes("x".repeat(21)),
      code: "limit-exceeded",
      offset: 0,
      error: TOO_LONG,
    },
  ],
});

testContract('lines({ ending: "lf" })', {
  codec: lines({ ending: "lf", maxBytes: 20 }),
  samples: [{ name: "CR inside", bytes: "61 0d 62 0a 0d 0a", messages: ["a\rb", "\r"] }],
  tail: "0d",
  limit: 20,
  cutShort: "message",
});

testContract('lines({ ending: "crlf" })', {
  codec: lines({ ending: "crlf", maxBytes: 20 }),
  samples: [
    { name: "CR and LF inside", bytes: "61 0d 62 0a 0d 0a 0d 0a", messages: ["a\rb\n", ""] },
    { name: "CR before the ending", bytes: "61 0d 0d 0a", messages: ["a\r"] },
  ],
  tail: "61 0d",
  limit: 21,
  cutShort: "message",
  broken: [{
    name: "a line that is too long before a CR",
    bytes: utf8Bytes("x".repeat(21) + "\r\n"),
    code: "limit-exceeded",
    offset: 0,
    error: TOO_LONG,
  }],
});

testContract('lines({ ending: "cr" })', {
  codec: lines({ ending: "cr", maxBytes: 20 }),
  samples: [{ name: "LF inside", bytes: "61 0a 62 0d 0d", messages: ["a\nb", ""] }],
  tail: "0a",
  limit: 20,
  cutShort: "message",
});

testContract("lines({ binary })", {
  codec: lines({ binary: true, maxBytes: 20 }),
  samples: [{ name: "any bytes", bytes: "00 ff 0a 0a", messages: [hex("00 ff"), hex("")] }],
  tail: "ff",
  limit: 20,
  cutShort: "message",
});

testContract("lines({ fatal })", {
  codec: lines({ fatal: true, maxBytes: 20 }),
  samples: [{ name: "UTF-8", bytes: utf8Bytes("é\n€\n"), messages: ["é", "€"] }],
  tail: "61",
  limit: 20,
  cutShort: "other",
  broken: [
    {
      name: "a byte that is no UTF-8",
      bytes: "61 0d 0a 62 0a 63 ff 64 0a",
      code: "bad-utf8",
      offset: 6,
      error: "Cannot decode line at offset 6: the bytes are not UTF-8",
      after: 2,
    },
    {
      name: "a character that its line cuts",
      bytes: "61 0a 63 e2 82 0a",
      code: "bad-utf8",
      offset: 5,
      error: "Cannot decode line at offset 5: the bytes are not UTF-8",
      after: 1,
    },
  ],
});

for (const ending of ["any", "lf", "crlf", "cr"] as const) {
  testLimit(`lines({ ending: "${ending}" })`, {
    codec: (maxBytes) => lines({ ending, maxBytes }),
    message: (bytes) => "€".padEnd(bytes - 2, "x"),
    limit: "maxLineBytes",
    max: 20,
    decoding: TOO_LONG,
    encoding: undefined,
  });
}

Deno.test("lines() holds lines to 8 KiB when no limit is given", () => {
  const most = "x".repeat(8192);
  assertEquals(lines().encode(most).length, 8193);
  assertEquals(decodeChunks(lines(), [utf8Bytes(most + "\n")]).messages, [most]);
  const decoder = lines().decoder();
  decoder.push(utf8Bytes(most + "x"));
  const error = assertThrows(() => decoder.next(), LimitError);
  assertEquals([error.max, error.got], [8192, 8193]);
});

Deno.test("lines() encode throws when the line holds an ending", () => {
  const cases = [
    ["any", "a\nb", 1],
    ["any", "ab\r", 2],
    ["lf", "\n", 0],
    ["crlf", "abc\r\n", 3],
    ["cr", "a\rb", 1],
  ] as const;
  for (const [ending, line, at] of cases) {
    const text = lines({ ending });
    const binary = lines({ ending, binary: true });
    for (const encode of [() => text.encode(line), () => binary.encode(utf8Bytes(line))]) {
      const error = assertThrows(encode, ProtocolError);
      assertEquals(
        error.message,
        `Cannot encode line: it holds a line ending at ${at}, which would make it two lines`,
      );
      assertEquals([error.code, error.side, error.offset], ["delimiter-inside", "local", at]);
    }
  }
});

Deno.test("lines() encode passes the bytes of other endings", () => {
  assertEquals(lines({ ending: "lf" }).encode("a\rb"), utf8Bytes("a\rb\n"));
  assertEquals(lines({ ending: "crlf" }).encode("a\rb\nc\n\r"), utf8Bytes("a\rb\nc\n\r\r\n"));
  assertEquals(lines({ ending: "cr" }).encode("a\nb"), utf8Bytes("a\nb\r"));
  const binary = lines({ ending: "crlf", binary: true });
  assertEquals(binary.encode(utf8Bytes("a\rb\nc\r")), utf8Bytes("a\rb\nc\r\r\n"));
});

Deno.test("lines() encode throws when a surrogate stands alone", () => {
  for (const [line, at] of [["a\ud800", 1], ["ab\udc00c", 2]] as const) {
    const error = assertThrows(() => lines().encode(line), ProtocolError);
    assertEquals(
      error.message,
      `Cannot encode line: a surrogate stands alone at ${at}, which UTF-8 cannot say`,
    );
    assertEquals([error.code, error.side, error.offset], ["bad-utf8", "local", at]);
  }
});

Deno.test("lines() gives one error per long line when onTooLong is skip", () => {
  const codec = lines({ maxBytes: 3, onTooLong: "skip" });
  const decoder = codec.decoder();
  decoder.push(utf8Bytes("abcdefg"));
  const first = decoder.next();
  assertInstanceOf(first, LimitError);
  assertEquals(first.message, "Cannot decode line: at least 4 bytes exceed maxLineBytes 3");
  assertEquals([first.offset, first.limit, first.max, first.got], [0, "maxLineBytes", 3, 4]);
  for (let piece = 0; piece < 100; piece++) {
    decoder.push(utf8Bytes("still the same line"));
    assertEquals(decoder.next(), undefined);
    assertEquals(decoder.rest!().length, 0);
  }
  decoder.push(utf8Bytes("\r\nok\n12345\n"));
  assertEquals(decoder.next(), "ok");
  const second = decoder.next();
  assertInstanceOf(second, LimitError);
  assertEquals(second.offset, 7 + 100 * 19 + 5);
  decoder.end();
  assertEquals(decoder.next(), undefined);
});

Deno.test("lines() flush gives what came as a line when its ending is missing", () => {
  const decoder = lines().decoder();
  decoder.flush!();
  assertEquals(decoder.next(), undefined);
  decoder.push(utf8Bytes("one\nlogin: "));
  decoder.flush!();
  assertEquals(drain(decoder), ["one", "login: "]);
  assertEquals(drain(decoder), []);
});

Deno.test("lines() flush takes the ending that comes next with the line", () => {
  for (const ending of ["\n", "\r\n", "\r"]) {
    for (const cut of [false, true]) {
      const decoder = lines().decoder();
      decoder.push(utf8Bytes("ab"));
      decoder.flush!();
      assertEquals(drain(decoder), ["ab"]);
      const rest = utf8Bytes(ending + "cd\n");
      const got: unknown[] = [];
      for (const chunk of cut ? [...rest].map((byte) => Uint8Array.of(byte)) : [rest]) {
        decoder.push(chunk);
        got.push(...drain(decoder));
      }
      assertEquals(got, ["cd"]);
    }
  }
});

Deno.test("lines() flush begins a new line when something else comes next", () => {
  const decoder = lines().decoder();
  decoder.push(utf8Bytes("ab"));
  decoder.flush!();
  assertEquals(drain(decoder), ["ab"]);
  decoder.push(utf8Bytes("c"));
  assertEquals(drain(decoder), []);
  decoder.push(utf8Bytes("\n\n"));
  assertEquals(drain(decoder), ["c", ""]);
});

Deno.test("lines() flush keeps a character back when it is cut", () => {
  const decoder = lines().decoder();
  decoder.push(hex("61 e2 82"));
  decoder.flush!();
  assertEquals(drain(decoder), ["a"]);
  decoder.flush!();
  assertEquals(drain(decoder), []);
  decoder.push(hex("ac"));
  decoder.flush!();
  assertEquals(drain(decoder), ["€"]);
  for (const noBeginning of ["80 80 80", "c1", "ff", "f5"]) {
    decoder.push(hex(noBeginning));
    decoder.flush!();
    assertEquals(drain(decoder).length, 1);
  }
  const binary = lines({ binary: true }).decoder();
  binary.push(hex("61 e2 82"));
  binary.flush!();
  assertEquals(binary.next(), hex("61 e2 82"));
});

Deno.test("lines() flush keeps a CR back when the ending is CRLF", () => {
  const decoder = lines({ ending: "crlf" }).decoder();
  decoder.push(utf8Bytes("ab\r"));
  decoder.flush!();
  assertEquals(drain(decoder), ["ab"]);
  decoder.push(utf8Bytes("\ncd\r\n"));
  assertEquals(drain(decoder), ["cd"]);
});

Deno.test("lines() flush gives nothing of a long line that is being skipped, and ends it", () => {
  const decoder = lines({ maxBytes: 3, onTooLong: "skip" }).decoder();
  decoder.push(utf8Bytes("abcd"));
  assertInstanceOf(decoder.next(), LimitError);
  decoder.push(utf8Bytes("ef"));
  decoder.flush!();
  assertEquals(drain(decoder), []);
  decoder.push(utf8Bytes("g\nhi"));
  assertEquals(drain(decoder), ["g"]);
  decoder.push(utf8Bytes("\n"));
  assertEquals(drain(decoder), ["hi"]);
});

Deno.test("lines() messageOffset says where the line begins when a CRLF was cut", () => {
  const decoder = lines().decoder();
  const offsets: unknown[] = [];
  for (const chunk of ["hi\r", "\nyo\n", "z\n"]) {
    decoder.push(utf8Bytes(chunk));
    for (let line; (line = decoder.next()) !== undefined;) {
      offsets.push([line, decoder.messageOffset]);
    }
  }
  assertEquals(offsets, [["hi", 0], ["yo", 4], ["z", 7]]);
});

Deno.test("lines() push throws when end() was called", () => {
  const decoder = lines().decoder();
  decoder.end();
  const error = assertThrows(() => decoder.push(hex("61")), TypeError);
  assertEquals(error.message, "Cannot push bytes after end()");
});

Deno.test("lines() ends what it drops when it is flushed", () => {
  const decoder = lines({ maxBytes: 3, onTooLong: "skip" }).decoder();
  const encoder = new TextEncoder();
  for (const flushedEarly of [false, true]) {
    decoder.push(encoder.encode("12345678"));
    if (flushedEarly) decoder.flush?.();
    assertInstanceOf(decoder.next(), LimitError);
    assertEquals(decoder.next(), undefined);
    if (!flushedEarly) decoder.flush?.();
    assertEquals(decoder.next(), undefined);
    decoder.push(encoder.encode("\nabc\n"));
    assertEquals([decoder.next(), decoder.next()], ["abc", undefined]);
  }
});

for (const binary of [false, true]) {
  const name = binary ? "lines({ binary })" : "lines()";

  Deno.test(`${name} peek and rest() keep back the LF of a CRLF that was cut`, () => {
    for (
      const [chunk, left] of [["\n", ""], ["\n\n", "\n"], ["\nab", "ab"], ["ab\n", "ab\n"]] as const
    ) {
      const decoder = lines({ binary }).decoder();
      decoder.push(utf8Bytes("one\ntwo\r"));
      assertEquals(drain(decoder).length, 2);
      decoder.push(utf8Bytes(chunk));
      assertEquals(decoder.peek!(1), utf8Bytes(left.slice(0, 1)));
      assertEquals(decoder.peek!(9), utf8Bytes(left));
      assertEquals(decoder.rest!(), utf8Bytes(left));
      assertEquals(decoder.rest!(), hex(""));
      // What was handed on is over: this LF ends a line of its own.
      decoder.push(utf8Bytes("\n"));
      assertEquals(drain(decoder).length, 1);
    }
  });

  Deno.test(`${name} peek leaves the LF to be dropped when more lines follow`, () => {
    const decoder = lines({ binary }).decoder();
    decoder.push(utf8Bytes("one\r"));
    assertEquals(drain(decoder).length, 1);
    assertEquals([decoder.peek!(1), decoder.rest!()], [hex(""), hex("")]);
    decoder.push(utf8Bytes("\ntwo\n"));
    assertEquals(decoder.peek!(3), utf8Bytes("two"));
    assertEquals(drain(decoder).length, 1);
  });
}

for (
  const [ending, chunk, left] of [
    ["any", "\nx", "x"],
    ["any", "\r\nx", "x"],
    ["any", "\rx", "x"],
    ["any", "x\n", "x\n"],
    ["lf", "\nx", "x"],
    ["lf", "\rx", "\rx"],
    ["crlf", "\r\nx", "x"],
    ["crlf", "\nx", "\nx"],
    ["crlf", "\rx", "\rx"],
    ["cr", "\rx", "x"],
    ["cr", "\nx", "\nx"],
  ] as const
) {
  Deno.test(`lines({ ending: "${ending}" }) peek and rest() keep back the ending of a flushed line, of ${JSON.stringify(chunk)}`, () => {
    const decoder = lines({ ending }).decoder();
    decoder.push(utf8Bytes("login:"));
    decoder.flush!();
    assertEquals(drain(decoder), ["login:"]);
    decoder.push(utf8Bytes(chunk));
    assertEquals(decoder.peek!(9), utf8Bytes(left));
    assertEquals(decoder.rest!(), utf8Bytes(left));
  });
}

Deno.test("lines() rest() gives every byte when lines were given in a batch", () => {
  const decoder = lines().decoder();
  decoder.push(utf8Bytes("one\r\ntwo\r\n\nthree"));
  assertEquals(decoder.next(), "one");
  assertEquals(decoder.next(), "two");
  assertEquals(decoder.peek!(9), utf8Bytes("\nthree"));
  assertEquals(decoder.rest!(), utf8Bytes("\nthree"));
});
