export * from "../../codec/http/mod.ts";
