import { bytes } from "../../codec/raw_bytes.ts";
import { assert, assertEquals } from "@std/assert";
import { parcel, type ParcelMessage, type ParcelOutgoing } from "../../codec/parcel/parcel.ts";
import { sha256 } from "../../codec/hashing.ts";
import {
  type FileSendResult,
  type FileSource,
  Inbox,
  type InboxEvent,
  type InboxOptions,
  type OpenFileSource,
  receiveFiles,
  type ReceiveFilesOptions,
} from "../../transfer/mod.ts";
import { ParcelSender, type ParcelSenderOptions } from "../../transfer/parcel/parcel_sender.ts";
import { Connection } from "../../mod.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { memoryPair, type MemoryTransport } from "../../testing/memory_transport.ts";
import { noSync } from "./no_sync.ts";

/** The test's end of a session: it says and hears single messages. */
export type ParcelPeer = Connection<ParcelMessage, ParcelOutgoing>;

/** What both sides of a test need. */
export interface Dialogue extends AsyncDisposable {
  readonly peer: ParcelPeer;
  readonly clock: FakeClock;
  /** What the session ended with; undefined where it ended well. */
  readonly ended: Promise<unknown>;
}

/** A receiver whose sender is the test. */
export interface Receiving extends Dialogue {
  readonly connection: ParcelPeer;
  readonly inbox: Inbox;
  /** The folder that files go into. */
  readonly folder: string;
  readonly events: InboxEvent[];
}

/** How {@linkcode openReceiver} receives. */
export interface OpenReceiverOptions
  extends Omit<ReceiveFilesOptions, "inbox" | "clock" | "onEvent"> {
  inbox?: InboxOptions;
  /** What it found there; the folder stays when the receiver is closed. */
  folder?: string;
  idleMs?: number;
}

