import { assert, assertEquals } from "@std/assert";
import { cutEvery } from "../support.ts";
import { bytesOf, codecOf, decodeChunks, refusalBytes, refusedBehind } from "./drive_sample.ts";
import { type Frame, frameBytes, framesBytes, more, OPEN, ping, text } from "./frames.ts";
import { badText, type FrameSample, type Role } from "./samples/sample.ts";
import { between, UTF8_SEQUENCES, type Utf8Sequence } from "./utf8_sequences.ts";

const ROLES: readonly Role[] = ["server", "client"];
/** Behind these a sequence stands elsewhere in its words, and past what is decoded as short. */
const BEFORE = ["", "a", "é", "x".repeat(70), "κόσμε€😀".repeat(40)];

Deno.test("the table of sequences is right, as TextDecoder sees it", () => {
  for (const { name, bytes, badAt } of UTF8_SEQUENCES) {
    assertEquals(firstBadByte(bytes), badAt, name);
  }
});

for (const role of ROLES) {
  const codec = `webSocket${role === "server" ? "Server" : "Client"}Codec`;

  Deno.test(`${codec} takes text that is UTF-8 and refuses what is not at its first impossible byte`, () => {
    for (const sequence of UTF8_SEQUENCES) {
      for (const before of BEFORE) {
        check([text(between(sequence, { before }).bytes)], { sequence, role, before });
      }
    }
  });

  Deno.test(`${codec} refuses bytes that are no UTF-8 in a frame that is not whole yet`, () => {
    for (const sequence of UTF8_SEQUENCES) {
      const { name, bytes, badAt } = between(sequence, { before: "κόσμε", behind: "and more" });
      const isCut = sequence.badAt === sequence.bytes.length;
      if (badAt === undefined) continue;
      // What is cut ends at the first byte of what stands behind it.
      assertEquals(firstBadByte(bytes), badAt, isCut ? `${name}, gone on with` : name);
      const sample: FrameSample = { name, frames: [text(bytes)], refused: badText(badAt + 1) };
      const some = bytesOf(sample, role).subarray(0, refusedBehind(sample, role));
      checkRefused([some], { role, bytes: some.length });
      checkRefused(cutEvery(some, 1), { role, bytes: some.length });
    }
  });

  Deno.test(`${codec} finds what is no UTF-8 wherever fragments cut it`, () => {
    for (const sequence of UTF8_SEQUENCES) {
      for (let at = 0; at <= sequence.bytes.length; at++) {
        const [first, second] = [sequence.bytes.slice(0, at), sequence.bytes.slice(at)];
        check([text(first, OPEN), ping("é"), more(second)], { sequence, role });
        check([text("", OPEN), more(first, OPEN), more("", OPEN), more(second)], {
          sequence,
          role,
        });
      }
      const all = Array.from(sequence.bytes, (byte) => more(Uint8Array.of(byte), OPEN));
      check([text("", OPEN), ...all, more()], { sequence, role });
    }
  });

  Deno.test(`${codec} lets binary messages hold what is no UTF-8`, () => {
    for (const { bytes } of UTF8_SEQUENCES) {
      const sent = [{ ...text(bytes.slice(0, 1), OPEN), opcode: 2 }, more(bytes.slice(1))];
      const chunks = [framesBytes(sent, { sender: role === "server" ? "client" : "server" })];
      const { messages } = decodeChunks(codecOf(role).session(), { chunks, role });
      assertEquals(messages, [{ binary: bytes }]);
    }
  });
}

/** Checks what comes of a text message: all of it, or its refusal behind the byte that tells. */
function check(
  frames: readonly Frame[],
  { sequence: { name, bytes, badAt }, role, before = "" }: {
    sequence: Utf8Sequence;
    role: Role;
    before?: string;
  },
): void {
  const all = bytesOf({ name, frames }, role);
  const said = before + new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  for (const chunks of [[all], cutEvery(all, 1), cutEvery(all, 3)]) {
    const outcome = decodeChunks(codecOf(role).session(), { chunks, role });
    if (badAt === undefined) {
      assertEquals(outcome.error, undefined, name);
      assertEquals(outcome.messages.at(-1), { text: said }, name);
    } else {
      assertEquals(outcome.error?.code, "bad-utf8", name);
      const refusal = refusalBytes(outcome.error!, 1007);
      assertEquals(outcome.written.slice(-refusal.length), refusal, name);
      assert(outcome.messages.every((message) => "ping" in message), name);
    }
  }
  if (badAt === undefined) return;
  const chunks = cutEvery(all, 1);
  const { refusedBehind } = decodeChunks(codecOf(role).session(), { chunks, role });
  assertEquals(
    refusedBehind,
    placeOf(frames, { at: new TextEncoder().encode(before).length + badAt, role }),
    name,
  );
}

/** Returns behind how many bytes of the stream the text's byte `at` has come, or its end. */
function placeOf(frames: readonly Frame[], { at, role }: { at: number; role: Role }): number {
  let passed = 0;
  let seen = 0;
  for (const one of frames) {
    const { length } = frameBytes(one, { sender: role === "server" ? "client" : "server" });
    const { payload, opcode } = one;
    if (opcode < 8 && at < seen + payload.length) {
      return passed + length - payload.length + at - seen + 1;
    }
    if (opcode < 8) seen += payload.length;
    passed += length;
  }
  return passed;
}

function checkRefused(
  chunks: readonly Uint8Array[],
  { role, bytes }: { role: Role; bytes: number },
): void {
  const { error, refusedBehind } = decodeChunks(codecOf(role).session(), { chunks, role });
  assertEquals([error?.code, refusedBehind, error?.offset], ["bad-utf8", bytes, bytes - 1]);
}

function firstBadByte(bytes: Uint8Array): number | undefined {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at <= bytes.length; at++) {
    try {
      decoder.decode(bytes.subarray(at, at + 1), { stream: at < bytes.length });
    } catch {
      return at;
    }
  }
  return undefined;
}
