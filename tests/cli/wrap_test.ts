import { assertEquals } from "@std/assert";
import { wrapped, wrappedCommand, wrappedFields } from "../../cli/wrap.ts";

Deno.test("wrapped breaks between words alone", () => {
  assertEquals(wrapped("one two three", { columns: 7 }), ["one two", "three"]);
  assertEquals(wrapped("one two three", { columns: 6 }), ["one", "two", "three"]);
  assertEquals(wrapped("a muchtoolong b", { columns: 4 }), ["a", "muchtoolong", "b"]);
  assertEquals(wrapped("one two", { columns: 5, indent: "  " }), ["one", "  two"]);
  assertEquals(wrapped("", { columns: 5 }), [""]);
});

Deno.test("wrappedCommand breaks between arguments, so that a shell takes it for one command", () => {
  assertEquals(wrappedCommand("deno run --allow-net a.ts", { columns: 22, indent: "  " }), [
    "deno run --allow-net \\",
    "  a.ts",
  ]);
  assertEquals(wrappedCommand("printf 'a b c' | cat", { columns: 12 }), [
    "printf \\",
    "'a b c' | \\",
    "cat",
  ]);
  assertEquals(wrappedCommand("it's one", { columns: 80 }), ["it's one"]);
});

Deno.test("wrappedFields breaks between fields alone", () => {
  const line = "a b.txt  5 B  sha256 0123";
  assertEquals(wrappedFields(line, { columns: 80 }), [line]);
  assertEquals(wrappedFields(line, { columns: 20, indent: "  " }), [
    "a b.txt  5 B",
    "  sha256 0123",
  ]);
});
