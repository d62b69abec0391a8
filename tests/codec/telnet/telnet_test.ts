import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  ByteWriter,
  type Decoder,
  defineCodec,
  jsonLines,
  lengthPrefixed,
  lines,
  mapped,
  ProtocolError,
  type Session,
} from "../../../codec/mod.ts";
import type { TelnetRequest } from "../../../codec/telnet/negotiation.ts";
import { isTelnetRequest, telnet } from "../../../codec/telnet/telnet.ts";
import { testContract } from "../contract.ts";
import {
  CHECK,
  comparable,
  cutAt,
  cuts,
  decodeChunks,
  drain,
  hex,
  joined,
  tellingBytes,
  utf8Bytes,
} from "../support.ts";

testContract<string, string | TelnetRequest>("telnet(lines())", {
  codec: telnet(lines({ maxBytes: 20 })),
  samples: [
    {
      name: "a request inside a line",
      bytes: "68 ff fd 01 69 0a",
      messages: ["hi"],
      decodeOnly: true,
    },
    {
      name: "requests between lines",
      bytes: "61 0a ff fb 00 ff fc 18 62 0a ff fd 1f ff fe ff",
      messages: ["a", "b"],
      decodeOnly: true,
    },
    {
      name: "commands and a subnegotiation that holds IAC IAC, SE and a line",
      bytes: "61 ff f1 62 ff f9 ff fa 18 00 41 0a ff ff f0 42 ff f0 63 0a",
      messages: ["abc"],
      decodeOnly: true,
    },
    { name: "CR NUL", bytes: "61 0d 00 62 0d 0a", messages: ["a", "b"], decodeOnly: true },
    { name: "NUL alone", bytes: "61 00 62 0a", messages: ["a\0b"] },
  ],
  tail: "61 62",
  limit: 20,
  cutShort: "message",
  broken: [{
    name: "a line that is too long",
    bytes: joined([hex("61 0a ff fd 01"), utf8Bytes("x".repeat(21) + "\n")]),
    code: "limit-exceeded",
    // Offsets count what was given to the inner codec.
    offset: 2,
    error: "Cannot decode line: at least 21 bytes exceed maxLineBytes 20",
    after: 1,
  }],
});

testContract("telnet(lengthPrefixed())", {
  codec: telnet(lengthPrefixed({ width: 1, maxBytes: 200 })),
  samples: [
    { name: "bytes 255 doubled", bytes: "03 61 ff ff 62", messages: [hex("61 ff 62")] },
    { name: "CR and NUL", bytes: "05 0d 00 00 0d 0a 0d 00", messages: [hex("0d 00 0d 0a 0d")] },
  ],
  tail: "02 61",
  limit: 201,
});

Deno.test("telnet() gives null when it is a message of the inner codec", () => {
  assertEquals(decodeChunks(telnet(jsonLines()), [utf8Bytes("null\n1\n")]).messages, [null, 1]);
});

Deno.test("telnet() keeps nothing when a subnegotiation does not end", () => {
  const decoder = telnet(lines()).decoder();
  decoder.push(hex("ff fa 18"));
  for (let piece = 0; piece < 100; piece++) {
    decoder.push(new Uint8Array(10_000).fill(0x61));
    assertEquals(decoder.next(), undefined);
    assertEquals(decoder.rest!().length, 0);
  }
  decoder.push(hex("ff f0 62 0a"));
  assertEquals(drain(decoder), ["b"]);
});

Deno.test("telnet() passes flush on when the inner decoder has it", () => {
  const decoder = telnet(lines()).decoder();
  decoder.push(hex("61 0a 6c 6f ff fd 01 67 3a"));
  decoder.flush!();
  assertEquals(drain(decoder), ["a", "log:"]);
  assertEquals(telnet(lengthPrefixed()).decoder().flush, undefined);
});

Deno.test("telnet() hands on what is not decoded when rest() is called early", () => {
  const decoder = telnet(lines()).decoder();
  decoder.push(hex("61 0a ff fd 01 16 03 ff"));
  assertEquals(decoder.next(), "a");
  assertEquals(decoder.rest!(), hex("ff fd 01 16 03 ff"));
});

