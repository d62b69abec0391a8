import { assertEquals } from "@std/assert";
import { decodeStream } from "../../../codec/streams.ts";
import { SeededRandom } from "../../../testing/random.ts";
import { cutAt, cutEvery } from "../support.ts";
import {
  bytesOf,
  codecOf,
  decodeChunks,
  type Outcome,
  refusalBytes,
  refusedBehind,
  saidOf,
} from "./drive_sample.ts";
import { framesBytes } from "./frames.ts";
import { CLOSES } from "./samples/closes.ts";
import { FRAGMENTS } from "./samples/fragments.ts";
import { PINGS } from "./samples/pings.ts";
import { RESERVED } from "./samples/reserved.ts";
import type { FrameSample, Role } from "./samples/sample.ts";
import { SIZES_SAMPLES } from "./samples/sizes.ts";

/** Up to here bytes are cut at every place; those of longer ones that are looked at are around the heads. */
const SHORT_BYTES = 400;

for (const sample of [...SIZES_SAMPLES, ...PINGS, ...RESERVED, ...FRAGMENTS, ...CLOSES]) {
  for (const role of sample.role ? [sample.role] : ["server", "client"] as const) {
    const codec = `webSocket${role === "server" ? "Server" : "Client"}Codec`;
    const does = sample.refused ? "refuses" : "takes";
    Deno.test(`${codec} ${does} ${sample.name}`, () => check(sample, role));
  }
}

async function check(sample: FrameSample, role: Role): Promise<void> {
  const bytes = bytesOf(sample, role);
  const whole = decoded(sample, { role, chunks: [bytes] });
  checkOutcome(whole, sample);
  for (const chunks of cutsOf(bytes)) {
    const { messages, error, written } = decoded(sample, { role, chunks });
    assertEquals(messages, whole.messages);
    assertEquals(error?.message, whole.error?.message);
    assertEquals(error?.offset, whole.error?.offset);
    assertEquals(written, whole.written);
  }
  const behind = refusedBehind(sample, role);
  if (behind !== undefined) {
    const byByte = decoded(sample, { role, chunks: cutEvery(bytes, 1) });
    assertEquals(byByte.refusedBehind, behind, "the byte behind which it is refused");
  }
  await checkStream(sample, { role, bytes });
}

function decoded(
  { limits }: FrameSample,
  { role, chunks }: { role: Role; chunks: readonly Uint8Array[] },
): Outcome {
  return decodeChunks(codecOf(role, { limits }).session(), { chunks, role });
}

function checkOutcome({ messages, error, written }: Outcome, sample: FrameSample): void {
  const { says = [], answers = [], refused } = sample;
  assertEquals(messages, says);
  assertEquals(error?.code, refused?.code, error?.message);
  const answered = framesBytes(answers, { sender: "server" });
  assertEquals(written.subarray(0, answered.length), answered);
  const refusal = error && refused ? refusalBytes(error, refused.close) : new Uint8Array(0);
  assertEquals(written.subarray(answered.length), refusal);
}

/** Every cut in two, byte by byte, and some at random. */
function cutsOf(bytes: Uint8Array): Uint8Array[][] {
  const { length } = bytes;
  const random = new SeededRandom(1);
  const places = length <= SHORT_BYTES
    ? Array.from({ length }, (_, at) => at)
    : [...Array(20).keys()].flatMap((at) => [at, length - at]);
  const several = Array.from({ length: 5 }, () => [1, 2, 3, 4].map(() => random.upTo(length)));
  return [
    cutEvery(bytes, length <= 10_000 ? 1 : 997),
    ...places.map((at) => cutAt(bytes, [at])),
    ...several.map((positions) => cutAt(bytes, positions)),
  ];
}

async function checkStream(
  { limits, says = [], refused }: FrameSample,
  { role, bytes }: { role: Role; bytes: Uint8Array<ArrayBuffer> },
): Promise<void> {
  const chunks = ReadableStream.from(cutEvery(bytes, Math.max(1, bytes.length >> 1)));
  const stream = chunks.pipeThrough(decodeStream(codecOf(role, { limits })));
  const messages = [];
  let code: unknown;
  try {
    for await (const message of stream) messages.push(saidOf(message));
  } catch (error) {
    code = (error as { code?: unknown }).code;
  }
  assertEquals(messages, says);
  // A sample that is refused by nothing may end inside a frame.
  if (refused) assertEquals(code, refused.code);
}
