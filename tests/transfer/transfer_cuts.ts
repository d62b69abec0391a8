import { bytes } from "../../codec/raw_bytes.ts";
import { assert, assertEquals } from "@std/assert";
import { deflate } from "../../codec/deflate.ts";
import { parcel, type ParcelOutgoing } from "../../codec/parcel/parcel.ts";
import { simpleFileRequests } from "../../codec/simple_file/simple_file.ts";
import {
  type FileSource,
  Inbox,
  type InboxEvent,
  receiveFiles,
  receiveSimpleFiles,
} from "../../transfer/mod.ts";
import { ParcelSender } from "../../transfer/parcel/parcel_sender.ts";
import { Connection, ProtocolError } from "../../mod.ts";
import { cutAt, joined, utf8Bytes } from "../codec/support.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { memoryPair, MemoryTransport } from "../../testing/memory_transport.ts";
import { below, seededRandom } from "./random.ts";
import {
  assertNothingReserved,
  endOf,
  filesIn,
  frameOf,
  memorySource,
  NONCE,
  offerOf,
  someBytes,
} from "./dialogue.ts";
import { noSync } from "./no_sync.ts";

/** What is sent: nothing, a little, and blocks of which some are compressed. */
const FILES: readonly (readonly [path: string, bytes: Uint8Array<ArrayBuffer>])[] = [
  ["notes/empty.txt", new Uint8Array(0)],
  ["notes/small.txt", someBytes(1024, 1)],
  ["big.bin", joined([someBytes(5000, 2), new Uint8Array(9000), someBytes(6000, 3)])],
];
const BLOCK_BYTES = 2500;
const TREE = new Map(FILES.toSorted(([one], [other]) => one < other ? -1 : 1));
const SOURCES: readonly FileSource[] = FILES.map(([path, bytes]) => memorySource(path, bytes));

/** Returns all that a sender says to a receiver that has nothing yet: offers first, then one file after the other. */
async function parcelStream(): Promise<Uint8Array<ArrayBuffer>> {
  const said: ParcelOutgoing[] = [
    { type: "magic" },
    { type: "hello", agent: "test", nonce: NONCE },
    ...FILES.map(([path, { length }], id) => offerOf(path, { id, size: length })),
  ];
  for (const [id, [, bytes]] of FILES.entries()) {
    said.push({ type: "start", id, offset: 0 });
    for (let offset = 0; offset < bytes.length; offset += BLOCK_BYTES) {
      const block = bytes.subarray(offset, offset + BLOCK_BYTES);
      const packed = await deflate(block);
      said.push(
        packed.length < block.length
          ? { type: "data", id, offset, rawBytes: block.length, bytes: packed }
          : { type: "data", id, offset, rawBytes: 0, bytes: block },
      );
    }
    said.push(endOf(bytes, { id }), { type: "busy" });
  }
  return joined([...said, { type: "bye" } as const].map(frameOf));
}

/** Feeds a receiver with bytes in pieces of any size, to their end; returns what it ended with. */
async function feed(
  bytes: Uint8Array,
  { inbox, random, events }: { inbox: Inbox; random: () => number; events: InboxEvent[] },
): Promise<unknown> {
  const connection = new Connection(fed(bytes, random), parcel(), { clock: new FakeClock() });
  try {
    return void await receiveFiles(connection, {
      inbox,
      onEvent: (event) => void events.push(event),
    });
  } catch (error) {
    return error;
  } finally {
    connection.abort();
  }
}

function fed(bytes: Uint8Array, random: () => number): MemoryTransport {
  const transport = new MemoryTransport();
  const cuts = Array.from({ length: below(12, random) }, () => below(bytes.length + 1, random));
  transport.deliver(...cutAt(bytes, cuts).filter(({ length }) => length > 0));
  transport.finish();
  return transport;
}

/** Sends all files in a session that holds; returns where each one began. */
async function sendAll(inbox: Inbox): Promise<Map<string, number>> {
  const [ours, theirs] = memoryPair();
  const clock = new FakeClock();
  const receiver = new Connection(theirs, parcel(), { clock });
  const receiving = receiveFiles(receiver, { inbox });
  const starts = new Map<string, number>();
  const sender = await ParcelSender.open(new Connection(ours, bytes(), { clock }), {
    onStart: ({ path }, offset) => void starts.set(path, offset),
  });
  const left = [...SOURCES];
  await sender.send(() => Promise.resolve(left.shift()));
  await receiving;
  receiver.abort();
  return starts;
}

/** Fails where a file under a final name is not whole; returns how much there is of each unfinished one. */
function partsOf(found: Map<string, Uint8Array>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of found) {
    if (path.endsWith(".part")) parts.push(bytes);
    else assertEquals(bytes, TREE.get(path), `${path} is not what was sent`);
  }
  return parts;
}

