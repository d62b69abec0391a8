import { assertEquals } from "@std/assert";
import { cookiesIn, decodedOf, formPairsIn, MAX_PAIRS } from "../../../headers/request/pairs.ts";
import { inBytes } from "./sample_request.ts";

const COOKIES = [
  { name: "none", lines: [], pairs: [] },
  { name: "an empty line", lines: [""], pairs: [] },
  { name: "one", lines: ["a=b"], pairs: [["a", "b"]] },
  { name: "some", lines: ["a=b; c=d;e=f ;"], pairs: [["a", "b"], ["c", "d"], ["e", "f"]] },
  { name: "several lines", lines: ["a=b", "c=d"], pairs: [["a", "b"], ["c", "d"]] },
  { name: "a value with =", lines: ["a=b=c=="], pairs: [["a", "b=c=="]] },
  { name: "a value in quotes", lines: ['a="b; c"'], pairs: [["a", '"b'], ["", 'c"']] },
  { name: "an empty value", lines: ["a="], pairs: [["a", ""]] },
  { name: "an empty name", lines: ["=b"], pairs: [["", "b"]] },
  { name: "no =", lines: ["b"], pairs: [["", "b"]] },
  { name: "the same name twice", lines: ["a=1; a=2"], pairs: [["a", "1"], ["a", "2"]] },
  { name: "a plus, which is one", lines: ["a=1+1"], pairs: [["a", "1+1"]] },
] as const;

for (const { name, lines, pairs } of COOKIES) {
  Deno.test(`cookiesIn() takes cookies apart when they are ${name}`, () => {
    assertEquals(
      cookiesIn(lines).map(({ name, value }) => [name, value]),
      pairs.map((it) => [...it]),
    );
  });
}

const QUERIES = [
  { query: "", pairs: [] },
  { query: "a", pairs: [{ name: "a", value: undefined }] },
  { query: "a=", pairs: [{ name: "a", value: "" }] },
  { query: "=b", pairs: [{ name: "", value: "b" }] },
  { query: "a=b=c&&a=d", pairs: [{ name: "a", value: "b=c" }, { name: "a", value: "d" }] },
  { query: "a=b+c", pairs: [{ name: "a", value: "b+c", decodedValue: "b c" }] },
  {
    query: "a%20b=%C3%BC",
    pairs: [{
      name: "a%20b",
      value: "%C3%BC",
      decodedName: "a b",
      decodedValue: "ü",
    }],
  },
  // Neither is UTF-8.
  { query: "a=%FC", pairs: [{ name: "a", value: "%FC" }] },
  { query: "a=%C3", pairs: [{ name: "a", value: "%C3" }] },
  {
    query: "a=100%&b=%zz%41",
    pairs: [
      { name: "a", value: "100%" },
      { name: "b", value: "%zz%41", decodedValue: "%zzA" },
    ],
  },
  { query: "a=?;b=c", pairs: [{ name: "a", value: "?;b=c" }] },
] as const;

for (const { query, pairs } of QUERIES) {
  Deno.test(`formPairsIn() takes a query apart when it is ${JSON.stringify(query)}`, () => {
    assertEquals(formPairsIn(query), pairs.map((it) => ({ ...it })));
  });
}

for (const count of [MAX_PAIRS - 1, MAX_PAIRS, MAX_PAIRS + 1, 2 * MAX_PAIRS]) {
  Deno.test(`formPairsIn() keeps all that came when there are ${count} pairs`, () => {
    const items = Array.from({ length: count }, (_, at) => `n${at}=${at}`);
    const pairs = formPairsIn(items.join("&"));
    assertEquals(pairs.length, Math.min(count, MAX_PAIRS));
    assertEquals(pairs.map(({ name, value }) => `${name}=${value}`).join("&"), items.join("&"));
  });
}

Deno.test("decodedOf() reads raw bytes as UTF-8 when percent-encoding stands beside them", () => {
  assertEquals(decodedOf(`${inBytes("ü")}%20`), "ü ");
  assertEquals(decodedOf(inBytes("ü")), undefined);
  assertEquals(decodedOf("\xfc%20"), undefined);
});
