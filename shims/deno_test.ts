/** The `Deno` namespace for the tests: with what only they use, and with `Deno.test` on node:test. */
export * as Deno from "./testing/namespace.ts";
