import { assertEquals } from "@std/assert";
import { inspectHead } from "../../../headers/response/inspect_head.ts";
import { faultLines, rawListing, shownHead } from "../../../headers/response/show_head.ts";

function inspect(text: string) {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return inspectHead({ bytes, end: "whole" });
}

/** Returns text without the colours, which say nothing that it does not. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[\d+m/g, "");
}

const HEADS = [
  "HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
  "http/1.1 ok\nA : \x1b[31mb\x07\r\n\tc\r\nd\r\n\r\n",
  "HTTP/1.1 500 Caf\xc3\xa9\r\nA: \xe9\xa0\r\nB: \xc2\x9b\xe2\x80\xae\r\n\r\n",
  "HTTP/1.1 304 \r\nContent-Length: 1, 2\r\nContent-Length: x\r\n",
  "HTTP/1.1 302 Found\r\nLocation: C:\\temp\\new\r\nA:\tb\r\n\r\n",
];

for (const head of HEADS) {
  Deno.test(`shownHead() says the same with colours as without for ${JSON.stringify(head)}`, () => {
    const inspected = inspect(head);
    for (const show of [shownHead, rawListing]) {
      assertEquals(plain(show(inspected, { colour: true })), show(inspected, { colour: false }));
    }
  });
}

Deno.test("shownHead() shows what a terminal would obey, and UTF-8 as text", () => {
  const shown = HEADS.map((head) => shownHead(inspect(head), { colour: false }));
  assertEquals(shown, [
    "HTTP/1.1 200 OK\nA: b\n\n",
    "http/1.1 ok\nA : \\x1b[31mb\\x07\n\tc\nd\n\n",
    "HTTP/1.1 500 Café\nA: é\xa0\nB: \\x9b\\u{202e}\n\n",
    "HTTP/1.1 304 \nContent-Length: 1, 2\nContent-Length: x\n",
    "HTTP/1.1 302 Found\nLocation: C:\\temp\\new\nA:\tb\n\n",
  ]);
});

Deno.test({
  name: "shownHead() colours the status by what it means, and a fault red (needs colours)",
  // The library that colours hears NO_COLOR too.
  ignore: Deno.noColor,
  fn: () => {
    const colourOf = (head: string) => {
      // deno-lint-ignore no-control-regex
      const [, colour] = /\x1b\[(3\d)m/.exec(shownHead(inspect(head), { colour: true })) ?? [];
      return colour;
    };
    const colours = [103, 200, 302, 404, 503].map((it) => colourOf(`HTTP/1.1 ${it} X\r\n\r\n`));
    assertEquals(colours, ["36", "32", "33", "31", "31"]);
    assertEquals(
      shownHead(inspect("HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), { colour: true }).split("\n")[1],
      "A\x1b[31m \x1b[39m: b",
    );
  },
});

Deno.test("rawListing() tells every byte from every other", () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
  const listing = rawListing(inspect(`HTTP/1.1 200 OK\r\nA: ${all}\r\n\r\n`), { colour: false });
  const bytes = listing.split("\n").filter((line) => /^ *\d+ {2}/.test(line))
    .map((line) => line.replace(/^ *\d+ {2}/, "")).join("");
  const read = bytes.replaceAll(/\\(?:x(..)|(.))/g, (_, hex, name) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return { r: "\r", n: "\n", t: "\t" }[name as string] ?? name;
  });
  assertEquals(read, `HTTP/1.1 200 OK\r\nA: ${all}\r\n\r\n`);
});

Deno.test("faultLines() says at most as many lines as it may", () => {
  const head = inspect("HTTP/1.1 200 OK\nA : b\n c\nd\ne\n\n");
  const advice = "look";
  assertEquals(faultLines(head, { maxLines: 9, advice }).length, 4);
  assertEquals(faultLines(head, { maxLines: 4, advice }).length, 4);
  const [first, second, last] = faultLines(head, { maxLines: 3, advice });
  assertEquals(first?.endsWith(", and 5 more like it"), true);
  assertEquals(
    second,
    'Line 2, byte 2: a space stands between the name "A" and its colon (RFC 9112, 5.1)',
  );
  assertEquals(last, "3 faults more; look");
  assertEquals(faultLines(inspect("HTTP/1.1 200 OK\r\n\r\n"), { maxLines: 3, advice }), []);
});
