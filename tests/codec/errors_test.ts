import { assert, assertEquals, assertFalse, assertInstanceOf } from "@std/assert";
import { LimitError, ProtocolError } from "../../codec/mod.ts";

Deno.test("ProtocolError says what, whose, where, what was wanted and what came", () => {
  const cause = new TypeError("why");
  const error = new ProtocolError("Cannot do it", {
    code: "bad-message",
    side: "local",
    offset: 7,
    expected: "this",
    received: "that",
    cause,
  });
  assertInstanceOf(error, Error);
  assertEquals(String(error), "ProtocolError: Cannot do it");
  assertEquals([error.code, error.side, error.offset], ["bad-message", "local", 7]);
  assertEquals([error.expected, error.received], ["this", "that"]);
  assertEquals(error.cause, cause);
});

Deno.test("ProtocolError has no cause when none is given", () => {
  const options = { side: "remote", offset: 0, expected: "", received: "" } as const;
  assertFalse("cause" in new ProtocolError("Cannot do it", { code: "bad-json", ...options }));
  const given = new ProtocolError("Cannot do it", {
    code: "bad-json",
    ...options,
    cause: undefined,
  });
  assert("cause" in given);
});

Deno.test("LimitError says the limit, its maximum and what came", () => {
  const error = new LimitError("Cannot decode line", {
    limit: "maxLineBytes",
    max: 3,
    got: 4,
    atLeast: true,
    unit: "bytes",
    offset: 9,
  });
  assertInstanceOf(error, ProtocolError);
  assertEquals(
    String(error),
    "LimitError: Cannot decode line: at least 4 bytes exceed maxLineBytes 3",
  );
  assertEquals([error.code, error.side, error.offset], ["limit-exceeded", "remote", 9]);
  assertEquals([error.limit, error.max, error.got], ["maxLineBytes", 3, 4]);
  assertEquals([error.expected, error.received], ["at most 3 bytes", "at least 4 bytes"]);
});

Deno.test("LimitError counts from 0 and blames the other side when it is not told", () => {
  const error = new LimitError("Cannot accept connection", {
    limit: "maxConnections",
    max: 2,
    got: 3,
    unit: "connections",
  });
  assertEquals(error.message, "Cannot accept connection: 3 connections exceed maxConnections 2");
  assertEquals([error.side, error.offset], ["remote", 0]);
});
