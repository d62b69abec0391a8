import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { hmacSha256 } from "../../../codec/hashing.ts";
import type { ParcelMessage } from "../../../codec/parcel/parcel.ts";
import {
  type FileSource,
  type OpenFileSource,
  type ReadContent,
  TokenWantedError,
} from "../../../transfer/mod.ts";
import { ClosedError, ProtocolError } from "../../../mod.ts";
import { sealed } from "../../codec/parcel/parcel_frames.ts";
import { utf8Bytes } from "../../codec/support.ts";
import { turns } from "../../../testing/turns.ts";
import {
  digestOf,
  digestsOf,
  endOf,
  frameOf,
  hear,
  HELLO,
  memorySource,
  NONCE,
  openBytes,
  openSender,
  type ParcelPeer,
  sayWelcome,
  someBytes,
} from "../dialogue.ts";

/** Takes one file whole, and says that it is stored. */
async function takeFile(peer: ParcelPeer): Promise<Uint8Array> {
  const { id, path, size } = await hear(peer, "offer");
  await peer.send({ type: "accept", id, offset: 0 });
  assertEquals(await hear(peer, "start"), { type: "start", id, offset: 0 });
  const bytes = await takeBlocks(peer, size ?? 0);
  const end = await hear(peer, "end");
  assertEquals(end, endOf(bytes, { id }));
  await peer.send({ type: "stored", id, path, size: end.size, same: false, sha256: end.sha256 });
  return bytes;
}

async function takeBlocks(peer: ParcelPeer, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const { offset, bodyBytes } = await hear(peer, "data");
    assertEquals(offset, at);
    for (const end = at + bodyBytes; at < end;) at += await peer.readBody(bytes.subarray(at, end));
  }
  return bytes;
}

async function takeBye(peer: ParcelPeer): Promise<void> {
  await hear(peer, "bye");
  await peer.send({ type: "bye" });
}

Deno.test("ParcelSender sends its files in blocks and says goodbye when they are stored", async () => {
  const big = someBytes(2_500_000);
  await using sending = openSender([memorySource("a.txt", HELLO), memorySource("b.bin", big)], {});
  const { peer, ended, results } = sending;
  await sayWelcome(peer);
  // Both offers are made before the first one is answered.
  const [first, second] = [await hear(peer, "offer"), await hear(peer, "offer")];
  assertEquals([first.id, first.path, second.id, second.path], [1, "a.txt", 2, "b.bin"]);
  await peer.send({ type: "accept", id: 2, offset: 0 });
  await peer.send({ type: "accept", id: 1, offset: 0 });
  await hear(peer, "start");
  assertEquals(await takeBlocks(peer, big.length), big);
  await hear(peer, "end");
  await hear(peer, "start");
  assertEquals(await takeBlocks(peer, 5), HELLO);
  await hear(peer, "end");
  for (const [id, path, bytes] of [[1, "a (1).txt", HELLO], [2, "b.bin", big]] as const) {
    const { size, sha256 } = endOf(bytes);
    await peer.send({ type: "stored", id, path, size, sha256, same: id === 2 });
  }
  await takeBye(peer);
  assertEquals(await ended, undefined);
  const sha256 = digestOf(HELLO);
  const said = { path: "a (1).txt", size: 5, sha256 };
  assertEquals(results.get("a.txt"), { outcome: "stored", ...said });
  assertEquals(results.get("b.bin")?.outcome, "same");
});

Deno.test("ParcelSender keeps its blocks within the receiver's maxBlockBytes, and its offers within maxOffers", async () => {
  const sources = ["a", "b", "c"].map((path) => memorySource(path, someBytes(10)));
  await using sending = openSender(sources);
  const { peer, ended, results } = sending;
  await sayWelcome(peer, { maxBlockBytes: 4, maxOffers: 1 });
  for (let file = 0; file < 3; file++) {
    const { id, path, size } = await hear(peer, "offer");
    await peer.send({ type: "accept", id, offset: 0 });
    await hear(peer, "start");
    const sizes: number[] = [];
    for (let at = 0; at < 10;) {
      const { bodyBytes } = await hear(peer, "data");
      sizes.push(bodyBytes);
      at += await peer.readBody(new Uint8Array(4));
    }
    assertEquals(sizes, [4, 4, 2]);
    await hear(peer, "end");
    await peer.send({ type: "busy" });
    await peer.send({ type: "stored", id, path, size: size ?? 0, same: false });
  }
  await takeBye(peer);
  assertEquals(await ended, undefined);
  assertEquals(results.size, 3);
});

