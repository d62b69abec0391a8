import { assert, assertEquals } from "@std/assert";
import { bodyView } from "../../../headers/request/body_view.ts";
import { indentedJson } from "../../../headers/request/indented_json.ts";

const encoder = new TextEncoder();
const view = (body: string, type?: string) => bodyView(encoder.encode(body), type);

Deno.test("bodyView() shows JSON when the type says so, or when it looks so", () => {
  for (
    const type of [
      "application/json; charset=utf-8",
      "application/cloudevents+json",
      undefined,
      "text/plain",
    ]
  ) {
    assertEquals(view('{"a":1}', type), { kind: "json", text: '{\n  "a": 1\n}' });
  }
  assertEquals(view("1", "application/json"), { kind: "json", text: "1" });
  assertEquals(view("1"), { kind: "text", text: "1" });
  assertEquals(view('{"a":', "application/json"), { kind: "text", text: '{"a":' });
});

Deno.test("bodyView() takes a form apart when the type says so", () => {
  assertEquals(view("a=1&b=%C3%BC", "application/x-www-form-urlencoded"), {
    kind: "form",
    pairs: [{ name: "a", value: "1" }, { name: "b", value: "%C3%BC", decodedValue: "ü" }],
  });
});

Deno.test("bodyView() lists the parts when it is multipart", () => {
  const body = [
    "--xyz",
    'Content-Disposition: form-data; name="who"',
    "",
    "Zoë",
    "--xyz  ",
    'content-disposition: form-data; name="p\\"ic"; filename="Zoë.png"',
    "Content-Type: image/png",
    "",
    "\0\r\n\r\n--xy\r\n",
    "--xyz",
    "",
    "no head",
    "--xyz--",
    "behind",
  ].join("\r\n");
  assertEquals(view(body, 'multipart/form-data; boundary="xyz"'), {
    kind: "multipart",
    parts: [
      { name: "who", filename: undefined, type: undefined, bytes: 4 },
      { name: 'p"ic', filename: "Zoë.png", type: "image/png", bytes: 11 },
      { name: undefined, filename: undefined, type: undefined, bytes: 7 },
    ],
    more: 0,
    isWhole: true,
  });
});

Deno.test("bodyView() says so when a multipart body has no end, or no part", () => {
  const type = "multipart/mixed; boundary=b";
  const cut = view("--b\r\n\r\none\r\n--b\r\n\r\ntwo", type);
  assert(cut.kind === "multipart");
  assertEquals([cut.parts.length, cut.isWhole], [1, false]);
  assertEquals(view("none of it", type), { kind: "text", text: "none of it" });
  assertEquals(view("--b--", type).kind, "text");
  assertEquals(view("--b\r\n", "multipart/mixed"), { kind: "text", text: "--b\r\n" });
});

for (const count of [99, 100, 101]) {
  Deno.test(`bodyView() lists at most 100 parts when there are ${count}`, () => {
    const listed = view(`${"--b\r\n\r\n\r\n".repeat(count)}--b--`, "multipart/mixed; boundary=b");
    assert(listed.kind === "multipart");
    assertEquals([listed.parts.length, listed.more], [
      Math.min(count, 100),
      Math.max(0, count - 100),
    ]);
  });
}

Deno.test("bodyView() shows hexadecimal rows when it is no text", () => {
  assertEquals(bodyView(Uint8Array.of(0xff, 0x41, 0x1b), undefined), {
    kind: "binary",
    rows: [`ff 41 1b${" ".repeat(39)}  .A.`],
    more: 0,
  });
  assertEquals(view("a\0").kind, "binary");
  for (const length of [255, 256, 257]) {
    const shown = bodyView(new Uint8Array(length).fill(0xff), "image/png");
    assert(shown.kind === "binary");
    assertEquals([shown.rows.length, shown.more], [16, Math.max(0, length - 256)]);
  }
});

const JSONS = [
  ["[]", "[]"],
  ["{ \n }", "{}"],
  ['""', '""'],
  ["[1,2]", "[\n  1,\n  2\n]"],
  ['{"a":{"b":[{}]}}', '{\n  "a": {\n    "b": [\n      {}\n    ]\n  }\n}'],
  // Numbers and repeated names are what came, and strings are not looked into.
  ['{"a":1e400,"a":12345678901234567890}', '{\n  "a": 1e400,\n  "a": 12345678901234567890\n}'],
  ['["{\\"[,:]\\\\"]', '[\n  "{\\"[,:]\\\\"\n]'],
  [" [ true , null ] ", "[\n  true,\n  null\n]"],
] as const;

for (const [text, indented] of JSONS) {
  Deno.test(`indentedJson() sets JSON over lines when it is ${text}`, () => {
    assertEquals(indentedJson(text), indented);
    assertEquals(JSON.parse(indented), JSON.parse(text));
  });
}

Deno.test("indentedJson() gives up when it would be deep, large or much larger", () => {
  const filling = `"${"x".repeat(10_000)}"`;
  const deep = (depth: number) => "[".repeat(depth) + filling + "]".repeat(depth);
  assert(indentedJson(deep(99)) !== undefined);
  assert(indentedJson(deep(100)) !== undefined);
  assertEquals(indentedJson(deep(101)), undefined);
  const long = (chars: number) => `["${"x".repeat(chars - 4)}"]`;
  assert(indentedJson(long(256 * 1024)) !== undefined);
  assertEquals(indentedJson(long(256 * 1024 + 1)), undefined);
  assertEquals(
    indentedJson(`${"[".repeat(50)}1${",1".repeat(10_000)}${"]".repeat(50)}`),
    undefined,
  );
  assertEquals(indentedJson("{"), undefined);
});

for (const [bytes, kind] of [[262_143, "form"], [262_144, "form"], [262_145, "text"]] as const) {
  Deno.test(`bodyView() shows a form of ${bytes} bytes as ${kind}`, () => {
    const body = `a=${"x".repeat(bytes - 2)}`;
    assertEquals(view(body, "application/x-www-form-urlencoded").kind, kind);
  });
}

for (const [count, kind] of [[256, "form"], [257, "binary"]] as const) {
  Deno.test(`bodyView() shows a body of ${count} controls as ${kind}, whatever it is called`, () => {
    assertEquals(view("\x01".repeat(count), "application/x-www-form-urlencoded").kind, kind);
  });
}
