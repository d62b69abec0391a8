// One of the two files of codec/ that need the runtime: both Deno and Node have node:zlib. Nothing that codec/mod.ts
// exports imports it, so the codecs run in a browser.

import { constants, createDeflateRaw, createInflateRaw, deflateRaw, inflateRaw } from "node:zlib";
import { copyOf, takeMemory } from "./bytes/memory.ts";
import { ProtocolError } from "./errors.ts";
import type {
  CompressionDirection,
  DeflateEngine,
  MessageDeflater,
  MessageInflater,
} from "./websocket/compression.ts";
import { tooLong } from "./websocket/errors.ts";

/** The fastest level: a network that is slower than it is what compression is for. */
const LEVEL = 1;
/** zlib takes no smaller ones. */
const MIN_CHUNK_BYTES = 64;

/** What zlib gives where it is asked for `info`. */
interface Inflated {
  buffer: Uint8Array;
  /** It counts the bytes that it took: what stands behind the end is not among them. */
  engine: { bytesWritten: number };
}

/** Returns bytes as raw deflate (RFC 1951); another thread does the work. */
export function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, { level: LEVEL }, (error, packed) => error ? reject(error) : resolve(packed));
  });
}

/**
 * Returns what raw deflate (RFC 1951) stands for; another thread does the work, and stops where more comes out.
 *
 * @throws {ProtocolError} `bad-compression`: it is no deflate and nothing else, or not exactly `rawBytes` come out.
 */
export function inflate(
  packed: Uint8Array,
  { rawBytes, offset }: { rawBytes: number; offset: number },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = {
      maxOutputLength: Math.max(1, rawBytes),
      // One piece as large as the whole is three times as fast as the default's many.
      chunkSize: Math.max(MIN_CHUNK_BYTES, rawBytes),
      info: true,
    };
    inflateRaw(packed, options, (error, result) => {
      // What `info` adds is not in its declared type.
      const { buffer, engine } = (result ?? {}) as unknown as Partial<Inflated>;
      const isWhole = engine?.bytesWritten === packed.length;
      if (!error && isWhole && buffer?.length === rawBytes) return resolve(buffer);
      const received = error || !isWhole ? "something else" : `${buffer?.length} bytes`;
      const message = `Cannot inflate block at offset ${offset}: ` +
        `expected deflate of ${rawBytes} bytes, got ${received}`;
      const expected = `deflate of ${rawBytes} bytes`;
      const said = { code: "bad-compression", side: "remote", offset, expected, received } as const;
      reject(new ProtocolError(message, { ...said, ...error && { cause: error } }));
    });
  });
}

const { Z_BLOCK, Z_SYNC_FLUSH, Z_RLE, Z_DEFAULT_STRATEGY } = constants;
/** For short messages: the next level takes twice the time for a hundredth, the one below makes a fifth more. */
const MESSAGE_LEVEL = 2;
/** Less memory that has to be made clean for each message, and no more bytes. */
const MESSAGE_MEMORY_LEVEL = 6;
/** The end of a flush, which stands behind no message (RFC 7692, 7.2.1). */
const FLUSH_BYTES = 4;
/** That end, and a byte that tells whether it was taken for one: then a block begins with it. */
const FLUSH_AND_NEXT = Uint8Array.of(0, 0, 0xff, 0xff, 0);
/** A message may end a stream and begin another one (7.2.3.4); each costs as much as a short message. */
const MAX_ENDED_STREAMS = 1024;
const OUTPUT_BYTES = 64 * 1024;

/** What comes out stands here for a moment: nothing else runs meanwhile. */
let output: Uint8Array<ArrayBuffer> | undefined;

/**
 * What of zlib's streams answers at once. No documentation has it, but every Node has, and Deno and Bun after it; other packages
 * have relied on it for ten years. The documented calls that answer at once forget everything between two messages, cost ten times
 * as much, and in Deno they do not know `dictionary`.
 */
interface SynchronousStream {
  readonly _handle: {
    onerror: (message: string) => void;
    close(): void;
    reset(): void;
    writeSync(
      flush: number,
      ...inputAndOutput: [Uint8Array, number, number, Uint8Array, number, number]
    ): void;
  };
  /** How much room is left of the output, and how much of the input, after each call. */
  readonly _writeState: Uint32Array;
}

/** Deno keeps the memory of a stream until it is closed, even where nobody has the stream any more. */
const forgotten = new FinalizationRegistry<SynchronousStream>(({ _handle }) => _handle.close());

/** A stream of zlib that does its work at once. */
class Stream {
  readonly #stream: SynchronousStream;
  /** Not this object itself, which the stream would keep from being forgotten. */
  readonly #state = { isBroken: false };
  /** Bytes of the input that were not taken. */
  inputLeft = 0;
  /** What came out; it holds until anything else is run. */
  output: Uint8Array = new Uint8Array(0);

