import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { requestPage } from "../../../headers/page/request_page.ts";
import { harmlessLines, shownUpTo } from "../../../headers/request/harmless_text.ts";
import { requestJson, shownJson } from "../../../headers/request/request_json.ts";
import { requestText } from "../../../headers/request/request_text.ts";
import { hex as bytesOfHex } from "../../../testing/bytes.ts";
import { inBytes, sampleRequest } from "./sample_request.ts";

const HOOK = sampleRequest({
  method: "POST",
  target: "/hook?a=two+w%C3%B6rds&flag",
  fields: [
    ["Host", "localhost:8080"],
    ["X-City", inBytes("Zürich")],
    ["X-Old", "Z\xfcrich"],
    ["Cookie", "sid=abc; theme=dark%20blue; alone"],
    ["X-A-Name-That-Is-Longer-Than-Others", "1"],
    ["Content-Type", "application/json"],
  ],
  body: '{"id":12345678901234567890,"a":[]}',
  trailers: [["X-Sum", "7"]],
  signatures: [
    { provider: "github", holds: true, text: "holds" },
    { provider: "stripe", holds: false, why: "none", text: "has no Stripe-Signature" },
  ],
});

Deno.test("requestText() shows all of a request in aligned rows", () => {
  assertEquals(
    requestText(HOOK),
    `POST /hook?a=two+w%C3%B6rds&flag HTTP/1.1

Fields
  Host          localhost:8080
  X-City        Zürich
                bytes 5ac3bc72696368
  X-Old         Zürich
                bytes 5afc72696368
  Cookie        sid=abc; theme=dark%20blue; alone
  X-A-Name-That-Is-Longer-Than-Others  1
  Content-Type  application/json

Cookies
  sid    abc
  theme  dark%20blue
         means "dark blue"
         alone

Query
  a     two+w%C3%B6rds
        means "two wörds"
  flag  (no =)

Body: 34 bytes, application/json
  {
    "id": 12345678901234567890,
    "a": []
  }

Trailers
  X-Sum  7

Signatures
  github  holds
  stripe  does not hold: has no Stripe-Signature

Connection
  addresses   127.0.0.1:50312 to 127.0.0.1:8080
  connection  #0, 1 request so far, no TLS`,
  );
});

Deno.test("requestJson() keeps what came exactly, and says what it means", () => {
  const json = requestJson(HOOK);
  assertEquals(json.requestLine, "POST /hook?a=two+w%C3%B6rds&flag HTTP/1.1");
  assertEquals(json.fields, [
    { name: "Host", value: "localhost:8080" },
    { name: "X-City", value: "Zürich", hex: "5ac3bc72696368" },
    { name: "X-Old", value: "Zürich", hex: "5afc72696368" },
    { name: "Cookie", value: "sid=abc; theme=dark%20blue; alone" },
    { name: "X-A-Name-That-Is-Longer-Than-Others", value: "1" },
    { name: "Content-Type", value: "application/json" },
  ]);
  assertEquals(json.query, [
    { name: "a", value: "two+w%C3%B6rds", decodedValue: "two wörds" },
    { name: "flag" },
  ]);
  assertEquals(json.body, {
    bytes: 34,
    type: "application/json",
    kind: "json",
    text: '{"id":12345678901234567890,"a":[]}',
  });
  assertEquals(json.trailers, [{ name: "X-Sum", value: "7" }]);
  assertEquals(json.connection, {
    id: 0,
    requests: 1,
    remote: { hostname: "127.0.0.1", port: 50312 },
    local: { hostname: "127.0.0.1", port: 8080 },
    tls: false,
  });
  assertEquals(JSON.parse(shownJson(json)), json);
});

Deno.test("requestJson() gives bytes in hexadecimal when a body is no UTF-8", () => {
  const { body } = requestJson(sampleRequest({ body: Uint8Array.of(0xff, 0) }));
  assertEquals(body, { bytes: 2, kind: "binary", hex: "ff00" });
});

