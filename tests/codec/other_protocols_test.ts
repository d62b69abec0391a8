import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { bytes, type Codec, lines, ProtocolError } from "../../codec/mod.ts";
import { isTlsAlert, refuseOtherProtocols } from "../../codec/other_protocols.ts";
import { telnet } from "../../codec/telnet/mod.ts";
import { testContract } from "./contract.ts";
import { cutEvery, utf8Bytes } from "./support.ts";

const HTTP = "Cannot talk to the client: it speaks HTTP, which is not spoken here";
const TLS = "Cannot talk to the client: it speaks TLS, which is not spoken here";
const POST = "POST / HTTP/1.1\r\nHost: 127.0.0.1:10000\r\nContent-Length: 8\r\n\r\nshutdown";

testContract("refuseOtherProtocols(lines())", {
  codec: refuseOtherProtocols(lines()),
  samples: [
    { name: "lines", bytes: utf8Bytes("hi\nyo\n"), messages: ["hi", "yo"] },
    { name: "an empty one first", bytes: utf8Bytes("\n\nx\n"), messages: ["", "", "x"] },
    {
      name: "a request later on",
      bytes: utf8Bytes("x\nGET / HTTP/1.1\n"),
      messages: [
        "x",
        "GET / HTTP/1.1",
      ],
    },
    { name: "a record later on", bytes: "78 0a 16 03 0a", messages: ["x", "\x16\x03"] },
    { name: "half a record", bytes: "16 04 0a", messages: ["\x16\x04"] },
    { name: "no version", bytes: utf8Bytes("GET /\n"), messages: ["GET /"] },
    { name: "another version", bytes: utf8Bytes("GET / RTSP/1.0\n"), messages: ["GET / RTSP/1.0"] },
    { name: "two spaces", bytes: utf8Bytes("GET  / HTTP/1\n"), messages: ["GET  / HTTP/1"] },
    { name: "words", bytes: utf8Bytes("I speak HTTP, too\n"), messages: ["I speak HTTP, too"] },
    { name: "no method", bytes: utf8Bytes("(a) b HTTP/1.1\n"), messages: ["(a) b HTTP/1.1"] },
    { name: "text", bytes: utf8Bytes("é\n"), messages: ["é"] },
  ],
  broken: [
    { name: "a POST", bytes: utf8Bytes(POST), code: "other-protocol", offset: 0, error: HTTP },
    {
      name: "any method",
      bytes: utf8Bytes("x-y! * HTTP/"),
      code: "other-protocol",
      offset: 0,
      error: HTTP,
    },
    {
      name: "the preface of HTTP/2",
      bytes: utf8Bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      code: "other-protocol",
      offset: 0,
      error: HTTP,
    },
    { name: "a TLS hello", bytes: "16 03 01 00 eb", code: "other-protocol", offset: 0, error: TLS },
  ],
  tail: "78",
  limit: 8192,
  cutShort: "message",
});

Deno.test("refuseOtherProtocols() gives nothing of a request when it comes byte by byte", () => {
  for (const codec of [lines({ maxBytes: 8, onTooLong: "skip" }), telnet(lines())] as const) {
    const decoder = refuseOtherProtocols<unknown, never>(codec as Codec<unknown, never>).decoder();
    const given: unknown[] = [];
    const error = assertThrows(
      () => {
        for (const chunk of cutEvery(utf8Bytes(`GET /a HTTP/1.1\r\n\r\nshutdown\n`), 1)) {
          decoder.push(chunk);
          for (let one; (one = decoder.next()) !== undefined;) given.push(one);
        }
      },
      ProtocolError,
      HTTP,
    );
    assertStrictEquals(assertThrows(() => decoder.next()), error);
    // A limit may be passed before it is known that it is a request.
    assert(given.every((one) => one instanceof ProtocolError));
  }
});

Deno.test("refuseOtherProtocols() knows a request when its target is longer than a line may be", () => {
  const decoder = refuseOtherProtocols(lines({ maxBytes: 8, onTooLong: "skip" })).decoder();
  decoder.push(utf8Bytes("GET /" + "x".repeat(100_000)));
  assert(decoder.next() instanceof ProtocolError);
  decoder.push(utf8Bytes(" HTTP/1.1\r\n\r\nshutdown\r\n"));
  assertThrows(() => decoder.next(), ProtocolError, HTTP);
});

Deno.test("refuseOtherProtocols() refuses what is looked at when it comes first", () => {
  const decoder = refuseOtherProtocols(bytes()).decoder();
  decoder.push(utf8Bytes("PO"));
  assertEquals(decoder.peek!(1), utf8Bytes("P"));
  decoder.push(utf8Bytes("ST / HTTP/1.1\r\n"));
  assertThrows(() => decoder.peek!(1), ProtocolError, HTTP);
});

for (
  const [name, first, answer] of [
    [
      "HTTP",
      utf8Bytes(POST),
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 37\r\n" +
      "Connection: close\r\n\r\nThis server speaks another protocol.\n",
    ],
    ["TLS", Uint8Array.of(22, 3, 1), "This server speaks no TLS.\n"],
  ] as const
) {
  Deno.test(`refuseOtherProtocols() answers ${name} with words of its own when it refuses`, () => {
    const session = refuseOtherProtocols(lines()).session();
    assertEquals(session.refuse, undefined);
    session.decoder.push(first);
    const error = assertThrows(() => session.decoder.next(), ProtocolError);
    assertEquals([error.side, error.received], ["remote", name]);
    const writer = new ByteWriter();
    session.refuse!(error, writer);
    assertEquals(new TextDecoder().decode(writer.finish()), answer);
  });
}

Deno.test("isTlsAlert() knows an alert by its first two bytes", () => {
  assert(isTlsAlert(Uint8Array.of(21, 3, 3, 0, 2, 2, 50)));
  assert(!isTlsAlert(Uint8Array.of(21)));
  assert(!isTlsAlert(Uint8Array.of(22, 3)));
});
