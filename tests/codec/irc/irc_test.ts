import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { irc, type IrcMessage } from "../../../codec/irc/mod.ts";
import { type Codec, LimitError } from "../../../codec/mod.ts";
import { testContract, testLimit } from "../contract.ts";
import { cutAt, cutEvery, decodeChunks, drain, hex, utf8Bytes } from "../support.ts";

const TOO_LONG = "Cannot decode IRC line: at least 41 bytes exceed maxIrcLineBytes 40";
const PING: IrcMessage = { command: "PING", params: ["a b"] };

testContract("irc()", {
  codec: irc({ maxBytes: 40, maxTagBytes: 30 }),
  samples: [
    { name: "a trailing parameter", bytes: "50 49 4e 47 20 3a 61 20 62 0d 0a", messages: [PING] },
    {
      name: "CR, LF and CRLF",
      bytes: utf8Bytes("A\nB\rC\r\nD\n"),
      messages: ["A", "B", "C", "D"].map((command) => ({ command, params: [] })),
      decodeOnly: true,
    },
    {
      name: "lines with nothing in them",
      bytes: utf8Bytes("\r\n\n\n  \r\n:a\r\n@a=b\r\n@a=b :c \r\nPING :a b\r\n"),
      messages: [PING],
      decodeOnly: true,
    },
    {
      name: "NULs",
      bytes: utf8Bytes("\0\r\n\0PI\0NG\0 \0:a\0 b\0\r\n"),
      messages: [PING],
      decodeOnly: true,
    },
    {
      name: "a source and several parameters",
      bytes: utf8Bytes(":a!b@c MODE #d +o e\r\n"),
      messages: [{ source: "a!b@c", command: "MODE", params: ["#d", "+o", "e"] }],
    },
    {
      name: "tags",
      bytes: utf8Bytes("@time=12:00;b :c D\r\n"),
      messages: [{
        tags: new Map([["time", "12:00"], ["b", ""]]),
        source: "c",
        command: "D",
        params: [],
      }],
    },
    {
      name: "UTF-8",
      bytes: utf8Bytes("PRIVMSG #é :€ \u{1f600}\ufeff\r\n"),
      messages: [{ command: "PRIVMSG", params: ["#é", "€ \u{1f600}\ufeff"] }],
    },
    {
      name: "ISO 8859-1",
      bytes: hex("41 20 3a 63 61 66 e9 20 80 0d 0a"),
      messages: [{ command: "A", params: ["café \x80"] }],
      decodeOnly: true,
    },
    {
      name: "odd spaces and letters",
      bytes: utf8Bytes("  :x   ping  y   z  \n"),
      messages: [{ source: "x", command: "PING", params: ["y", "z"] }],
      decodeOnly: true,
    },
    {
      name: "controls that are text",
      bytes: utf8Bytes("PRIVMSG a :\x01ACTION \x02b\t\x7f\x01\r\n"),
      messages: [{ command: "PRIVMSG", params: ["a", "\x01ACTION \x02b\t\x7f\x01"] }],
    },
  ],
  tail: "50 49",
  limit: 70,
  broken: [
    {
      name: "a line that is too long",
      bytes: utf8Bytes(`A\r\n${"x".repeat(39)}\r\n`),
      code: "limit-exceeded",
      offset: 3,
      error: TOO_LONG,
      after: 1,
    },
    {
      name: "a line of other characters that is too long",
      bytes: utf8Bytes(`A\r\n${"é".repeat(19)}x\r\n`),
      code: "limit-exceeded",
      offset: 3,
      error: TOO_LONG,
      after: 1,
    },
    {
      name: "a line without an end that is too long",
      bytes: utf8Bytes("x".repeat(39)),
      code: "limit-exceeded",
      offset: 0,
      error: TOO_LONG,
    },
    {
      name: "tags that are too long",
      bytes: utf8Bytes(`@${"x".repeat(29)} A\r\n`),
      code: "limit-exceeded",
      offset: 0,
      error: "Cannot decode IRC line: at least 31 bytes exceed maxIrcTagBytes 30",
    },
    {
      name: "tags alone that are too long",
      bytes: utf8Bytes(`A\n@${"x".repeat(29)}\n`),
      code: "limit-exceeded",
      offset: 2,
      error: "Cannot decode IRC line: at least 31 bytes exceed maxIrcTagBytes 30",
      after: 1,
    },
    {
      name: "a line that the end cuts",
      bytes: utf8Bytes("A\r\nPI"),
      code: "unexpected-end",
      offset: 3,
      error:
        "Cannot decode message at offset 3: the stream ended after 2 bytes of it, before the end of the line",
      after: 1,
    },
  ],
});