Deno.test("requestText() shows what a terminal would obey", () => {
  const hostile = "\x1b]0;owned\x07\x9b2J\u202e";
  const record = sampleRequest({
    target: `/${inBytes("\u202e")}\x9b?\x9b=${inBytes("\u202e")}&%1b=%1b`,
    fields: [["Host", "h"], ["X-\x9b", inBytes("\u202e")], ["Cookie", "\x9b=%1b[2J"]],
    body: `${hostile}\r\n\tone\rtwo`,
    trailers: [["X-T", "\x9b"]],
  });
  for (const text of [requestText(record), shownJson(requestJson(record))]) {
    // deno-lint-ignore no-control-regex
    assertFalse(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/.test(text), text);
  }
  assertStringIncludes(
    requestText(record),
    "  \\x1b]0;owned\\x07\\x9b2J\\u{202e}\n  \tone\\rtwo\n",
  );
});

Deno.test("requestText() counts what it leaves out when a body has many lines or long ones", () => {
  const record = sampleRequest({ body: `${"x".repeat(12)}\n2\n3\n4` });
  const text = requestText(record, { maxBodyLines: 2, maxLineChars: 10 });
  assertMatch(text, /\n {2}x{10}\.\.\. 2 characters more\n {2}2\n {2}\.\.\. 2 lines more\n/);
});

Deno.test("requestText() counts what it leaves out when a form or a list of parts is long", () => {
  const shown = (type: string, body: string) =>
    requestText(sampleRequest({ fields: [["Content-Type", type]], body }), {
      maxBodyLines: 2,
      maxLineChars: 10,
    });
  assertStringIncludes(
    shown("application/x-www-form-urlencoded", `a=${"x".repeat(12)}&b=2&c=3`),
    "\n  a  xxxxxxxxxx… (2 characters more)\n  b  2\n  ... 1 line more\n",
  );
  assertStringIncludes(
    shown("multipart/form-data; boundary=b", "--b\r\n\r\n\r\n".repeat(3) + "--b--"),
    "\n  (no name),... 8 characters more\n  (no name),... 8 characters more\n  ... 1 line more\n",
  );
});

for (
  const [what, body, said] of [
    [
      "it is too large",
      { state: "too-large", maxBytes: 1024 },
      "more than 1024 bytes, which are not kept",
    ],
    [
      "it was cut",
      { state: "cut", reason: "The peer\x1b left" },
      "not all of it came: The peer\\x1b left",
    ],
  ] as const
) {
  Deno.test(`requestText() says so of a body when ${what}`, () => {
    const record = { ...sampleRequest(), body };
    assertStringIncludes(requestText(record), `\nBody: ${said}\n`);
  });
}

Deno.test("requestText() shows forms, parts and bytes when a body is these", () => {
  const of = (type: string, body: string | Uint8Array) =>
    requestText(sampleRequest({ fields: [["Content-Type", type]], body }));
  assertStringIncludes(
    of("application/x-www-form-urlencoded", "a=1&long=%20"),
    'urlencoded\n  a     1\n  long  %20\n        means " "\n',
  );
  assertStringIncludes(
    of(
      "multipart/form-data; boundary=b",
      '--b\r\nContent-Disposition: x; name=n; filename="f"\r\n\r\nhi\r\n--b',
    ),
    "\n  n, file f, 2 bytes\n  the last boundary is missing\n",
  );
  assertStringIncludes(of("x/y", new Uint8Array(300)), "\n  ... 44 bytes more\n");
});

const LIMIT = 1024 * 1024;
const FORM = "application/x-www-form-urlencoded";

