import { assertEquals } from "@std/assert";
import type { VerificationProblem } from "../../headers/webhooks/verification.ts";
import { OPTIONS } from "../../servers/headers.ts";
import { callOptions } from "../../cli/client_program.ts";
import { flagOf } from "../../cli/options.ts";
import { program as client } from "../../clients/headers.ts";

const text = await Deno.readTextFile(new URL("../../docs/headers.md", import.meta.url));

/** Every one there is; the compiler holds the keys to the union. */
const PROBLEMS: Readonly<Record<VerificationProblem, true>> = {
  "none": true,
  "malformed": true,
  "legacy": true,
  "other-secret": true,
  "blank-in-secret": true,
  "too-old": true,
  "in-the-future": true,
  "body-too-large": true,
};

Deno.test("docs/headers.md says what every reason means, and no other", () => {
  const [, table = ""] =
    /\n\| Reason in JSON [^]*?\n((?:\|.*\n)+)\n/.exec(text.replace(/\n\| -+ .*/g, "\n| -")) ?? [];
  const named = Array.from(table.matchAll(/^\| `([\w-]+)`/gm), ([, name = ""]) => name);
  assertEquals(named.toSorted(), Object.keys(PROBLEMS).toSorted());
});

Deno.test("docs/headers.md names every option that the server has of its own, and none that there is not", () => {
  const named = new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g));
  const own = Object.keys(OPTIONS).map(flagOf);
  assertEquals(own.filter((flag) => !named.has(flag)), []);
  assertEquals([...named].filter((flag) => !own.includes(flag)), ["--json"]);
});

Deno.test("docs/headers_client.md names every option that the client has of its own, and none that there is not", async () => {
  const page = new URL("../../docs/headers_client.md", import.meta.url);
  const named = new Set((await Deno.readTextFile(page)).match(/(?<![\w-])--[a-z][a-z-]+/g));
  const common = Object.keys(callOptions());
  const own = Object.keys(client.options).filter((name) => !common.includes(name)).map(flagOf);
  assertEquals(own.filter((flag) => !named.has(flag)), []);
  const known = [...own, ...common.map(flagOf), "--allow-net"];
  assertEquals([...named].filter((flag) => !known.includes(flag)), []);
});
