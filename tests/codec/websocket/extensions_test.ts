import { assertEquals } from "@std/assert";
import { parseExtensions } from "../../../codec/websocket/extensions.ts";

type Parsed = [name: string, ...parameters: string[]];

const SAMPLES: readonly { name: string; lines: string[]; parsed: Parsed[] | undefined }[] = [
  { name: "there is no line", lines: [], parsed: [] },
  { name: "it is a name", lines: ["foo"], parsed: [["foo"]] },
  { name: "there are several", lines: ["foo, bar;b"], parsed: [["foo"], ["bar", "b"]] },
  { name: "they stand on lines", lines: ["foo", "bar; b=1"], parsed: [["foo"], ["bar", "b=1"]] },
  {
    name: "there are blanks and empty members",
    lines: [" foo ;\ta = 1\t;b , , baz "],
    parsed: [["foo", "a=1", "b"], ["baz"]],
  },
  { name: "a parameter comes twice", lines: ["foo; a; a=2"], parsed: [["foo", "a", "a=2"]] },
  { name: "a value is quoted", lines: ['foo; a="10"'], parsed: [["foo", "a=10"]] },
  { name: "a quoted value has escapes", lines: ['foo; a="1\\0"'], parsed: [["foo", "a=10"]] },
  { name: "a quoted value is no token", lines: ['foo; a="1 0"'], parsed: undefined },
  { name: "a quoted value holds a comma", lines: ['foo; a="1,0"'], parsed: undefined },
  { name: "a quoted value holds a semicolon", lines: ['foo; a="1;0"'], parsed: undefined },
  { name: "a quoted value is empty", lines: ['foo; a=""'], parsed: undefined },
  { name: "a quote is not closed", lines: ['foo; a="10'], parsed: undefined },
  { name: "a quote is closed by an escape", lines: ['foo; a="10\\"'], parsed: undefined },
  { name: "something follows a quote", lines: ['foo; a="10"0'], parsed: undefined },
  { name: "a value is half quoted", lines: ['foo; a=1"0"'], parsed: undefined },
  { name: "a value is missing", lines: ["foo; a="], parsed: undefined },
  { name: "there are two values", lines: ["foo; a=1=2"], parsed: undefined },
  { name: "a parameter is empty", lines: ["foo; ; a"], parsed: undefined },
  { name: "a parameter has no name", lines: ["foo; =1"], parsed: undefined },
  { name: "a semicolon ends it", lines: ["foo;"], parsed: undefined },
  { name: "a name is no token", lines: ["foo bar"], parsed: undefined },
  { name: "a name is quoted", lines: ['"foo"'], parsed: undefined },
  { name: "a name is missing", lines: ["; a"], parsed: undefined },
  { name: "a line is empty", lines: ["foo", ""], parsed: undefined },
  { name: "a line has commas alone", lines: [", ,"], parsed: undefined },
];

for (const { name, lines, parsed } of SAMPLES) {
  const does = parsed ? "takes them apart" : "gives nothing";
  Deno.test(`parseExtensions() ${does} when ${name}`, () => {
    const extensions = parseExtensions(lines)?.map(({ name, parameters }) => [
      name,
      ...parameters.map(([key, value]) => value === undefined ? key : `${key}=${value}`),
    ]);
    assertEquals(extensions, parsed);
  });
}
