// What only the tests need is named here alone, and locked in tests/deno.lock.

// @ts-types="./npm_ws.d.ts"
export * from "npm:ws@8.23.0";
