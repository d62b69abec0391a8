import { assertEquals } from "@std/assert";
import { cutEvery, hex } from "../support.ts";
import { codecOf, decodeChunks, refusalBytes } from "./drive_sample.ts";

/** Lengths of eight bytes, and how a frame is refused that begins with one. */
const LENGTHS: readonly {
  readonly name: string;
  readonly digits: string;
  readonly maxMessageBytes?: number;
  readonly refused: readonly [code: string, close: number] | undefined;
}[] = [
  { name: "2^63 bytes", digits: "80 00 00 00 00 00 00 00", refused: ["bad-frame", 1002] },
  { name: "2^63 + 1 bytes", digits: "80 00 00 00 00 00 00 01", refused: ["bad-frame", 1002] },
  { name: "2^64 - 1 bytes", digits: "ff ff ff ff ff ff ff ff", refused: ["bad-frame", 1002] },
  {
    name: "2^63 bytes, where there is no limit",
    digits: "80 00 00 00 00 00 00 00",
    maxMessageBytes: Infinity,
    refused: ["bad-frame", 1002],
  },
  { name: "2^63 - 1 bytes", digits: "7f ff ff ff ff ff ff ff", refused: ["limit-exceeded", 1009] },
  { name: "2^53 bytes", digits: "00 20 00 00 00 00 00 00", refused: ["limit-exceeded", 1009] },
  {
    name: "2^53 bytes, where the limit is as high as it can be",
    digits: "00 20 00 00 00 00 00 00",
    maxMessageBytes: Number.MAX_SAFE_INTEGER,
    refused: ["limit-exceeded", 1009],
  },
  {
    name: "2^53 - 1 bytes, where the limit is that high",
    digits: "00 1f ff ff ff ff ff ff",
    maxMessageBytes: Number.MAX_SAFE_INTEGER,
    refused: undefined,
  },
  { name: "2^32 bytes", digits: "00 00 00 01 00 00 00 00", refused: ["limit-exceeded", 1009] },
  {
    name: "2^32 bytes, where the limit is that high",
    digits: "00 00 00 01 00 00 00 00",
    maxMessageBytes: 2 ** 32,
    refused: undefined,
  },
  {
    name: "2^32 bytes, where the limit is one below",
    digits: "00 00 00 01 00 00 00 00",
    maxMessageBytes: 2 ** 32 - 1,
    refused: ["limit-exceeded", 1009],
  },
  { name: "1 MiB", digits: "00 00 00 00 00 10 00 00", refused: undefined },
  {
    name: "1 MiB and a byte",
    digits: "00 00 00 00 00 10 00 01",
    refused: ["limit-exceeded", 1009],
  },
];

for (const role of ["server", "client"] as const) {
  for (const { name, digits, maxMessageBytes, refused } of LENGTHS) {
    const codec = `webSocket${role === "server" ? "Server" : "Client"}Codec`;
    const does = refused ? "refuses" : "waits for";
    Deno.test(`${codec} ${does} a frame of ${name}, before any of them`, () => {
      for (const opcode of ["81", "82", "01", "02"]) {
        const head = hex(`${opcode} ${role === "server" ? "ff" : "7f"} ${digits}`);
        for (const chunks of [[head], cutEvery(head, 1)]) {
          const limits = maxMessageBytes === undefined ? {} : { maxMessageBytes };
          const session = codecOf(role, { limits }).session();
          const { messages, error, written, refusedBehind } = decodeChunks(session, {
            chunks,
            role,
          });
          assertEquals(messages, []);
          assertEquals(error?.code, refused?.[0], error?.message);
          assertEquals(refusedBehind, refused && head.length);
          const wanted = refused ? refusalBytes(error!, refused[1]) : new Uint8Array(0);
          assertEquals(written, wanted);
        }
      }
    });
  }
}

Deno.test("webSocketServerCodec takes no memory for what is only announced", () => {
  const { decoder } = codecOf("server", { limits: { maxMessageBytes: Infinity } }).session();
  decoder.push(hex("82 ff 00 00 00 10 00 00 00 00 01 02 03 04 05"));
  assertEquals(decoder.next(), undefined);
  // A decoder of ours says what it holds.
  const { capacity } = decoder as unknown as { capacity: number };
  assertEquals(capacity <= 64 * 1024 + 64, true, `${capacity} bytes are held`);
});