Deno.test("telnet() rest throws when the inner decoder has none", () => {
  const bare: Decoder<number> = { push() {}, end() {}, next: () => undefined };
  const decoder = telnet(defineCodec<number>(() => bare, () => {})).decoder();
  const error = assertThrows(() => decoder.rest!(), TypeError);
  assertEquals(error.message, "Cannot hand on the rest: the inner decoder has no rest()");
  assertEquals(decoder.offset, 0);
});

Deno.test("telnet() messageOffset is the inner one when a CRLF was cut", () => {
  const offsets: number[] = [];
  const codec = mapped(telnet(lines()), {
    decode: (message, offset) => {
      offsets.push(offset);
      return message;
    },
    encode: (message: string) => message,
  });
  decodeChunks(codec, [hex("68 69 0d"), hex("0a 79 6f 0a"), hex("7a 0a")]);
  assertEquals(offsets, [0, 4, 7]);
});

Deno.test("telnet() encode throws when the option is no byte", () => {
  for (const option of [-1, 256, 1.5, NaN]) {
    const error = assertThrows(
      () => telnet(lines()).encode({ verb: "do", option }),
      ProtocolError,
    );
    assertEquals(
      error.message,
      `Cannot encode request: option ${option} is not a number of one byte`,
    );
    assertEquals([error.code, error.side], ["bad-message", "local"]);
  }
});

Deno.test("isTelnetRequest() says whether a message is a request", () => {
  assertEquals(isTelnetRequest({ verb: "do", option: 1 }), true);
  for (const other of ["do", null, undefined, 1, {}, { verb: "do" }, hex("01")]) {
    assertEquals(isTelnetRequest(other), false);
  }
});

Deno.test("telnet() refuses a verb that is none", () => {
  // As JavaScript may say it.
  const request = { verb: "shall", option: 1 } as unknown as TelnetRequest;
  const error = assertThrows(() => telnet(lines()).encode(request), ProtocolError);
  assertEquals(error.message, "Cannot encode request: shall is none of will, wont, do, dont");
});

Deno.test("telnet() gives back what it wrote when cut anywhere, with requests between", () => {
  const codec = telnet(lengthPrefixed({ width: 2 }));
  const request = fc.record({
    verb: fc.constantFrom<TelnetRequest["verb"]>("do", "dont", "will", "wont"),
    option: fc.nat(255),
  });
  const message = fc.oneof(request, tellingBytes([255, 255, 13, 10, 0, 250, 240, 97], 20));
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), cuts(150), (sent, positions) => {
      const bytes = joined(sent.map((one) => codec.encode(one)));
      const messages = sent.filter((one) => one instanceof Uint8Array).map(comparable);
      assertEquals(decodeChunks(codec, cutAt(bytes, positions)), { messages, error: undefined });
    }),
    { ...CHECK, numRuns: 500 },
  );
});

/** Returns what a session owes after these bytes, as hex. */
function owed(session: Session<string, string | TelnetRequest>, bytes: string): unknown {
  session.decoder.push(hex(bytes));
  drain(session.decoder);
  return written((writer) => session.answer?.(writer));
}

function written(write: (writer: ByteWriter) => void): unknown {
  const writer = new ByteWriter();
  write(writer);
  return comparable(writer.finish());
}

Deno.test("a session refuses what nobody agreed to, once, and never answers a refusal", () => {
  const session = telnet(lines()).session();
  assertEquals(owed(session, "61 ff fd 01 62 ff fb 03 0a"), "ff fc 01 ff fe 03");
  assertEquals(owed(session, "61 0a"), "", "nothing is owed twice");
  assertEquals(owed(session, "ff fc 03 ff fe 01"), "");
  assertEquals(owed(session, "ff"), "");
  assertEquals(owed(session, "fd"), "");
  assertEquals(owed(session, "06"), "ff fc 06", "TIMING-MARK, cut between its bytes");
});

