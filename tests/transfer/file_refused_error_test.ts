import { assertEquals, assertStrictEquals } from "@std/assert";
import { FileRefusedError } from "../../transfer/mod.ts";
import { refusalOf } from "../../transfer/file_refused_error.ts";

const { NotCapable, NotFound, PermissionDenied } = Deno.errors;

/** Errors as the system gives them, with a path of the receiver in them, and their code for the peer. */
const ERRORS: readonly [error: unknown, code: FileRefusedError["code"]][] = [
  [withCode("ENOSPC", "No space left on device (os error 28): open '/secret/x'"), "no-space"],
  [new Error("Disk quota exceeded (os error 122): open '/secret/x'"), "no-space"],
  [withCode("EROFS", "Read-only file system (os error 30): open '/secret/x'"), "no-access"],
  [new PermissionDenied("Permission denied (os error 13): open '/secret/x'"), "no-access"],
  [new NotCapable('Requires write access to "/secret/x", run again with ...'), "no-access"],
  [
    new NotFound("No such file or directory (os error 2): open '/secret/disk quota'"),
    "storage-failed",
  ],
  [withCode("EIO", "Input/output error (os error 5): open '/secret/x'"), "storage-failed"],
  ["/secret/x", "storage-failed"],
];

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

for (const [error, code] of ERRORS) {
  Deno.test(`refusalOf() says ${code}, and none of our paths, when it is given ${error}`, () => {
    const refusal = refusalOf(error);
    assertEquals(refusal.code, code);
    assertEquals(refusal.message.includes("secret"), false);
    assertStrictEquals(refusal.cause, error);
  });
}

Deno.test("refusalOf() returns a refusal as it is when it is given one", () => {
  const refusal = new FileRefusedError("it is too large", { code: "too-large" });
  assertStrictEquals(refusalOf(refusal), refusal);
  assertEquals([refusal.name, refusal.message], ["FileRefusedError", "it is too large"]);
  assertEquals("cause" in refusal, false);
});