Deno.test("ParcelSender offers folders, and the time and the mode of what has them", async () => {
  const changes = { mtimeMs: 1234.5, mode: 0o640 };
  const folder = { ...memorySource("empty", new Uint8Array(0)), kind: "folder" } as const;
  await using sending = openSender([memorySource("a", HELLO, changes), folder]);
  const { peer, results } = sending;
  await sayWelcome(peer);
  const { mtimeMs, mode } = await hear(peer, "offer");
  assertEquals([mtimeMs, mode], [1235, 0o640]);
  const { kind, id } = await hear(peer, "offer");
  assertEquals(kind, "folder");
  await peer.send({ type: "refused", id: 1, code: "exists", reason: "no" });
  await peer.send({ type: "stored", id, path: "empty", size: 0, same: false });
  await takeBye(peer);
  assertEquals([...results.values()].map(({ outcome }) => outcome), ["refused", "stored"]);
});

for (
  const [what, offsets, from] of [
    ["where the receiver says, behind what it has shown that it has", [600], 600],
    ["at its end when the receiver has all of it but its name", [1000], 1000],
    ["at 0 when what the receiver has is of something else", [600, 1000], 0],
    ["at one of many offsets, in any order", [1000, 1, 600, 600], 600],
  ] as const
) {
  Deno.test(`ParcelSender begins ${what}`, async () => {
    const told: unknown[] = [];
    await using sending = openSender([memorySource("a", someBytes(1000))], {
      onCompare: (_, bytes) => void told.push(bytes),
      onStart: (_, at) => void told.push("start", at),
    });
    const { peer } = sending;
    await sayWelcome(peer);
    await hear(peer, "offer");
    await peer.send({ type: "compare", id: 1, offsets });
    assertEquals(await hear(peer, "digests"), digestsOf(someBytes(1000), { id: 1, offsets }));
    await peer.send({ type: "accept", id: 1, offset: from });
    assertEquals((await hear(peer, "start")).offset, from);
    if (from < 1000) assertEquals((await hear(peer, "data")).offset, from);
    for (let left = 1000 - from; left > 0;) left -= await peer.readBody(new Uint8Array(1000));
    assertEquals(await hear(peer, "end"), endOf(someBytes(1000)));
    assertEquals(told.slice(-3), [Math.max(...offsets), "start", from]);
  });
}

Deno.test("ParcelSender sends nothing of a file when the receiver has it already", async () => {
  const sources = [memorySource("a", HELLO), memorySource("b", HELLO)];
  await using sending = openSender(sources);
  const { peer, ended, results } = sending;
  await sayWelcome(peer);
  const offers = [await hear(peer, "offer"), await hear(peer, "offer")];
  for (const [at, sha256] of [digestOf(HELLO), "0".repeat(64)].entries()) {
    const { id, path } = offers[at]!;
    await peer.send({ type: "compare", id, offsets: [5] });
    await hear(peer, "digests");
    await peer.send({ type: "stored", id, path, size: 5, same: true, sha256 });
  }
  await takeBye(peer);
  assertEquals(await ended, undefined);
  assertEquals([...results.values()].map(({ outcome }) => outcome), ["same", "failed"]);
});

Deno.test("ParcelSender says busy while it reads for a digest that takes long", async () => {
  let goOn = () => {};
  const slow = {
    ...openBytes(HELLO),
    read(into: Uint8Array) {
      into.set(HELLO);
      return new Promise<number>((resolve) => goOn = () => resolve(5));
    },
  };
  await using sending = openSender([
    memorySource("a", HELLO, { open: () => Promise.resolve(slow) }),
  ]);
  const { peer, clock } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  await peer.send({ type: "compare", id: 1, offsets: [5] });
  for (let times = 0; times < 3; times++) {
    await turns(20);
    await clock.advance(5_000);
    await hear(peer, "busy");
  }
  goOn();
  await hear(peer, "digests");
});

