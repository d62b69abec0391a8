import { assertEquals, assertThrows } from "@std/assert";
import { fields, origins, subprotocols } from "../../cli/http_options.ts";
import { UsageError } from "../../cli/usage_error.ts";

Deno.test("fields() says who writes a field when it cannot be set", () => {
  const typed = "Upgrade: x";
  const except = ["upgrade"];
  assertThrows(
    () => fields("", { except, kind: "client" }).parse(typed, "--header"),
    UsageError,
    "--header cannot set Upgrade: the client writes that itself",
  );
  assertThrows(
    () => fields("", { except }).parse(typed, "--header"),
    UsageError,
    "--header cannot set Upgrade: the server writes that itself",
  );
});

for (
  const typed of ["*", "null", "https://example.org", "http://[::1]:8080", "chrome-extension://a"]
) {
  Deno.test(`origins() takes ${typed}`, () => {
    assertEquals(origins("").parse(typed, "--origin"), [typed]);
  });
}

for (const typed of ["", "example.org", "localhost:80", "https://example.org/a", "http://a/?b"]) {
  Deno.test(`origins() refuses ${JSON.stringify(typed)}`, () => {
    assertThrows(
      () => origins("").parse(typed, "--origin"),
      UsageError,
      "--origin takes an origin such as https://example.org, null or *, not ",
    );
  });
}

Deno.test("subprotocols() reads names with commas between them", () => {
  assertEquals(subprotocols("").parse("chat, mqtt", "--subprotocol"), ["chat", "mqtt"]);
});

for (const [typed, wrong] of [["", ""], ["a,,b", ""], ["a b", "a b"], ["a;b", "a;b"]] as const) {
  Deno.test(`subprotocols() refuses ${JSON.stringify(typed)}`, () => {
    assertThrows(
      () => subprotocols("").parse(typed, "--subprotocol"),
      UsageError,
      `--subprotocol takes names of subprotocols, and ${JSON.stringify(wrong)} is none`,
    );
  });
}