/** Opens a receiver; the files that it made are gone when it is closed. */
export async function openReceiver(options: OpenReceiverOptions = {}): Promise<Receiving> {
  const { inbox: inboxOptions, idleMs = Infinity, ...rest } = options;
  const folder = options.folder ?? await Deno.makeTempDir();
  const inbox = await Inbox.open(folder, { minFreeBytes: 0, sync: noSync, ...inboxOptions });
  const clock = new FakeClock();
  const events: InboxEvent[] = [];
  const [ours, theirs] = memoryPair();
  const connection = new Connection(ours, parcel(), { clock, deadlines: { idleMs } });
  const peer = new Connection(theirs, parcel(), { clock });
  const receiving = receiveFiles(connection, {
    ...rest,
    inbox,
    clock,
    onEvent: (event) => void events.push(event),
  });
  const ended = outcomeOf(receiving, connection);
  return {
    peer,
    connection,
    clock,
    inbox,
    folder,
    events,
    ended,
    async [Symbol.asyncDispose]() {
      peer.abort();
      await ended;
      await connection.close();
      if (options.folder === undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Opens a receiver that has said welcome. */
export async function openWelcomed(options: OpenReceiverOptions = {}): Promise<Receiving> {
  const receiving = await openReceiver(options);
  const { peer } = receiving;
  await sayHello(peer);
  assertEquals((await peer.receive())?.type, "magic");
  assertEquals((await peer.receive())?.type, "welcome");
  return receiving;
}

/** A sender whose receiver is the test. */
export interface Sending extends Dialogue {
  readonly connection: Connection<Uint8Array>;
  /** Its end, below its messages. */
  readonly transport: MemoryTransport;
  /** What became of the files, by their paths. */
  readonly results: Map<string, FileSendResult>;
}

/** How {@linkcode openSender} sends. */
export interface OpenSenderOptions extends Omit<ParcelSenderOptions, "onDone"> {
  idleMs?: number;
  writeMs?: number;
}

/** Opens a sender of these files. */
export function openSender(
  sources: readonly FileSource[],
  { idleMs = Infinity, writeMs = Infinity, ...options }: OpenSenderOptions = {},
): Sending {
  const clock = new FakeClock();
  const results = new Map<string, FileSendResult>();
  const [ours, theirs] = memoryPair();
  const connection = new Connection(ours, bytes(), { clock, deadlines: { idleMs, writeMs } });
  const peer = new Connection(theirs, parcel(), { clock });
  const ended = outcomeOf(send(), connection);

  async function send(): Promise<void> {
    const sender = await ParcelSender.open(connection, {
      clock,
      ...options,
      onDone: ({ path }, result) => void results.set(path, result),
    });
    const left = [...sources];
    await sender.send(() => Promise.resolve(left.shift()));
  }

  return {
    peer,
    connection,
    transport: ours,
    clock,
    ended,
    results,
    async [Symbol.asyncDispose]() {
      peer.abort();
      await ended;
      await connection.close();
    },
  };
}

/** Waits for what a session ends with; its connection begins to close then, as a server closes it. */
async function outcomeOf(
  work: Promise<void>,
  connection: { close(): Promise<void> },
): Promise<unknown> {
  try {
    return void await work;
  } catch (error) {
    return error;
  } finally {
    void connection.close();
  }
}

/** A nonce. */
export const NONCE = "00112233445566778899aabbccddeeff";

/** Says what a sender says first. */
export async function sayHello(peer: ParcelPeer): Promise<void> {
  await peer.send({ type: "magic" });
  await peer.send({ type: "hello", agent: "test", nonce: NONCE });
}

/** Hears what a sender says first, and welcomes it. */
export async function sayWelcome(
  peer: ParcelPeer,
  changes: Partial<Extract<ParcelMessage, { type: "welcome" }>> = {},
): Promise<Extract<ParcelMessage, { type: "hello" }>> {
  assertEquals((await peer.receive())?.type, "magic");
  const hello = await hear(peer, "hello");
  await peer.send({ type: "magic" });
  await peer.send({
    type: "welcome",
    agent: "test",
    nonce: NONCE,
    auth: false,
    maxBlockBytes: 1 << 20,
    maxOffers: 64,
    ...changes,
  });
  return hello;
}

/** Waits for the next message, which has to be of a type. */
export async function hear<Type extends ParcelMessage["type"]>(
  peer: ParcelPeer,
  type: Type,
): Promise<Extract<ParcelMessage, { type: Type }>> {
  const message = await peer.receive();
  assertEquals(message?.type, type, `Heard ${JSON.stringify(message)}`);
  // Its type was compared.
  return message as Extract<ParcelMessage, { type: Type }>;
}

/** The bytes of a small file. */
export const HELLO: Uint8Array<ArrayBuffer> = new TextEncoder().encode("hello");
/** Begins file 1. */
export const START = { type: "start", id: 1, offset: 0 } as const satisfies ParcelOutgoing;
/** All of that small file, as file 1. */
export const DATA = {
  type: "data",
  id: 1,
  offset: 0,
  rawBytes: 0,
  bytes: HELLO,
} as const satisfies ParcelOutgoing;

/** Says what ends a file of these bytes. */
export function endOf(
  bytes: Uint8Array,
  { id = 1 }: { id?: number } = {},
): Extract<ParcelOutgoing, { type: "end" }> {
  return { type: "end", id, size: bytes.length, sha256: digestOf(bytes) };
}

/** Says the digests that a receiver asks for. */
export function digestsOf(
  bytes: Uint8Array,
  { id, offsets }: { id: number; offsets: readonly number[] },
): Extract<ParcelOutgoing, { type: "digests" }> {
  const sha256 = offsets.map((offset) => digestOf(bytes.subarray(0, offset)));
  return { type: "digests", id, sha256 };
}

/** Says one message after the other. */
export async function sayAll(
  peer: ParcelPeer,
  messages: readonly ParcelOutgoing[],
): Promise<void> {
  for (const message of messages) await peer.send(message);
}

/** Returns a message as it goes over the wire. */
export function frameOf(message: ParcelOutgoing): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parcel().encode(message));
}

/** Returns the offer of a file. */
export function offerOf(
  path: string,
  { id = 1, size = 5 }: { id?: number; size?: number | null } = {},
): Extract<ParcelOutgoing, { type: "offer" }> {
  return { type: "offer", id, kind: "file", path, size, mtimeMs: null };
}

/** Sends a whole file, from its offer on; returns what the receiver says at the end. */
export async function sendFile(
  peer: ParcelPeer,
  { path, bytes, id = 1 }: { path: string; bytes: Uint8Array; id?: number },
): Promise<ParcelMessage | undefined> {
  await peer.send(offerOf(path, { id, size: bytes.length }));
  let answer = await peer.receive();
  if (answer?.type === "compare") {
    await peer.send(digestsOf(bytes, answer));
    answer = await peer.receive();
  }
  if (answer?.type !== "accept") return answer;
  const { offset } = answer;
  await peer.send({ type: "start", id, offset });
  if (bytes.length > offset) {
    await peer.send({ type: "data", id, offset, rawBytes: 0, bytes: bytes.subarray(offset) });
  }
  await peer.send(endOf(bytes, { id }));
  return await peer.receive();
}

/** Returns the SHA-256 of bytes. */
export function digestOf(bytes: Uint8Array): string {
  const hash = sha256();
  hash.update(bytes);
  return hash.digest();
}

/** Returns bytes that differ everywhere, and between seeds. */
export function someBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761 >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** Returns a file that stands in memory. */
export function memorySource(
  path: string,
  bytes: Uint8Array,
  changes: Partial<FileSource> = {},
): FileSource {
  return {
    kind: "file",
    local: path,
    path,
    size: bytes.length,
    mtimeMs: null,
    open: () => Promise.resolve(openBytes(bytes)),
    ...changes,
  };
}

/** Returns bytes as an open file. */
export function openBytes(bytes: Uint8Array): OpenFileSource {
  let at = 0;
  return {
    read(into) {
      const count = Math.min(into.length, bytes.length - at);
      into.set(bytes.subarray(at, at += count));
      return Promise.resolve(count === 0 ? null : count);
    },
    seek(offset) {
      at = offset;
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Returns every file of a folder and of those in it, by its path there. */
export async function filesIn(folder: string, below = ""): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const entries = await Array.fromAsync(Deno.readDir(`${folder}/${below}`));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = below + name;
    if (!isDirectory) found.set(path, await Deno.readFile(`${folder}/${path}`));
    else for (const [file, bytes] of await filesIn(folder, `${path}/`)) found.set(file, bytes);
  }
  return found;
}

/** Waits until a folder holds so many bytes: what was sent is written some turns later. */
export async function untilThere(folder: string, bytes: number): Promise<void> {
  while (true) {
    let there = 0;
    for (const content of (await filesIn(folder)).values()) there += content.length;
    if (there >= bytes) return;
  }
}

/** Returns the paths of all files of a folder: those that are unfinished, and the others. */
export async function namesIn(folder: string): Promise<{ parts: string[]; whole: string[] }> {
  const names = [...(await filesIn(folder)).keys()];
  const isPart = (name: string) => name.endsWith(".part");
  return { parts: names.filter(isPart), whole: names.filter((name) => !isPart(name)) };
}

/** Fails where an inbox does not go on with a file behind what is there of it; leaves it as it is. */
export async function assertGoesOn(
  inbox: Inbox,
  { path, size, there }: { path: string; size: number; there: Uint8Array },
): Promise<void> {
  const offer = { path, size, mtimeMs: null };
  const offsets = await inbox.offsetsToCompare(offer);
  assert(offsets.includes(there.length), `It asks for ${offsets}`);
  const digests = new Map([[there.length, digestOf(there)]]);
  await using upload = await inbox.begin(offer, { digests });
  assertEquals(upload.size, there.length);
}

/** Fails where the inbox takes an unfinished file for one that a connection still writes. */
export async function assertNothingReserved(
  { inbox, folder }: { inbox: Inbox; folder: string },
  path: string,
): Promise<void> {
  const { parts } = await namesIn(folder);
  await using upload = await inbox.begin({ path, size: 1000, mtimeMs: null });
  await upload.start();
  const copies = (await namesIn(folder)).parts.map((name) => name.split("-").at(-1)).sort();
  assertEquals(copies, [...parts, ""].map((_, at) => `${at + 1}.part`));
}
