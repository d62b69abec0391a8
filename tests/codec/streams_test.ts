import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  decodeStream,
  encodeStream,
  lengthPrefixed,
  lines,
  ProtocolError,
} from "../../codec/mod.ts";
import { hex, utf8Bytes } from "./support.ts";

Deno.test("decodeStream() gives the messages before an error when they arrive together", async () => {
  const stream = ReadableStream.from([utf8Bytes("a\nb\nlong\nc\n")])
    .pipeThrough(decodeStream(lines({ maxBytes: 3 })));
  const reader = stream.getReader();
  assertEquals(await reader.read(), { done: false, value: "a" });
  assertEquals(await reader.read(), { done: false, value: "b" });
  const error = await assertRejects(() => reader.read(), ProtocolError);
  assertEquals(error.message, "Cannot decode line: at least 4 bytes exceed maxLineBytes 3");
});

Deno.test("decodeStream() throws unexpected-end when the stream ends inside a message", async () => {
  const stream = ReadableStream.from([hex("00 00 00 02 61")])
    .pipeThrough(decodeStream(lengthPrefixed()));
  const error = await assertRejects(() => stream.getReader().read(), ProtocolError);
  assertEquals(error.code, "unexpected-end");
});

Deno.test("decodeStream() asks for no more bytes than its messages are asked for", async () => {
  let pulled = 0;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      pulled++;
      controller.enqueue(utf8Bytes("a\n"));
    },
  }, { highWaterMark: 0 });
  const reader = source.pipeThrough(decodeStream(lines())).getReader();
  for (let message = 0; message < 5; message++) await reader.read();
  assert(pulled <= 7, `${pulled} chunks for 5 messages`);
  await reader.cancel();
});

Deno.test("decodeStream() cancels its source when it is cancelled", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(utf8Bytes("a\n")),
    cancel: (why) => void (reason = why),
  });
  const reader = source.pipeThrough(decodeStream(lines())).getReader();
  await reader.read();
  await reader.cancel("enough");
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  assertEquals(reason, "enough");
});

Deno.test("decodeStream() cancels its source when the bytes break the protocol", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(utf8Bytes("long\n")),
    cancel: resolve,
  });
  const reader = source.pipeThrough(decodeStream(lines({ maxBytes: 3 }))).getReader();
  const error = await assertRejects(() => reader.read(), ProtocolError);
  assertStrictEquals(await promise, error);
});

Deno.test("decodeStream() throws the source's error when the source fails", async () => {
  const failure = new TypeError("gone");
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.error(failure),
  });
  const reader = source.pipeThrough(decodeStream(lines())).getReader();
  assertStrictEquals(await assertRejects(() => reader.read(), TypeError), failure);
});

Deno.test("encodeStream() throws what encode throws", async () => {
  const stream = ReadableStream.from(["a", "b\n"]).pipeThrough(encodeStream(lines()));
  const reader = stream.getReader();
  let caught: unknown;
  try {
    while (!(await reader.read()).done);
  } catch (error) {
    caught = error;
  }
  assertInstanceOf(caught, ProtocolError);
  assertEquals(caught.code, "delimiter-inside");
});
