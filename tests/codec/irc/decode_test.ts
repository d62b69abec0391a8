import { assertEquals } from "@std/assert";
import { irc, type IrcMessage, parseIrcMessage } from "../../../codec/irc/mod.ts";
import { cutAt, cutEvery, decodeChunks, drain, utf8Bytes } from "../support.ts";

Deno.test("irc() counts the line and its tags each for itself", () => {
  const codec = irc({ maxBytes: 10, maxTagBytes: 10 });
  const line = `@${"t".repeat(8)} ${"x".repeat(8)}\r\n`;
  for (const chunks of [[utf8Bytes(line)], cutEvery(utf8Bytes(line), 1)]) {
    assertEquals(decodeChunks(codec, chunks), {
      messages: [{
        tags: new Map([["t".repeat(8), ""]]),
        command: "X".repeat(8),
        params: [],
      }],
      error: undefined,
    });
  }
});

Deno.test("irc() counts tags to the line when spaces stand in front of them", () => {
  const line = utf8Bytes(`  @${"t".repeat(20)} A\n`);
  for (const chunks of [[line], cutEvery(line, 1), [line, utf8Bytes("é\n")]]) {
    assertEquals(decodeChunks(irc({ maxBytes: 27 }), chunks).messages[0], {
      tags: new Map([["t".repeat(20), ""]]),
      command: "A",
      params: [],
    });
    assertEquals(
      decodeChunks(irc({ maxBytes: 26 }), chunks).error,
      "LimitError limit-exceeded remote 0: Cannot decode IRC line: at least 27 bytes exceed maxIrcLineBytes 26",
    );
  }
});

Deno.test("irc() takes the rest of the line for the 15th parameter, with a colon and without", () => {
  const params = Array.from({ length: 14 }, (_, at) => `${at}`);
  for (const rest of ["b  c :d ", ":b  c :d "]) {
    const line = `A ${params.join(" ")}  ${rest}`;
    const message = { command: "A", params: [...params, "b  c :d "] };
    assertEquals(parseIrcMessage(line), message);
    for (const command of ["", "é\n"]) {
      const { messages } = decodeChunks(irc(), [utf8Bytes(`${command}${line}\n`)]);
      assertEquals(messages.at(-1), message);
    }
  }
});

Deno.test("irc() keeps a byte order mark, which is data", () => {
  const line = "\ufeffA \ufeff\ufffd";
  const message = { command: "\ufeffA", params: ["\ufeff\ufffd"] };
  assertEquals(decodeChunks(irc(), [utf8Bytes(`${line}\r\n`)]).messages, [message]);
});

Deno.test("irc() takes a line for UTF-8 when the replacement character was sent", () => {
  const decoder = irc().decoder();
  decoder.push(utf8Bytes("A \ufffd\r\nB é\ufffd\r\n"));
  assertEquals(decoder.next(), { command: "A", params: ["\ufffd"] });
  assertEquals(decoder.next(), { command: "B", params: ["é\ufffd"] });
});

Deno.test("irc() peek and rest() keep back the LF of a CRLF that was cut", () => {
  for (
    const [chunk, left] of [["\n", ""], ["\n\n", "\n"], ["\nab", "ab"], ["ab", "ab"], [
      "",
      "",
    ]] as const
  ) {
    const decoder = irc().decoder();
    decoder.push(utf8Bytes("A\r"));
    assertEquals(drain(decoder).length, 1);
    decoder.push(utf8Bytes(chunk));
    assertEquals(decoder.peek!(9), utf8Bytes(left));
    assertEquals(decoder.rest!(), utf8Bytes(left));
    decoder.push(utf8Bytes("\nc"));
    const next = chunk === "" ? "c" : "\nc";
    assertEquals(decoder.peek!(9), utf8Bytes(next), "what was handed on is over");
  }
});

Deno.test("irc() rest() gives every byte when the lines were read in a batch", () => {
  const decoder = irc().decoder();
  decoder.push(utf8Bytes("A\r\nB\r\n\nC"));
  assertEquals(decoder.next()?.command, "A");
  assertEquals(decoder.peek!(3), utf8Bytes("B\r\n"));
  assertEquals(decoder.rest!(), utf8Bytes("B\r\n\nC"));
  decoder.push(utf8Bytes("D\n"));
  assertEquals(drain(decoder).map(({ command }) => command), ["D"]);
});

Deno.test("irc() messageOffset says where the line begins when nothing was in those before", () => {
  const decoder = irc().decoder();
  const offsets: unknown[] = [];
  for (const chunk of [" \r\n\r\nA\r", "\nB\r\né\r\n", "\0\nC\n"]) {
    decoder.push(utf8Bytes(chunk));
    for (let message; (message = decoder.next()) !== undefined;) {
      offsets.push([message.command, decoder.messageOffset]);
    }
  }
  assertEquals(offsets, [["A", 5], ["B", 8], ["é", 11], ["C", 17]]);
});

Deno.test("irc() gives the tags of a line however it is cut", () => {
  const lines = "@a=1;b=\\s\\:;a=2 :s A\r\n@c=é B :d e\r\n@f C\n";
  const messages: IrcMessage[] = [
    { tags: new Map([["a", "2"], ["b", " ;"]]), source: "s", command: "A", params: [] },
    { tags: new Map([["c", "é"]]), command: "B", params: ["d e"] },
    { tags: new Map([["f", ""]]), command: "C", params: [] },
  ];
  const bytes = utf8Bytes(lines);
  for (let at = 0; at <= bytes.length; at++) {
    assertEquals(decodeChunks(irc(), cutAt(bytes, [at])), { messages, error: undefined });
  }
});
