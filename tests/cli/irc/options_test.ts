import { assertEquals, assertThrows } from "@std/assert";
import { channels, lineText, name, nameOr, names } from "../../../cli/irc/options.ts";
import { UsageError } from "../../../cli/usage_error.ts";

Deno.test("channels() reads a channel, and its key behind a comma", () => {
  const { parse } = channels("");
  assertEquals(parse("#news", "--join"), [{ channel: "#news" }]);
  assertEquals(parse("&here,k:y", "--join"), [{ channel: "&here", key: "k:y" }]);
});

for (const typed of ["", "news", "#a b", "#a\n", "#a\0", "#a\x07", ",#a"]) {
  Deno.test(`channels() refuses the channel ${JSON.stringify(typed)}`, () => {
    assertThrows(() => channels("").parse(typed, "--join"), UsageError, "--join takes a channel");
  });
}

for (const key of ["", "sec ret", "sec,ret", ":secret", "sec\r"]) {
  Deno.test(`channels() refuses the key ${JSON.stringify(key)}, and does not repeat it`, () => {
    const error = assertThrows(() => channels("").parse(`#a,${key}`, "--join"), UsageError);
    assertEquals(error.message, "--join takes the key of #a behind one comma, without blanks");
  });
}

Deno.test("name() and nameOr() and names() take one word of the protocol", () => {
  assertEquals(name("", "NICK").parse("[bob]^", "--nick"), "[bob]^");
  assertEquals(nameOr("", "bob").fallback, "bob");
  assertEquals(names("", "NICK").parse("bob", "--nick"), ["bob"]);
  for (const typed of [":bob", "b ob", "b,ob", "b\nob", "b\0"]) {
    for (const option of [name("", "NICK"), nameOr("", "bob"), names("", "NICK")]) {
      assertThrows(
        () => option.parse(typed, "--nick"),
        UsageError,
        `--nick takes a name without blanks and commas, not ${JSON.stringify(typed)}`,
      );
    }
  }
});

Deno.test("lineText() takes anything that fits in a line", () => {
  assertEquals(lineText("").parse(" :Bob, the  builder", "--realname"), " :Bob, the  builder");
  for (const typed of ["a\r", "a\nb", "\0"]) {
    assertThrows(
      () => lineText("").parse(typed, "--realname"),
      UsageError,
      "--realname takes one line",
    );
  }
});
