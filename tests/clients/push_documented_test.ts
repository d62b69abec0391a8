import { assert, assertEquals } from "@std/assert";
import { callOptions } from "../../cli/client_program.ts";
import { isWorthRetry } from "../../cli/close_codes.ts";
import { flagOf } from "../../cli/options.ts";
import { program as client } from "../../clients/push.ts";
import { OPTIONS, program as server } from "../../servers/push.ts";

const documentOf = (name: string) =>
  Deno.readTextFile(new URL(`../../docs/${name}`, import.meta.url));
const [text, serverText] = await Promise.all(["push.md", "push_server.md"].map(documentOf));

/** The flags that a document names. */
const flagsIn = (document = "") => new Set(document.match(/(?<![\w-])--[a-z][a-z-]+/g));

Deno.test("docs/push.md names every option that the client has of its own, and none that there is not", () => {
  const common = Object.keys(callOptions());
  const own = Object.keys(client.options).filter((name) => !common.includes(name)).map(flagOf);
  const named = flagsIn(text);
  assertEquals(own.filter((flag) => !named.has(flag)), []);
  const known = [...own, ...[...common, ...Object.keys(OPTIONS)].map(flagOf)];
  assertEquals([...named].filter((flag) => !known.includes(flag)), []);
});

Deno.test("the documents name every option that the push server has of its own, and none that there is not", () => {
  const own = Object.keys(OPTIONS).map(flagOf);
  const named = new Set([...flagsIn(text), ...flagsIn(serverText)]);
  assertEquals(own.filter((flag) => !named.has(flag)), []);
  const known = [...own, ...Object.keys(server.options).map(flagOf), "--data-binary"];
  assertEquals([...flagsIn(serverText)].filter((flag) => !known.includes(flag)), []);
});

Deno.test("docs/push.md names the codes after which nobody comes back", () => {
  assert(text?.includes("closes with 1000, 1002, 1003, 1005, 1007 to 1010, 3000 or 3003"));
  const codes = Array.from({ length: 4000 }, (_, at) => 1000 + at);
  const final = codes.filter((code) => !isWorthRetry(code));
  assertEquals(final, [1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 3000, 3003]);
});