for (
  const [what, piece, type] of [
    ["controls", "\x01", FORM],
    ["DEL", "\x7f", "x/y"],
    ["tags that nobody sees", "\u{e0001}", "text/plain"],
    ["carriage returns", "\r", "text/plain"],
    ["quotes", '"', "text/plain"],
    ["ampersands", "&", FORM],
    ["line feeds", "\n", "text/plain"],
    ["pairs", "a=%01&", FORM],
    ["markup", "<", "text/html"],
    ["some controls", "\x01abcdefg", "text/plain"],
  ] as const
) {
  Deno.test(`a body of 1 MiB is shown in at most 2.6 times its bytes when it is ${what}`, () => {
    const bytes = new TextEncoder().encode(piece);
    const body = new Uint8Array(LIMIT - LIMIT % bytes.length).map((_, at) =>
      bytes[at % bytes.length]!
    );
    const record = sampleRequest({ fields: [["Content-Type", type]], body });
    const json = shownJson(requestJson(record));
    for (const shown of [json, requestText(record), requestPage(record).html]) {
      assert(new TextEncoder().encode(shown).length <= 2.6 * LIMIT + 16 * 1024);
    }
    const { text, hex } = JSON.parse(json).body;
    assertEquals(text === undefined ? bytesOfHex(hex) : new TextEncoder().encode(text), body);
  });
}

for (const chars of [2 * LIMIT - 1, 2 * LIMIT, 2 * LIMIT + 1]) {
  Deno.test(`shownUpTo() shows up to 2 MiB, and counts the rest when showing takes ${chars}`, () => {
    const show = (piece: string) => piece;
    const { shown, left } = shownUpTo("x".repeat(chars), { maxChars: 2 * LIMIT, show });
    assertEquals(shown.length + left, chars);
    assertEquals(left > 0, chars > 2 * LIMIT);
    assert(left <= 4096);
  });
}

Deno.test("shownUpTo() cuts no character and no ending of a line when it shows piece by piece", () => {
  for (const text of ["\r\n", "😀", "\r😀", "\r\r\n"]) {
    for (let before = 4090; before <= 4098; before++) {
      const all = "x".repeat(before) + text.repeat(3);
      const options = { maxChars: Infinity, show: harmlessLines };
      assertEquals(shownUpTo(all, options).shown, harmlessLines(all));
    }
  }
});

Deno.test("requestText() and requestPage() show all of a body of 1 MiB when it is text", () => {
  const line = "Zürich, 10 °C, <b>sunny</b>\n";
  const bytes = new TextEncoder().encode(line).length;
  const body = line.repeat(Math.floor(LIMIT / bytes));
  const record = sampleRequest({ body });
  assertStringIncludes(requestText(record), `\n  ${body.replaceAll("\n", "\n  ")}`);
  const { html } = requestPage(record);
  assertEquals(html.match(/°C/g)?.length, Math.floor(LIMIT / bytes));
  assertFalse(/characters? more/.test(html));
});

Deno.test("requestText() and requestPage() say how much is left out when showing a body makes it long", () => {
  const record = sampleRequest({ body: "&".repeat(LIMIT) });
  const [, more] = /<\/pre>\n<p>(\d+) characters more<\/p>/.exec(requestPage(record).html) ?? [];
  const shown = requestPage(record).html.match(/&amp;/g)?.length ?? 0;
  assertEquals(shown + Number(more), LIMIT);
  const lines = sampleRequest({ body: "\n".repeat(LIMIT) });
  assertMatch(requestText(lines), /\n {2}\.\.\. \d+ characters more\n/);
});

for (const [lines, said] of [[39, ""], [40, ""], [41, "  ... 1 line more\n"]] as const) {
  Deno.test(`requestText() shows 40 lines of a body when it may, of ${lines}`, () => {
    const body = Array.from({ length: lines }, (_, at) => `line ${at}`).join("\r\n");
    const text = requestText(sampleRequest({ body }), { maxBodyLines: 40, maxLineChars: 100 });
    const shown = Array.from({ length: Math.min(40, lines) }, (_, at) => `  line ${at}\n`);
    assertStringIncludes(text, `given\n${shown.join("")}${said}\nConnection`);
  });
}

Deno.test("requestText() cuts a line before it is escaped, and no character in half", () => {
  const of = (body: string) => requestText(sampleRequest({ body }), { maxLineChars: 3 });
  assertStringIncludes(of("\x1b\x1b\x1b\x1b"), "\n  \\x1b\\x1b\\x1b... 1 character more\n");
  assertStringIncludes(of("ab😀"), "\n  ab... 2 characters more\n");
});
