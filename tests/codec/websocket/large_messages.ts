import { assert, assertEquals } from "@std/assert";
import { cutEvery } from "../support.ts";
import { codecOf, PEER } from "./drive_sample.ts";
import { binary, framesBytes, more, OPEN, readFrames, text } from "./frames.ts";
import type { Role } from "./samples/sample.ts";
import { ByteWriter } from "../../../codec/bytes/byte_writer.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const LIMITS = { maxMessageBytes: 16 * MIB, maxFragments: 2 ** 20 };

/** Bytes that repeat nowhere near a power of two. */
function bytes(count: number): Uint8Array {
  const some = new Uint8Array(count);
  for (let at = 0; at < count; at++) some[at] = at % 251;
  return some;
}

/** How large the largest messages are. */
export interface LargeMessagesSize {
  readonly largestBytes: number;
}

interface LargeMessage {
  readonly size: number;
  /** Bytes of the payload of each frame. @default all */
  readonly frame?: number;
  /** Bytes of each chunk that comes. @default 64 KiB */
  readonly chunk?: number;
}

function messagesUpTo({ largestBytes }: LargeMessagesSize): readonly LargeMessage[] {
  const quarter = largestBytes / 4;
  return [
    ...[64 * KIB, quarter, largestBytes].map((size) => ({ size })),
    ...[64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB].map((frame) => ({ size: quarter, frame })),
    { size: largestBytes, frame: 4 * KIB },
    ...[64, 128, 256, 512, KIB].map((chunk) => ({ size: quarter, chunk })),
  ];
}

/** Registers the tests of large messages, in one frame and in many, in small chunks and in large ones. */
export function testLargeMessages(options: LargeMessagesSize): void {
  for (const role of ["server", "client"] as const) testRole(role, options);
}

function testRole(role: Role, { largestBytes }: LargeMessagesSize): void {
  for (const { size, frame = size, chunk = 64 * KIB } of messagesUpTo({ largestBytes })) {
    const cut = `in frames of ${frame} bytes and chunks of ${chunk}`;
    Deno.test(`webSocket${title(role)}Codec takes messages of ${size} bytes ${cut}`, () => {
      const all = bytes(size);
      const parts = cutEvery(all, frame);
      const frames = parts.map((part, at) => {
        const change = at === parts.length - 1 ? {} : OPEN;
        return at === 0 ? binary(part, change) : more(part, change);
      });
      const { decoder } = codecOf(role, { limits: LIMITS }).session();
      const [message] = decoded(decoder, framesBytes(frames, { sender: PEER[role] }), chunk);
      assert(message?.kind === "binary");
      // Two arrays of this size are compared by deno in seconds.
      assert(isSame(message.bytes, all));
    });
  }

  Deno.test(`webSocket${title(role)}Codec takes large text whose characters are cut anywhere`, () => {
    const said = "κόσμε€😀a".repeat(40_000);
    const { decoder } = codecOf(role, { limits: LIMITS }).session();
    const parts = cutEvery(new TextEncoder().encode(said), 1009);
    const frames = [text("", OPEN), ...parts.map((part) => more(part, OPEN)), more()];
    const [message] = decoded(decoder, framesBytes(frames, { sender: PEER[role] }), 997);
    assert(message?.kind === "text" && message.text === said);
  });

  Deno.test(`webSocket${title(role)}Codec writes a large message in one frame, whatever its size`, () => {
    for (const size of [125, 126, 65_535, 65_536, largestBytes]) {
      const writer = new ByteWriter();
      codecOf(role).session().encode(bytes(size), writer);
      const [frame, ...rest] = readFrames(writer.finish());
      assertEquals([frame?.opcode, frame?.fin, rest.length], [2, true, 0]);
      assertEquals(frame!.lengthBytes, size < 126 ? 0 : size < 65_536 ? 2 : 8);
      assertEquals(frame!.mask === undefined, role === "server");
      assert(isSame(frame!.payload, bytes(size)));
    }
  });

  Deno.test(`webSocket${title(role)}Codec takes what another side cuts into fragments of its own`, () => {
    const [sender, receiver] = [codecOf(PEER[role]), codecOf(role, { limits: LIMITS })];
    const session = sender.session();
    const writer = new ByteWriter();
    const all = bytes(65_536);
    const parts = cutEvery(all, 1300);
    parts.forEach((part, at) => {
      const last = at === parts.length - 1;
      session.encode({ kind: "fragment", of: "binary", bytes: part, last }, writer);
    });
    const written = writer.finish();
    assertEquals(readFrames(written).length, 51);
    const [message] = decoded(receiver.decoder(), written, 64 * KIB);
    assert(message?.kind === "binary" && isSame(message.bytes, all));
  });
}

function title(role: Role): string {
  return role === "server" ? "Server" : "Client";
}

function decoded<Message>(
  decoder: { push(chunk: Uint8Array): void; next(): Message | undefined },
  all: Uint8Array,
  chunk: number,
): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < all.length; at += chunk) {
    decoder.push(all.subarray(at, at + chunk));
    for (let message; (message = decoder.next()) !== undefined;) messages.push(message);
  }
  return messages;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
