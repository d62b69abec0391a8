import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { type Codec, defineCodec } from "../../codec/codec.ts";
import { ProtocolError } from "../../codec/errors.ts";
import { joined } from "../../codec/joined.ts";
import { lengthPrefixed } from "../../codec/length_prefixed.ts";
import { lines } from "../../codec/lines.ts";
import { drain, hex, utf8Bytes } from "./support.ts";

Deno.test("joined() decodes by the first codec and encodes by the second", () => {
  const codec = joined(lines(), lengthPrefixed({ width: 1 }));
  const decoder = codec.decoder();
  decoder.push(utf8Bytes("a\nb\n"));
  assertEquals(drain(decoder), ["a", "b"]);
  assertEquals(codec.encode(hex("07")), hex("01 07"));
});

Deno.test("joined() answers as the first codec does, and says goodbye and refuses as the second does", () => {
  const speaking = (name: string): Codec<string> =>
    defineCodec<string>(() => ({
      ...lines().session(),
      answer: (writer) => void writer.text(`${name} answers`),
      farewell: (reason, writer) => void writer.text(`${name} is ${reason}`),
      refuse: (error, writer) => void writer.text(`${name} refuses ${error.code}`),
    }));
  const session = joined(speaking("first"), speaking("second")).session();
  const text = (write: (writer: ByteWriter) => void) => {
    const writer = new ByteWriter();
    write(writer);
    return new TextDecoder().decode(writer.finish());
  };
  const error = new ProtocolError("Cannot go on", {
    code: "bad-thing",
    side: "remote",
    offset: 0,
    expected: "",
    received: "",
  });
  assertEquals(text((writer) => session.answer!(writer)), "first answers");
  assertEquals(text((writer) => session.farewell!("stopping", writer)), "second is stopping");
  assertEquals(text((writer) => session.refuse!(error, writer)), "second refuses bad-thing");
  const silent = joined(lines(), lines()).session();
  assertEquals([silent.answer, silent.farewell, silent.refuse], [undefined, undefined, undefined]);
});
