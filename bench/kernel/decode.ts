// Decodes what it is told to, in several passes, and prints the median speed. Arguments: CONTENDER
//   lines, text-line-stream: 80-byte lines in 64 KiB chunks, prints lines a second
//   length-prefixed: one 64 MiB message in 1 KiB chunks, prints milliseconds
import { TextLineStream } from "@std/streams";
import { decodeStream, lengthPrefixed, lines } from "../../mod.ts";
import { median } from "../figures.ts";

const LINE_COUNT = 1_000_000;
const chunks = chunksOf(new TextEncoder().encode(("x".repeat(80) + "\n").repeat(LINE_COUNT)));

function chunksOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const size = 64 * 1024;
  return Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, at) => bytes.subarray(at * size, (at + 1) * size),
  );
}

async function countLines(stream: ReadableStream<string>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}

function decodeAll(): number {
  const decoder = lines().decoder();
  let count = 0;
  for (const chunk of chunks) {
    decoder.push(chunk);
    while (decoder.next() !== undefined) count++;
  }
  return count;
}

/** Returns the median speed of several passes, behind two that warm up. */
async function timed(task: () => number | Promise<number>): Promise<number> {
  const speeds: number[] = [];
  for (let pass = 0; pass < 9; pass++) {
    const start = performance.now();
    const count = await task();
    if (count !== LINE_COUNT) throw new Error(`Decoded ${count} lines of ${LINE_COUNT}`);
    if (pass >= 2) speeds.push(count / (performance.now() - start) * 1000);
  }
  return median(speeds);
}

function largeMessageMs(): number {
  const length = 64 * 1024 * 1024;
  const codec = lengthPrefixed({ maxBytes: length });
  const bytes = codec.encode(new Uint8Array(length));
  const decoder = codec.decoder();
  const start = performance.now();
  let message: Uint8Array | undefined;
  for (let at = 0; at < bytes.length; at += 1024) {
    decoder.push(bytes.subarray(at, at + 1024));
    message = decoder.next();
  }
  if (message?.length !== length) throw new Error("The message did not come out whole");
  return performance.now() - start;
}

const [contender] = Deno.args;
if (contender === "lines") console.log(await timed(decodeAll));
else if (contender === "lines-stream") {
  const stream = () => ReadableStream.from(chunks).pipeThrough(decodeStream(lines()));
  console.log(await timed(() => countLines(stream())));
} else if (contender === "text-line-stream") {
  const stream = () =>
    ReadableStream.from(chunks).pipeThrough(new TextDecoderStream()).pipeThrough(
      new TextLineStream(),
    );
  console.log(await timed(() => countLines(stream())));
} else console.log(largeMessageMs());
