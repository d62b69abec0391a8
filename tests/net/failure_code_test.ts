import { assertEquals } from "@std/assert";
import { DeadlineError, messageOf } from "../../net/errors.ts";
import { failureCodeOf } from "../../net/failure_code.ts";

function ofSystem(code: string, message = "something"): Error {
  return Object.assign(new Error(message), { code });
}

const CODES: readonly (readonly [unknown, string])[] = [
  [new DeadlineError("idle", 5), "deadline-passed"],
  [Object.assign(new Error("a protocol of somebody's own"), { code: "bad-frame" }), "bad-frame"],
  [new Deno.errors.ConnectionRefused("Connection refused (os error 111)"), "connection-refused"],
  [new Deno.errors.AddrInUse(), "addr-in-use"],
  [new Deno.errors.NotCapable("Requires net access"), "not-capable"],
  [new Deno.errors.NotFound("No such file: open 'certificate.pem'"), "not-found"],
  [new Deno.errors.UnexpectedEof(), "unexpected-eof"],
  [new Deno.errors.InvalidData("invalid peer certificate: UnknownIssuer"), "bad-certificate"],
  [new Deno.errors.InvalidData("received corrupt message"), "invalid-data"],
  [new Error("failed to lookup address information: Name or service not known"), "no-such-host"],
  [new Error("Network is unreachable (os error 101)"), "network-unreachable"],
  [ofSystem("ENETUNREACH"), "network-unreachable"],
  [ofSystem("EMFILE"), "too-many-open-files"],
  [ofSystem("ENOSPC"), "no-space"],
  [ofSystem("EWHATEVER"), "failed"],
  [new Error("No space left on device (os error 28)"), "no-space"],
  [new Error("anything"), "failed"],
  [new Error("Cannot read it", { cause: new Deno.errors.NotCapable() }), "not-capable"],
  [new RangeError("Invalid array length"), "bug"],
  ["text", "failed"],
  [undefined, "failed"],
];

for (const [error, code] of CODES) {
  Deno.test(`failureCodeOf() is ${code} for ${error}`, () => {
    assertEquals(failureCodeOf(error), code);
  });
}

Deno.test("messageOf() leaves out the system's number, wherever it stands", () => {
  const error = new Deno.errors.NotFound("No such file or directory (os error 2): open 'x'");
  assertEquals(messageOf(error), "No such file or directory: open 'x'");
  assertEquals(messageOf(new Error("Connection refused (os error 111)")), "Connection refused");
});
