import { assertEquals } from "@std/assert";
import { canBeStoredAt, staysBelow } from "../../transfer/stored_path.ts";

for (
  const path of ["", "/", "/x", "..", "../x", "a/../x", "a/..", "./x", "a/.", "a//x", "a/", "\0"]
) {
  Deno.test(`staysBelow() is false for ${JSON.stringify(path)}`, () => {
    assertEquals(staysBelow(path), false);
  });
}

for (const path of ["x", "a/x", "...", "..x", "a b/x (1).txt", "2024-01-01T10:00", "what?"]) {
  Deno.test(`staysBelow() is true for ${JSON.stringify(path)}`, () => {
    assertEquals(staysBelow(path), true);
  });
}

Deno.test("canBeStoredAt() lets the last name differ, and nothing else", () => {
  assertEquals(canBeStoredAt("a/x (1)", "a/x"), true);
  assertEquals(canBeStoredAt("x (1)", "x"), true);
  for (const path of ["x", "b/x", "a/b/x", "a/..", "a/", "/a/x", "a"]) {
    assertEquals(canBeStoredAt(path, "a/x"), false, path);
  }
});
