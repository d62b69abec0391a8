/**
 * Deno's socket and file API on Node, as far as this project uses it: `import { Deno } from "@parley/sockets/deno"`.
 *
 * @module
 */
export * as Deno from "./namespace.ts";