Deno.test("a session agrees to the options that it was given, and says so once", () => {
  const session = telnet(lines(), { local: [1], remote: [31] }).session();
  assertEquals(owed(session, "ff fd 01 ff fb 1f"), "ff fb 01 ff fd 1f");
  assertEquals(owed(session, "ff fd 01 ff fb 1f"), "", "it is in force");
  assertEquals(owed(session, "ff fe 01 ff fc 1f"), "ff fc 01 ff fe 1f");
  assertEquals(owed(session, "ff fd 1f ff fb 01"), "ff fc 1f ff fe 01", "the other way round");
});

Deno.test("a session asks once, and takes the peer's yes for no request", () => {
  const session = telnet(lines()).session();
  const ask = (verb: TelnetRequest["verb"], option: number) =>
    written((writer) => session.encode({ verb, option }, writer));
  assertEquals(ask("do", 31), "ff fd 1f");
  assertEquals(ask("do", 31), "", "it is under way");
  assertEquals(owed(session, "ff fb 1f"), "");
  assertEquals(ask("do", 31), "", "it is in force");
  assertEquals(ask("dont", 31), "ff fe 1f");
  assertEquals(owed(session, "ff fc 1f"), "");
  assertEquals(ask("wont", 1), "", "it is off");
});

Deno.test("telnet() says what its inner protocol says of itself, with Telnet's bytes doubled", () => {
  const inner = defineCodec<Uint8Array>(() => ({
    ...lengthPrefixed({ width: 1 }).session(),
    answer: (writer) => writer.u8(255),
    farewell: (_, writer) => writer.u8(255),
    refuse: (_, writer) => writer.u8(13),
  }));
  const session = telnet(inner).session();
  assertEquals(written((writer) => session.answer!(writer)), "ff ff");
  assertEquals(written((writer) => session.farewell!("done", writer)), "ff ff");
  const error = assertThrows(() => telnet(lines()).encode({ verb: "do", option: -1 }));
  assertInstanceOf(error, ProtocolError);
  assertEquals(written((writer) => session.refuse!(error, writer)), "0d 00");
});

Deno.test("telnet() peeks at the data, and takes neither it nor the commands between", () => {
  const session = telnet(lines()).session();
  const { decoder } = session;
  decoder.push(hex("ff fd 01 47 ff ff fa"));
  assertEquals(comparable(decoder.peek!(4)), "47 ff fa");
  assertEquals(comparable(decoder.peek!(1)), "47");
  assertEquals(written((writer) => session.answer!(writer)), "", "nothing is decoded yet");
  decoder.push(hex("0a"));
  assertEquals(owed(session, ""), "ff fc 01");
  const bare: Decoder<number> = { push() {}, end() {}, next: () => undefined };
  const without = telnet(defineCodec<number>(() => bare, () => {})).decoder();
  assertThrows(() => without.peek!(1), TypeError, "the inner decoder has no peek()");
});

Deno.test("a flood of requests is owed a bounded answer", () => {
  const session = telnet(lines()).session();
  const flood = Array.from(
    { length: 5000 },
    (_, at) => `ff fd ${(at % 240 + 256).toString(16).slice(1)}`,
  );
  const answers = String(owed(session, flood.join(" ")));
  assertEquals(answers.split(" ").length, 3 * 240);
});

Deno.test("telnet() peek and rest() keep back the LF of a CRLF that was cut", () => {
  for (
    const [chunk, seen, left] of [
      ["0a", "", ""],
      ["0a 61 62", "61 62", "61 62"],
      ["0a 61 ff fb 01 62", "61 62", "61 ff fb 01 62"],
      ["61 0a", "61 0a", "61 0a"],
    ] as const
  ) {
    const decoder = telnet(lines()).decoder();
    decoder.push(hex("6f 6e 65 0d"));
    assertEquals(drain(decoder), ["one"]);
    decoder.push(hex(chunk));
    assertEquals(decoder.peek!(9), hex(seen));
    assertEquals(decoder.rest!(), hex(left));
  }
});
