import { assertEquals } from "@std/assert";
import { escapeJson } from "../../codec/escape_json.ts";

Deno.test("JSON that a terminal obeys nothing of stays as it is", () => {
  const json = JSON.stringify({ a: 'quo"ted \u001b[2J\n' }, null, 2);
  assertEquals(escapeJson(json), json);
});

Deno.test("what JSON leaves and a terminal would obey is escaped, and means the same", () => {
  const said = { a: "\u007f\u0085\u200b\u202e\u2028\ufeff\u{e0041}", "\u009b": "é 你好 👋" };
  const shown = escapeJson(JSON.stringify(said));
  assertEquals(
    shown,
    '{"a":"\\u007f\\u0085\\u200b\\u202e\\u2028\\ufeff\\udb40\\udc41","\\u009b":"é 你好 👋"}',
  );
  assertEquals(JSON.parse(shown), said);
});