Deno.test("ParcelSender proves itself and asks for a proof when it has a token", async () => {
  await using sending = openSender([], { token: "open sesame" });
  const { peer, ended } = sending;
  const { nonce } = await sayWelcome(peer, { auth: true });
  const mac = (side: string) => hmacSha256("open sesame", `parcel ${side} ${nonce}${NONCE}`);
  assertEquals((await hear(peer, "proof")).mac, mac("sender"));
  await peer.send({ type: "ready", mac: mac("receiver") });
  await takeBye(peer);
  assertEquals(await ended, undefined);
});

Deno.test("ParcelSender offers nothing when the receiver does not know the token", async () => {
  await using sending = openSender([memorySource("a", HELLO)], { token: "open sesame" });
  const { peer, ended } = sending;
  await sayWelcome(peer, { auth: true });
  // It gives the sender's own proof back.
  await peer.send({ type: "ready", mac: (await hear(peer, "proof")).mac });
  assertEquals(await endOfSession(ended), "Cannot send: the receiver does not know the token");
  assertEquals(await peer.receive(), undefined);
});

Deno.test("ParcelSender offers nothing when it has a token and the receiver asks for none", async () => {
  await using sending = openSender([memorySource("a", HELLO)], { token: "open sesame" });
  const { peer, ended } = sending;
  await sayWelcome(peer);
  assertMatch(await endOfSession(ended), /^Cannot send: the receiver asks for no token, /);
  assertEquals(await peer.receive(), undefined);
});

Deno.test("ParcelSender ends with a TokenWantedError when the receiver wants a token and it has none", async () => {
  await using sending = openSender([memorySource("a", HELLO)]);
  const { peer, ended } = sending;
  await sayWelcome(peer, { auth: true });
  const error = await ended;
  assertInstanceOf(error, TokenWantedError);
  assertEquals([error.name, error.by], ["TokenWantedError", "peer"]);
  assertEquals(error.message, "Cannot send: the receiver wants a token");
  assertEquals(await peer.receive(), undefined);
});

async function endOfSession(ended: Promise<unknown>): Promise<string> {
  const error = await ended;
  assertInstanceOf(error, ClosedError);
  return error.message;
}

Deno.test("ParcelSender says what the receiver says when that is a line of text", async () => {
  await using sending = openSender([memorySource("a", HELLO)]);
  const { peer, ended } = sending;
  await peer.sendBytes(utf8Bytes("error: the server is full\n"));
  assertEquals(
    await endOfSession(ended),
    'Cannot send: the receiver says "error: the server is full"',
  );
});

for (const text of ["", "HTTP"]) {
  Deno.test(`ParcelSender says that the receiver hung up when "${text}" is all it says`, async () => {
    await using sending = openSender([memorySource("a", HELLO)]);
    const { peer, ended } = sending;
    await peer.sendBytes(utf8Bytes(text));
    await peer.closeWrite();
    const error = await ended;
    assert(error instanceof ClosedError || error instanceof ProtocolError);
    assertMatch(error.message, text === "" ? /the receiver hung up$/ : /^Cannot /);
  });
}

Deno.test("ParcelSender refuses a receiver of version 1, and one that greets with something else", async () => {
  for (
    const [bytes, wanted] of [
      [utf8Bytes("PARCEL/1\n"), /^Cannot speak parcel: .*got "PARCEL\/1"$/],
      [
        join(frameOf({ type: "magic" }), frameOf({ type: "busy" })),
        /the receiver said "busy" and not "welcome"$/,
      ],
      [
        join(
          frameOf({ type: "magic" }),
          frameOf({ type: "error", code: "full", reason: "I am full" }),
        ),
        /^Cannot send: I am full$/,
      ],
      [join(frameOf({ type: "magic" }), sealed(0x22, HELLO)), /there is no type 0x22$/],
    ] as const
  ) {
    await using sending = openSender([memorySource("a", HELLO)]);
    await sending.peer.sendBytes(bytes);
    const error = await sending.ended;
    assert(error instanceof Error);
    assertMatch(error.message, wanted);
    assertEquals(sending.results.size, 0);
  }
});

