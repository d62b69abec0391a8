import { assert, assertEquals } from "@std/assert";
import { callOptions } from "../../cli/client_program.ts";
import { isWorthRetry } from "../../cli/close_codes.ts";
import { flagOf } from "../../cli/options.ts";
import { program as client } from "../../clients/push.ts";
import { OPTIONS } from "../../servers/push.ts";

const text = await Deno.readTextFile(new URL("../../docs/push.md", import.meta.url));

Deno.test("docs/push.md names every option that its programs have of their own, and none that there is not", () => {
  const named = new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g));
  const common = Object.keys(callOptions());
  const ofClient = Object.keys(client.options).filter((name) => !common.includes(name));
  const own = [...ofClient, ...Object.keys(OPTIONS)].map(flagOf);
  assertEquals(own.filter((flag) => !named.has(flag)), []);
  const known = [...own, ...common.map(flagOf)];
  assertEquals([...named].filter((flag) => !known.includes(flag)), []);
});

Deno.test("docs/push.md names the codes after which nobody comes back", () => {
  assert(text.includes("closes with 1000, 1002, 1003, 1005, 1007 to 1010, 3000 or 3003"));
  const codes = Array.from({ length: 4000 }, (_, at) => 1000 + at);
  const final = codes.filter((code) => !isWorthRetry(code));
  assertEquals(final, [1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 3000, 3003]);
});
