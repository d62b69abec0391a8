import { assertEquals } from "@std/assert";
import { TextMessage } from "../../../codec/websocket/text_message.ts";

Deno.test("TextMessage shows what it says where JSON is made of it", () => {
  const bytes = new TextEncoder().encode("hé");
  const message = new TextMessage(bytes, { isAscii: false });
  assertEquals(JSON.stringify(message), '{"kind":"text","text":"hé"}');
});