function join(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

Deno.test("ParcelSender goes on with the next file when one cannot be opened", async () => {
  const missing: Partial<FileSource> = {
    open: () => Promise.reject(new Deno.errors.NotFound("No such file")),
  };
  await using sending = openSender([memorySource("a", HELLO, missing), memorySource("b", HELLO)]);
  const { peer, ended, results } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  await peer.send({ type: "accept", id: 1, offset: 0 });
  await hear(peer, "offer").then(({ id }) => assertEquals(id, 2));
  const reason = "there is no such file";
  assertEquals(await hear(peer, "cancel"), { type: "cancel", id: 1, reason });
  assertEquals(results.get("a"), { outcome: "failed", code: "unreadable", reason });
  await peer.send({ type: "refused", id: 2, code: "no-space", reason: "full" });
  await takeBye(peer);
  assertEquals(await ended, undefined);
});

/** What becomes of a file while it is sent, and what its sender says then. */
const CHANGES: readonly (readonly [string, Partial<OpenFileSource>, ParcelMessage, string])[] = [
  [
    "it became shorter",
    { read: readThen(2, () => null) },
    { type: "cancel", id: 1, reason: "it became shorter while it was sent" },
    "changed",
  ],
  [
    "it was changed",
    { isStill: () => Promise.resolve(false) },
    { type: "cancel", id: 1, reason: "it was changed while it was sent" },
    "changed",
  ],
  [
    "a read fails",
    {
      read: readThen(2, () => {
        throw new Error("Input/output error (os error 5)");
      }),
    },
    { type: "cancel", id: 1, reason: "Input/output error" },
    "unreadable",
  ],
];

function readThen(count: number, then: () => null): OpenFileSource["read"] {
  let isRead = false;
  return async (into) => {
    if (isRead) return await Promise.resolve().then(then);
    isRead = true;
    into.set(HELLO.subarray(0, count));
    return count;
  };
}

for (const [what, changes, said, code] of CHANGES) {
  Deno.test(`ParcelSender cancels a file and goes on with the next one when ${what}`, async () => {
    const open = () => Promise.resolve({ ...openBytes(HELLO), ...changes });
    const sources = [memorySource("a", HELLO, { open }), memorySource("b", HELLO)];
    await using sending = openSender(sources);
    const { peer, ended, results } = sending;
    await sayWelcome(peer, { maxOffers: 1 });
    await hear(peer, "offer");
    await peer.send({ type: "accept", id: 1, offset: 0 });
    await hear(peer, "start");
    let message = await peer.receive();
    while (message?.type === "data" || message?.type === "body") message = await peer.receive();
    assertEquals(message, said);
    const result = results.get("a");
    assert(result?.outcome === "failed" && result.code === code);
    assertEquals(await takeFile(peer), HELLO);
    await takeBye(peer);
    assertEquals(await ended, undefined);
  });
}

Deno.test("ParcelSender asks of what it has sent whether the file still holds it", async () => {
  const asked: unknown[] = [];
  const isStill = ({ bytes, sha256 }: ReadContent) => {
    asked.push(bytes, sha256);
    return Promise.resolve(true);
  };
  const open = () => Promise.resolve({ ...openBytes(HELLO), isStill });
  await using sending = openSender([memorySource("a", HELLO, { open })]);
  const { peer, ended, results } = sending;
  await sayWelcome(peer);
  assertEquals(await takeFile(peer), HELLO);
  await takeBye(peer);
  assertEquals(await ended, undefined);
  assertEquals(asked, [5, digestOf(HELLO)]);
  assertEquals(results.get("a")?.outcome, "stored");
});

for (
  const path of ["../../etc/hostname", "/etc/hostname", "in/../../x", "other/a", "a", "in/b/c"]
) {
  Deno.test(`ParcelSender takes a file for not stored when the receiver says that it is at ${path}`, async () => {
    await using sending = openSender([memorySource("in/a", HELLO)]);
    const { peer, ended, results } = sending;
    await sayWelcome(peer);
    await hear(peer, "offer");
    await peer.send({ type: "accept", id: 1, offset: 0 });
    while ((await peer.receive())?.type !== "end");
    await peer.send({ type: "stored", id: 1, path, size: 5, sha256: digestOf(HELLO), same: false });
    await takeBye(peer);
    assertEquals(await ended, undefined);
    const result = results.get("in/a");
    assert(result?.outcome === "failed");
    const reason = `the receiver says that it stored it as "${path}"`;
    assertEquals([result.code, result.reason], ["bad-name", reason]);
  });
}