testContract<IrcMessage | LimitError, IrcMessage>('irc({ onTooLong: "skip" })', {
  codec: irc({ maxBytes: 40, maxTagBytes: 30, onTooLong: "skip" }),
  samples: [{ name: "a short line", bytes: utf8Bytes("PING :a b\r\n"), messages: [PING] }],
  tail: "50",
  limit: 70,
});

for (const character of ["x", "é"]) {
  testLimit(`irc() of a line with ${character}`, {
    codec: (maxBytes) => irc({ maxBytes, maxSentBytes: Infinity }),
    message: (bytes) => lineOf({ bytes, character }),
    limit: "maxIrcLineBytes",
    max: 40,
    decoding: TOO_LONG,
    encoding: undefined,
  });
  testLimit(`irc() of tags with ${character}`, {
    codec: (maxTagBytes) => irc({ maxTagBytes, maxSentTagBytes: Infinity }),
    message: (bytes) => tagged({ bytes, character }),
    limit: "maxIrcTagBytes",
    max: 30,
    decoding: "Cannot decode IRC line: at least 31 bytes exceed maxIrcTagBytes 30",
    encoding: undefined,
  });
  testSentLimit(`irc() of a line with ${character}`, {
    codec: (maxSentBytes) => irc({ maxSentBytes, maxBytes: Infinity }),
    message: (bytes) => lineOf({ bytes, character }),
    limit: "maxIrcSentBytes",
  });
  testSentLimit(`irc() of tags with ${character}`, {
    codec: (maxSentTagBytes) => irc({ maxSentTagBytes, maxTagBytes: Infinity }),
    message: (bytes) => tagged({ bytes, character }),
    limit: "maxIrcSentTagBytes",
  });
}

/** Returns a message whose line has so many bytes with CRLF. */
function lineOf({ bytes, character }: { bytes: number; character: string }): IrcMessage {
  // The command, the space, the character and CRLF.
  const rest = bytes - 4 - utf8Bytes(character).length;
  return { command: "A", params: [character + "x".repeat(rest)] };
}

/** Returns a message whose tags have so many bytes with `@` and the space. */
function tagged({ bytes, character }: { bytes: number; character: string }): IrcMessage {
  const rest = bytes - 4 - utf8Bytes(character).length;
  return { tags: new Map([["k", character + "x".repeat(rest)]]), command: "A", params: [] };
}

function testSentLimit(
  name: string,
  { codec, message, limit }: {
    codec: (max: number) => Codec<IrcMessage>;
    message: (bytes: number) => IrcMessage;
    limit: string;
  },
): void {
  Deno.test(`${name} is written up to ${limit} and refused when it is longer`, () => {
    for (const bytes of [39, 40]) {
      const { messages } = decodeChunks(codec(40), [codec(40).encode(message(bytes))]);
      assertEquals(messages, [message(bytes)]);
    }
    const error = assertThrows(() => codec(40).encode(message(41)), LimitError);
    assertEquals(error.message, `Cannot encode IRC message: 41 bytes exceed ${limit} 40`);
    assertEquals([error.side, error.limit, error.max, error.got], ["local", limit, 40, 41]);
  });
  Deno.test(`${name} is written however long it is when ${limit} is Infinity`, () => {
    assertEquals(decodeChunks(codec(Infinity), [codec(Infinity).encode(message(9000))]), {
      messages: [message(9000)],
      error: undefined,
    });
  });
  Deno.test(`${name} is not made when ${limit} is no limit`, () => {
    for (const bad of [0, -1, 1.5, NaN]) {
      const error = assertThrows(() => codec(bad), RangeError);
      assertEquals(
        error.message,
        `Cannot set ${limit}: ${bad} is neither a whole number from 1 nor Infinity`,
      );
    }
  });
}

