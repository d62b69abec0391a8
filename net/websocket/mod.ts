export * from "../../codec/websocket/mod.ts";
