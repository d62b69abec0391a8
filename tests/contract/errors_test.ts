import { assert, assertEquals, assertStrictEquals } from "@std/assert";

const NAMES = [
  "AddrInUse",
  "AddrNotAvailable",
  "AlreadyExists",
  "BadResource",
  "BrokenPipe",
  "Busy",
  "ConnectionAborted",
  "ConnectionRefused",
  "ConnectionReset",
  "FilesystemLoop",
  "Http",
  "Interrupted",
  "InvalidData",
  "IsADirectory",
  "NetworkUnreachable",
  "NotADirectory",
  "NotCapable",
  "NotConnected",
  "NotFound",
  "NotSupported",
  "PermissionDenied",
  "TimedOut",
  "UnexpectedEof",
  "WouldBlock",
  "WriteZero",
] as const;

Deno.test("Deno.errors has every class that the system's errors become", () => {
  assertEquals(Object.keys(Deno.errors).sort(), [...NAMES]);
});

for (const name of NAMES) {
  Deno.test(`Deno.errors.${name} is an Error with its own name`, () => {
    const cause = { what: "came before" };
    const error = new Deno.errors[name]("What happened", { cause });
    assert(error instanceof Error && error instanceof Deno.errors[name]);
    assertEquals([error.name, error.message], [name, "What happened"]);
    assertEquals(`${error}`, `${name}: What happened`);
    assertStrictEquals(error.cause, cause);
    const kinds = Object.values(Deno.errors).filter((kind) => error instanceof kind);
    assertEquals(kinds.length, 1);
  });
}