  constructor(stream: unknown) {
    // Its type does not have what is said above; the tests of compression hold every runtime to it.
    this.#stream = stream as SynchronousStream;
    const state = this.#state;
    this.#stream._handle.onerror = () => state.isBroken = true;
    forgotten.register(this, this.#stream, this);
  }

  /** Forgets what went before. */
  reset(): void {
    this.#state.isBroken = false;
    this.#stream._handle.reset();
  }

  /** Gives its memory up. Nothing may follow: Node would end the process. */
  close(): void {
    forgotten.unregister(this);
    this.#stream._handle.close();
  }

  /** Takes input, from `from` on, as far as there is room for what comes out; says false where it is broken. */
  run(input: Uint8Array, { from, flush }: { from: number; flush: number }): boolean {
    const room = output ??= new Uint8Array(OUTPUT_BYTES);
    const { _handle: handle, _writeState: state } = this.#stream;
    handle.writeSync(flush, input, from, input.length - from, room, 0, OUTPUT_BYTES);
    if (this.#state.isBroken) return false;
    this.inputLeft = state[1]!;
    this.output = room.subarray(0, OUTPUT_BYTES - state[0]!);
    return true;
  }

  /** There was no room for more. */
  get isFull(): boolean {
    return this.output.length === OUTPUT_BYTES;
  }
}

/** Bytes that come in pieces, which are copied. */
class Pieces {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  length = 0;

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(copyOf(piece));
    this.length += piece.length;
  }

  /** Returns all but the last `without` bytes. */
  joined(without = 0): Uint8Array<ArrayBuffer> {
    const [only, ...others] = this.#pieces;
    if (only && others.length === 0) return only.subarray(0, this.length - without);
    const bytes = takeMemory(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes.subarray(0, this.length - without);
  }
}

class Deflater implements MessageDeflater {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  release(): void {
    this.#streams.release();
  }

  deflate(message: Uint8Array): Uint8Array {
    // Zlib flushes nothing where nothing came.
    if (message.length === 0) return new Uint8Array(1);
    const stream = this.#streams.next();
    const pieces = new Pieces();
    let from = 0;
    do {
      stream.run(message, { from, flush: Z_SYNC_FLUSH });
      pieces.add(stream.output);
      from = message.length - stream.inputLeft;
    } while (stream.isFull);
    return pieces.joined(FLUSH_BYTES);
  }
}

class Inflater implements MessageInflater {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  release(): void {
    this.#streams.release();
  }

  inflate(
    message: Uint8Array,
    { maxBytes, offset }: { maxBytes: number; offset: number },
  ): Uint8Array<ArrayBuffer> {
    const stream = this.#streams.next();
    const pieces = new Pieces();
    let from = 0;
    let endedStreams = 0;
    do {
      if (!stream.run(message, { from, flush: Z_SYNC_FLUSH })) throw noDeflate(offset);
      const got = pieces.length + stream.output.length;
      if (got > maxBytes) throw tooLong({ max: maxBytes, got, atLeast: true, offset });
      pieces.add(stream.output);
      from = message.length - stream.inputLeft;
      if (stream.isFull || stream.inputLeft === 0) continue;
      // What it does not take although there is room stands behind a last block.
      if (++endedStreams > MAX_ENDED_STREAMS) throw noDeflate(offset);
      stream.reset();
    } while (stream.isFull || stream.inputLeft > 0);
    requireEnd(stream, offset);
    return pieces.joined();
  }
}

/** Refuses a message that does not end where the end of a flush belongs (RFC 7692, 7.2.2), or at the end of a last block. */
function requireEnd(stream: Stream, offset: number): void {
  // Up to the end of a block, and no further.
  const isSound = stream.run(FLUSH_AND_NEXT, { from: 0, flush: Z_BLOCK });
  const { inputLeft, output: more } = stream;
  if (isSound && more.length === 0 && (inputLeft === 1 || inputLeft === FLUSH_AND_NEXT.length)) {
    return;
  }
  throw noDeflate(offset);
}

function noDeflate(offset: number): ProtocolError {
  const [expected, received] = ["raw deflate", "something else"];
  const message =
    `Cannot inflate message at offset ${offset}: expected ${expected}, got ${received}`;
  return new ProtocolError(message, {
    code: "bad-compression",
    side: "remote",
    offset,
    expected,
    received,
  });
}

/** The window of 256 bytes that a peer may ask for is none that zlib keeps to, unless it looks back by one byte alone. */
function deflating(windowBits: number): Stream {
  const isSmallest = windowBits === 8;
  return new Stream(createDeflateRaw({
    level: MESSAGE_LEVEL,
    memLevel: MESSAGE_MEMORY_LEVEL,
    windowBits: isSmallest ? 9 : windowBits,
    strategy: isSmallest ? Z_RLE : Z_DEFAULT_STRATEGY,
  }));
}

function inflating(windowBits: number): Stream {
  return new Stream(createInflateRaw({ windowBits }));
}

type MakeStream = (windowBits: number) => Stream;

/** Without takeover, all connections share a stream for each size of window. */
const sharedStreams = new Map<MakeStream, Map<number, Stream>>();

/** Gives the stream of one direction for its next message. None takes memory before it is used. */
class Streams {
  readonly #make: MakeStream;
  readonly #direction: CompressionDirection;
  #own: Stream | undefined;

  constructor(make: MakeStream, direction: CompressionDirection) {
    this.#make = make;
    this.#direction = direction;
  }

  next(): Stream {
    const { windowBits, takeover } = this.#direction;
    if (takeover) return this.#own ??= this.#make(windowBits);
    const shared = this.#shared(windowBits);
    shared.reset();
    return shared;
  }

  release(): void {
    this.#own?.close();
    this.#own = undefined;
  }

  #shared(windowBits: number): Stream {
    let ofKind = sharedStreams.get(this.#make);
    if (!ofKind) sharedStreams.set(this.#make, ofKind = new Map());
    let stream = ofKind.get(windowBits);
    if (!stream) ofKind.set(windowBits, stream = this.#make(windowBits));
    return stream;
  }
}

/**
 * Raw deflate for the messages of WebSocket, at once and on this thread: they are short, and another thread costs more than it
 * saves. With takeover a connection that has compressed anything holds 160 KiB for what it sends and 44 KiB for what it receives,
 * until it is over.
 */
export const deflateEngine: DeflateEngine = {
  deflater: (direction) => new Deflater(new Streams(deflating, direction)),
  inflater: (direction) => new Inflater(new Streams(inflating, direction)),
};
