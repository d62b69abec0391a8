import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";
import { httpServerCodec, type HttpServerOutgoing } from "../../../codec/http/mod.ts";
import { ProtocolError } from "../../../mod.ts";
import { fromLatin1 } from "../support.ts";

const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/** Decodes what came, and returns what says the rest of an exchange. */
function exchange(came: string) {
  const session = httpServerCodec().session();
  session.decoder.push(fromLatin1(came));
  const next = () => session.decoder.next();
  next();
  const written = (write: (writer: ByteWriter) => void): string => {
    const writer = new ByteWriter();
    write(writer);
    return new TextDecoder("latin1").decode(writer.written);
  };
  return {
    next,
    say: (message: HttpServerOutgoing) => written((writer) => session.encode(message, writer)),
    refuse: (error: ProtocolError) => written((writer) => session.refuse?.(error, writer)),
  };
}

/** Returns the error that decoding on meets. */
function errorOf(next: () => unknown): ProtocolError {
  const error = assertThrows(next);
  assertInstanceOf(error, ProtocolError);
  return error;
}

for (const breaks of ["x\r\n", "0\r\nHost: a\r\n\r\n", "0\r\na b\r\n"]) {
  const shown = JSON.stringify(breaks);
  Deno.test(`httpServerCodec() answers 400 when ${shown} breaks a body, and not behind the answer`, () => {
    const before = exchange(CHUNKED + breaks);
    assert(before.refuse(errorOf(before.next)).startsWith("HTTP/1.1 400 Bad Request\r\n"));
    const behind = exchange(CHUNKED + breaks);
    behind.say({ status: 204 });
    assertEquals(behind.refuse(errorOf(behind.next)), "");
  });
}

Deno.test("httpServerCodec() answers 400 when the request behind an answer is none", () => {
  const { say, next, refuse } = exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET\r\n");
  say({});
  assert(refuse(errorOf(next)).startsWith("HTTP/1.1 400 Bad Request\r\n"));
});

for (
  const [status, connection] of [[200, ""], [299, ""], [300, "close"], [501, "close"]] as const
) {
  Deno.test(`httpServerCodec() says "${connection}" of the connection when it answers CONNECT with ${status}`, () => {
    const { say, next } = exchange("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n");
    const said = say({ status });
    assertEquals(/\r\nConnection: (.*)\r\n/.exec(said)?.[1] ?? "", connection);
    // None of it is a request.
    assertEquals(next(), undefined);
    assertThrows(() => say({}), ProtocolError, "nothing behind the last answer");
  });
}

// JavaScript may pass anything.
const NO_BODIES = [null, true, {}, [1], new ArrayBuffer(1)] as unknown[] as string[];
const NO_VALUES = [5, null, undefined, {}, [5], "a\nb"] as unknown[] as string[];

Deno.test("httpServerCodec() refuses what is no body and no field, and then takes another answer", () => {
  const { say } = exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  for (const body of NO_BODIES) {
    assertThrows(() => say({ body }), ProtocolError, "expected text or bytes as its body, got ");
  }
  for (const value of NO_VALUES) {
    assertThrows(() => say({ fields: { A: value } }), ProtocolError, "Cannot set field A: ");
    assertThrows(() => say({ fields: [["A", value]] }), ProtocolError, "Cannot set field A: ");
  }
  say({ body: "chunked" });
  for (const bytes of NO_BODIES as unknown[] as Uint8Array[]) {
    assertThrows(() => say({ type: "body", bytes }), ProtocolError, "expected bytes, got ");
  }
  assertEquals(say({ type: "body", bytes: fromLatin1("ab") }), "2\r\nab\r\n");
  assertEquals(say({ type: "end" }), "0\r\n\r\n");
});
