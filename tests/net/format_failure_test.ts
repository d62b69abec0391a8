import { assert, assertEquals, assertMatch } from "@std/assert";
import { ClosedError, DeadlineError, LimitError } from "../../mod.ts";
import { formatFailure, formatUnexpected } from "../../net/format_failure.ts";

Deno.test("formatFailure() is one line for what can happen on any connection", () => {
  const limit = { limit: "maxLineBytes", max: 1, got: 2, unit: "bytes" } as const;
  const expected = [
    new LimitError("Cannot decode line", limit),
    new DeadlineError("idle", 5),
    new ClosedError("Cannot receive: it is over\x1b", { code: "connection-reset", by: "peer" }),
    new Deno.errors.ConnectionReset("Connection reset by peer"),
    new Deno.errors.InvalidData("received corrupt message"),
    new Deno.errors.UnexpectedEof("eof"),
  ];
  assertEquals(expected.map(formatFailure), [
    "Cannot decode line: 2 bytes exceed maxLineBytes 1",
    "Cannot keep the connection: no byte passed within 5 ms (idle deadline)",
    "Cannot receive: it is over\\x1b",
    "Connection reset by peer",
    "received corrupt message",
    "eof",
  ]);
});

Deno.test("formatFailure() says class, message, stack and causes of anything else", () => {
  class Unnamed extends Error {}
  const cause = new Unnamed("the reason");
  const text = formatFailure(new TypeError("x is no function", { cause }));
  const [first = "", second = "", ...rest] = text.split("\n");
  assertEquals(first, "TypeError: x is no function");
  assertMatch(second, /^ {4}at .*format_failure_test\.[jt]s:\d+:\d+/);
  const at = rest.indexOf("Caused by Unnamed: the reason");
  assert(at >= 0, text);
  assertMatch(rest[at + 1] ?? "", /^ {4}at .*format_failure_test/);
  // A file that is missing is no matter of the connection's.
  assertMatch(formatFailure(new Deno.errors.NotFound("no such file")), /^NotFound: .*\n {4}at /);
});

Deno.test("formatFailure() lets no text of a peer begin a line or reach a terminal", () => {
  const message = "a\n#7 127.0.0.1:1 forged\n    at forged (evil.ts:1:1)\x1b[2J";
  const error = new Error(message, { cause: "b\n\x07c" });
  const text = formatFailure(error);
  assertEquals(
    text.split("\n")[0],
    "Error: a\\n#7 127.0.0.1:1 forged\\n    at forged (evil.ts:1:1)\\x1b[2J",
  );
  assertEquals(text.split("\n").at(-1), "Caused by b\\n\\x07c");
  assert(text.split("\n").slice(1, -1).every((line) => /^ {4}at (?!forged)/.test(line)), text);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f]/.test(text));
});

Deno.test("formatUnexpected() says what is no error, or odd, and follows causes not without end", () => {
  assertEquals(formatUnexpected("text"), "text");
  assertEquals(formatUnexpected(undefined), "undefined");
  assertEquals(formatUnexpected(Object.create(null)), "object");
  const odd = new Error("");
  odd.stack = "no stack\x1b at all";
  assertEquals(formatUnexpected(odd), "Error");
  odd.cause = odd;
  assertEquals(formatUnexpected(odd).split("\n").length, 9);
});