Deno.test("irc() holds both directions to the limits of the RFCs when none are given", () => {
  const line: IrcMessage = { command: "A", params: ["x".repeat(508)] };
  const tags: IrcMessage = { ...PING, tags: new Map([["k", "x".repeat(8187)]]) };
  for (const message of [line, tags]) {
    const bytes = irc().encode(message);
    assertEquals(decodeChunks(irc(), [bytes]).messages, [message]);
    const longer = message.tags
      ? { ...PING, tags: new Map([["k", "x".repeat(8188)]]) }
      : { command: "A", params: ["x".repeat(509)] };
    assertThrows(() => irc().encode(longer), LimitError);
    const lifted = irc({ maxSentBytes: Infinity, maxSentTagBytes: Infinity });
    assertEquals(decodeChunks(irc(), [lifted.encode(longer)]).messages, []);
  }
});

Deno.test("irc() gives one error per long line and carries on when onTooLong is skip", () => {
  const codec = irc({ maxBytes: 12, maxTagBytes: 12, onTooLong: "skip" });
  const stream = utf8Bytes(
    `A\n${"x".repeat(20)}\r\nB\r\n@${"t".repeat(20)} C\r${"é".repeat(9)}\nPING :a b\n`,
  );
  for (const chunks of [[stream], cutEvery(stream, 1), cutEvery(stream, 7), cutAt(stream, [15])]) {
    const decoder = codec.decoder();
    const got: unknown[] = [];
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let one; (one = decoder.next()) !== undefined;) {
        if (!(one instanceof LimitError)) got.push(one.command);
        else got.push([one.limit, one.offset, decoder.messageOffset, one.max, one.got]);
      }
    }
    decoder.end();
    assertEquals([...got, decoder.next()], [
      "A",
      ["maxIrcLineBytes", 2, 2, 12, 13],
      "B",
      ["maxIrcTagBytes", 27, 27, 12, 13],
      ["maxIrcLineBytes", 51, 51, 12, 13],
      "PING",
      undefined,
    ]);
  }
});

Deno.test("irc() gives one error per long line when all lines are of ASCII", () => {
  const decoder = irc({ maxBytes: 6, onTooLong: "skip" }).decoder();
  decoder.push(utf8Bytes("A\nlonger\nB\nlonger\r\nC\n"));
  const got = drain(decoder).map((one) => one instanceof LimitError ? one.offset : one.command);
  assertEquals(got, ["A", 2, "B", 11, "C"]);
});

Deno.test("irc() keeps nothing of a long line without an end when onTooLong is skip", () => {
  const decoder = irc({ maxBytes: 12, onTooLong: "skip" }).decoder();
  decoder.push(utf8Bytes("x".repeat(20)));
  assertInstanceOf(decoder.next(), LimitError);
  for (let piece = 0; piece < 100; piece++) {
    decoder.push(utf8Bytes("still the same line"));
    assertEquals([decoder.next(), decoder.rest!().length], [undefined, 0]);
  }
  decoder.push(utf8Bytes("\r\nPING :a b\r\n"));
  assertEquals(drain(decoder), [PING]);
  decoder.push(utf8Bytes("x".repeat(20)));
  assertInstanceOf(decoder.next(), LimitError);
  decoder.end();
  assertEquals(decoder.next(), undefined, "the end of a line that is dropped is no error");
});

Deno.test("irc() throws the same error again when onTooLong is error", () => {
  const decoder = irc({ maxBytes: 12 }).decoder();
  decoder.push(utf8Bytes(`${"x".repeat(20)}\r\nPING\r\n`));
  const error = assertThrows(() => decoder.next(), LimitError);
  assertEquals(assertThrows(() => decoder.next()), error);
});

Deno.test("irc() refuses options that it does not know", () => {
  // As JavaScript may pass it.
  const unknown = { maxLineBytes: 5 } as object;
  assertEquals(
    assertThrows(() => irc(unknown), TypeError).message,
    "Cannot set maxLineBytes: the options of irc() are maxBytes, maxTagBytes, onTooLong, maxSentBytes, maxSentTagBytes",
  );
  // As JavaScript may pass it.
  const word = "drop" as "skip";
  assertEquals(
    assertThrows(() => irc({ onTooLong: word }), TypeError).message,
    'Cannot set onTooLong to "drop": it is one of error, skip',
  );
});