/** Registers the tests of streams that are cut, or have a bit flipped, in so many ways. */
export function testTransferCuts(seeds: number): void {
  Deno.test(`receiveFiles() stores only whole files and goes on behind the rest when the stream is cut anywhere, ${seeds} times`, async () => {
    const stream = await parcelStream();
    let resumed = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const random = seededRandom(seed);
      const folder = await Deno.makeTempDir();
      const inbox = await Inbox.open(folder, { minFreeBytes: 0, sync: noSync });
      const events: InboxEvent[] = [];
      const cut = seed === 1 ? stream.length : below(stream.length + 1, random);
      const error = await feed(stream.subarray(0, cut), { inbox, random, events });
      const context = `seed ${seed}, cut at ${cut}`;
      assert(error === undefined || error instanceof ProtocolError, `${context}: ${error}`);
      const found = await filesIn(folder);
      const parts = partsOf(found);
      const stored = events.filter(({ type }) => type === "stored").length;
      assertEquals(found.size - parts.length, stored, context);
      assert(parts.length <= 1 && parts.every(({ length }) => length > 0), context);

      const starts = await sendAll(inbox);
      assertEquals(await filesIn(folder), TREE, context);
      for (const part of parts) {
        const [path] = FILES[stored] ?? [""];
        assertEquals(starts.get(path), part.length, context);
        resumed++;
      }
      if (seed % 50 === 0) await assertNothingReserved({ inbox, folder }, "other.bin");
      await Deno.remove(folder, { recursive: true });
    }
    assert(resumed > seeds / 10, `Only ${resumed} files could be resumed`);
  });

  Deno.test(`receiveFiles() stores nothing wrong when one bit of the stream is flipped, ${seeds} times`, async () => {
    const stream = await parcelStream();
    for (let seed = 1; seed <= seeds; seed++) {
      const random = seededRandom(seed);
      const folder = await Deno.makeTempDir();
      const inbox = await Inbox.open(folder, { minFreeBytes: 0, sync: noSync });
      const events: InboxEvent[] = [];
      const flipped = stream.slice();
      const at = below(stream.length, random);
      flipped[at]! ^= 1 << below(8, random);
      const error = await feed(flipped, { inbox, random, events });
      const context = `seed ${seed}, flipped at ${at}`;
      const found = await filesIn(folder);
      partsOf(found);
      // A frame's checksum shows it at once, a block's file at its end; a few bits of a compressed one mean nothing.
      const isRefused = events.some((event) =>
        event.type === "not-stored" && event.code === "digest-mismatch"
      );
      if (!isRefused && error === undefined) assertEquals(found, TREE, context);
      else if (!isRefused) assert(error instanceof ProtocolError, `${context}: ${error}`);
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`receiveSimpleFiles() stores only whole files and leaves nothing of the rest when the stream is cut anywhere, ${seeds} times`, async () => {
    const stream = joined(
      FILES.flatMap(([path, bytes]) => [
        utf8Bytes(`${bytes.length}::${path.split(".").pop()}::`),
        bytes,
      ]),
    );
    const ends: number[] = [];
    for (const [path, bytes] of FILES) {
      const header = `${bytes.length}::${path.split(".").pop()}::`.length;
      ends.push((ends.at(-1) ?? 0) + header + bytes.length);
    }
    for (let seed = 1; seed <= seeds; seed++) {
      const random = seededRandom(seed);
      const folder = await Deno.makeTempDir();
      const inbox = await Inbox.open(folder, { minFreeBytes: 0, sync: noSync });
      const events: InboxEvent[] = [];
      const cut = below(stream.length + 1, random);
      const transport = fed(stream.subarray(0, cut), random);
      const clock = new FakeClock();
      const connection = new Connection(transport, simpleFileRequests(), { clock });
      let error: unknown;
      try {
        await receiveSimpleFiles(connection, {
          inbox,
          clock,
          onEvent: (event) => void events.push(event),
        });
      } catch (caught) {
        error = caught;
      }
      connection.abort();
      const context = `seed ${seed}, cut at ${cut}: ${error}`;
      assert(error === undefined || error instanceof ProtocolError, context);
      assertEquals(error === undefined, cut === 0 || ends.includes(cut), context);
      const whole = FILES.filter((_, at) => (ends[at] ?? 0) <= cut);
      const found = await filesIn(folder);
      const paths = events.map(({ path, type }) => type === "stored" ? path : "");
      assertEquals(paths.map((path) => found.get(path)), whole.map(([, bytes]) => bytes), context);
      assertEquals(found.size, whole.length, context);
      await Deno.remove(folder, { recursive: true });
    }
  });
}
