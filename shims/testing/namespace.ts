import "./newer_builtins.ts";

export * from "../namespace.ts";
export * from "./files.ts";
export { networkInterfaces } from "./network_interfaces.ts";
export { test } from "./test.ts";
