import { assertEquals } from "@std/assert";
import { preferredType } from "../../../headers/request/preferred_type.ts";

const CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp," +
  "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** By RFC 9110, 12.5.1. */
const CASES = [
  { accept: undefined, type: "text/plain", what: "there is none" },
  { accept: "", type: "text/plain", what: "it is empty" },
  { accept: "*/*", type: "text/plain", what: "it is curl's" },
  { accept: CHROME, type: "text/html", what: "it is Chrome's" },
  { accept: FIREFOX, type: "text/html", what: "it is Firefox's" },
  { accept: "image/avif,image/webp,*/*;q=0.8", type: "text/plain", what: "it is an image's" },
  { accept: "application/json, text/plain, */*", type: "application/json", what: "it is axios's" },
  { accept: "application/json", type: "application/json", what: "it is JSON alone" },
  { accept: "TEXT/HTML", type: "text/html", what: "it is in capitals" },
  { accept: "text/*", type: "text/plain", what: "it is a family" },
  { accept: "text/*, text/html", type: "text/html", what: "a family and a type weigh the same" },
  {
    accept: "text/html;q=0.5, application/json;q=0.7",
    type: "application/json",
    what: "JSON weighs more",
  },
  { accept: "text/plain;q=0, */*", type: "application/json", what: "text is refused" },
  { accept: "*/*, text/html;q=0.1", type: "text/plain", what: "HTML weighs less than anything" },
  { accept: "text/html;q=0", type: "text/plain", what: "nothing is left" },
  { accept: "image/png", type: "text/plain", what: "it takes nothing of ours" },
  { accept: 'text/html;x="a,b;q=0";q=1', type: "text/html", what: "a comma stands in quotes" },
  { accept: 'text/html;x="a\\",b', type: "text/html", what: "a quote does not end" },
  {
    accept: "text/html;q=x, application/json;q=0.1",
    type: "application/json",
    what: "a weight is none",
  },
  {
    accept: "text/html;q=1.001, application/json;q=0.1",
    type: "application/json",
    what: "a weight is too much",
  },
  {
    accept: ",,;q=1, application/json ,",
    type: "application/json",
    what: "there is nothing between commas",
  },
  { accept: `${"x/y,".repeat(100)}text/html`, type: "text/plain", what: "there are too many" },
] as const;

for (const { accept, type, what } of CASES) {
  Deno.test(`preferredType() is ${type} when ${what}`, () => {
    assertEquals(preferredType(accept), type);
  });
}
