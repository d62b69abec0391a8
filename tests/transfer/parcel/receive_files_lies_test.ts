import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import type { ParcelOutgoing } from "../../../codec/parcel/parcel.ts";
import { deflate } from "../../../codec/deflate.ts";
import { LimitError, ProtocolError } from "../../../mod.ts";
import { utf8Bytes } from "../../codec/support.ts";
import {
  assertGoesOn,
  assertNothingReserved,
  DATA,
  digestOf,
  endOf,
  filesIn,
  frameOf,
  hear,
  HELLO,
  namesIn,
  offerOf,
  openWelcomed,
  sayAll,
  sendFile,
  someBytes,
  START,
  untilThere,
} from "../dialogue.ts";

const END = endOf(HELLO);

/** What a sender may lie about, so that only this file is refused. */
const LIES: readonly {
  readonly what: string;
  readonly size?: number | null;
  readonly messages: readonly ParcelOutgoing[];
  readonly code: string;
}[] = [
  {
    what: "more bytes come than were offered",
    messages: [DATA, { ...DATA, offset: 5, bytes: utf8Bytes("!") }, { ...END, size: 6 }],
    code: "size-mismatch",
  },
  {
    what: "one block has more bytes than were offered",
    messages: [{ ...DATA, bytes: someBytes(1 << 20) }, END],
    code: "size-mismatch",
  },
  {
    what: "fewer bytes come than were offered",
    size: 6,
    messages: [DATA, { ...END, size: 6 }],
    code: "size-mismatch",
  },
  { what: "end has another size", messages: [DATA, { ...END, size: 4 }], code: "size-mismatch" },
  {
    what: "end has another size than what came of a file of unknown size",
    size: null,
    messages: [DATA, { ...END, size: 6 }],
    code: "size-mismatch",
  },
  {
    what: "end has the digest of something else",
    messages: [DATA, { ...END, sha256: digestOf(utf8Bytes("hullo")) }],
    code: "digest-mismatch",
  },
  {
    what: "the file is over maxFileBytes before its size is known",
    size: null,
    messages: [{ ...DATA, bytes: someBytes(2001) }, { ...END, size: 2001 }],
    code: "too-large",
  },
  {
    what: "the sender announces more of a compressed block than it offered",
    messages: [{ ...DATA, rawBytes: 1 << 20 }, END],
    code: "size-mismatch",
  },
];

for (const { what, size = 5, messages, code } of LIES) {
  Deno.test(`receiveFiles() stores nothing and goes on with the next file when ${what}`, async () => {
    await using receiving = await openWelcomed({ inbox: { limits: { maxFileBytes: 2000 } } });
    const { peer, ended, folder, events } = receiving;
    await sayAll(peer, [offerOf("hi.txt", { size }), START]);
    await hear(peer, "accept");
    await sayAll(peer, messages);
    assertEquals((await hear(peer, "refused")).code, code);
    assertEquals((await sendFile(peer, { path: "next.txt", bytes: HELLO, id: 2 }))?.type, "stored");
    assertEquals(await filesIn(folder), new Map([["next.txt", HELLO]]));
    assertEquals(events.map((event) => event.type === "not-stored" ? event.code : event.type), [
      code,
      "stored",
    ]);
    await peer.send({ type: "bye" });
    await hear(peer, "bye");
    assertEquals(await ended, undefined);
    await assertNothingReserved(receiving, "hi.txt");
  });
}

Deno.test("receiveFiles() drops what still comes of a file when it was refused in the middle", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, folder, events } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: 8 }), START, DATA, { ...DATA, offset: 5 }]);
  await hear(peer, "accept");
  const { code, reason } = await hear(peer, "refused");
  assertEquals([code, reason], [
    "size-mismatch",
    "more than the 8 bytes came that were announced",
  ]);
  // What was on its way: blocks of every kind, and even an end.
  await sayAll(peer, [
    { ...DATA, offset: 10, bytes: someBytes(1 << 20) },
    { ...DATA, offset: 3, rawBytes: 77 },
    { type: "cancel", id: 1, reason: "" },
  ]);
  // Now nobody waits for the rest any more, so the id is free.
  const again = await sendFile(peer, { path: "a.bin", bytes: someBytes(8), id: 1 });
  assertEquals(again?.type, "stored");
  await peer.send({ type: "bye" });
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
  assertEquals(await filesIn(folder), new Map([["a.bin", someBytes(8)]]));
  assertEquals(events.map(({ type }) => type), ["not-stored", "stored"]);
});

Deno.test("receiveFiles() takes an offer under an id only once the refused file of that id is over", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: 4 }), START, DATA, offerOf("b.bin")]);
  await hear(peer, "accept");
  await hear(peer, "refused");
  assertEquals((await hear(peer, "error")).code, "unexpected-message");
  assertInstanceOf(await ended, ProtocolError);
});

for (
  const [what, rawBytes, block] of [
    ["a bomb", 1000, deflate(new Uint8Array(1 << 20))],
    ["less than it says", 1000, deflate(new Uint8Array(999))],
    ["no deflate", 1000, Promise.resolve(someBytes(100))],
    ["cut short", 1000, deflate(someBytes(1000)).then((packed) => packed.subarray(0, 900))],
  ] as const
) {
  Deno.test(`receiveFiles() ends the session with bad-message when a compressed block is ${what}`, async () => {
    await using receiving = await openWelcomed();
    const { peer, ended, folder } = receiving;
    await sayAll(peer, [offerOf("a.bin", { size: 5000 }), START]);
    await hear(peer, "accept");
    await peer.send({ ...DATA, bytes: someBytes(100) });
    await peer.send({ ...DATA, offset: 100, rawBytes, bytes: await block });
    assertEquals((await hear(peer, "error")).code, "bad-message");
    const error = await ended;
    assert(error instanceof ProtocolError && error.code === "bad-compression");
    // What was sound before it is kept.
    assertEquals([...(await filesIn(folder)).values()], [someBytes(100)]);
    await assertNothingReserved(receiving, "a.bin");
  });
}

Deno.test("receiveFiles() puts compressed and plain blocks together when they alternate", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder } = receiving;
  const blocks = [new Uint8Array(1 << 20), someBytes(500, 3), new Uint8Array(700).fill(7)];
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  await sayAll(peer, [offerOf("a.bin", { size: bytes.length }), START]);
  await hear(peer, "accept");
  let offset = 0;
  for (const [at, block] of blocks.entries()) {
    bytes.set(block, offset);
    const isPacked = at !== 1;
    const packed = isPacked ? await deflate(block) : block;
    await peer.send({
      ...DATA,
      offset,
      rawBytes: isPacked ? block.length : 0,
      bytes: packed,
    });
    offset += block.length;
  }
  await peer.send(endOf(bytes));
  await hear(peer, "stored");
  assertEquals(await filesIn(folder), new Map([["a.bin", bytes]]));
});

Deno.test("receiveFiles() ends the session and stores nothing of a block when its head's checksum is wrong", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, folder, inbox } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: 2000 }), START, {
    ...DATA,
    bytes: someBytes(100),
  }]);
  await hear(peer, "accept");
  await peer.flush();
  const frame = frameOf({ ...DATA, offset: 100, bytes: someBytes(900) });
  frame[20]! ^= 1;
  await peer.sendBytes(frame);
  assertEquals((await hear(peer, "error")).code, "bad-message");
  assertInstanceOf(await ended, ProtocolError);
  assertEquals((await namesIn(folder)).whole, []);
  await assertGoesOn(inbox, { path: "a.bin", size: 2000, there: someBytes(100) });
});

Deno.test("receiveFiles() refuses files past maxSessionFiles, and those before it stay", async () => {
  await using receiving = await openWelcomed({ inbox: { limits: { maxSessionFiles: 2 } } });
  const { peer, folder, events, ended } = receiving;
  for (const id of [1, 2]) await sendFile(peer, { path: `${id}.txt`, bytes: HELLO, id });
  await peer.send({ ...offerOf("3"), id: 3, kind: "folder" });
  assertEquals((await hear(peer, "refused")).code, "session-full");
  await peer.send(offerOf("4.txt", { id: 4 }));
  assertEquals((await hear(peer, "refused")).reason, sessionFull("maxSessionFiles", 3, 2));
  await peer.send({ type: "bye" });
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
  assertEquals([...(await filesIn(folder)).keys()], ["1.txt", "2.txt"]);
  const [, , refused] = events;
  assert(refused?.type === "not-stored" && refused.error instanceof LimitError);
});

function sessionFull(limit: string, got: number, max: number): string {
  const unit = limit === "maxSessionFiles" ? "files" : "bytes";
  return `Cannot accept file: ${got} ${unit} exceed ${limit} ${max}`;
}

Deno.test("receiveFiles() refuses a file before it comes when it is over maxSessionBytes", async () => {
  await using receiving = await openWelcomed({ inbox: { limits: { maxSessionBytes: 12 } } });
  const { peer, folder } = receiving;
  for (const id of [1, 2]) await sendFile(peer, { path: `${id}.txt`, bytes: HELLO, id });
  await peer.send(offerOf("3.txt", { id: 3 }));
  const { code, reason } = await hear(peer, "refused");
  assertEquals([code, reason], ["session-full", sessionFull("maxSessionBytes", 15, 12)]);
  await sendFile(peer, { path: "4.txt", bytes: utf8Bytes("42"), id: 4 });
  assertEquals([...(await filesIn(folder)).keys()], ["1.txt", "2.txt", "4.txt"]);
});

Deno.test("receiveFiles() keeps what came when the session is full in the middle of a file", async () => {
  await using receiving = await openWelcomed({ inbox: { limits: { maxSessionBytes: 12 } } });
  const { peer, folder, inbox } = receiving;
  // Each of them alone would fit.
  await sayAll(peer, [offerOf("a.txt"), offerOf("b.txt", { id: 2, size: 10 })]);
  await hear(peer, "accept");
  await hear(peer, "accept");
  await sayAll(peer, [START, DATA, END]);
  await hear(peer, "stored");
  await sayAll(peer, [{ ...START, id: 2 }, { ...DATA, id: 2 }, { ...DATA, id: 2, offset: 5 }]);
  assertEquals((await hear(peer, "refused")).code, "session-full");
  await peer.send({ type: "cancel", id: 2, reason: "" });
  assertEquals((await namesIn(folder)).whole, ["a.txt"]);
  await assertGoesOn(inbox, { path: "b.txt", size: 10, there: HELLO });
});

Deno.test("receiveFiles() counts what a compressed block becomes in maxSessionBytes", async () => {
  await using receiving = await openWelcomed({ inbox: { limits: { maxSessionBytes: 1000 } } });
  const { peer } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: null }), START]);
  await hear(peer, "accept");
  await peer.send({ ...DATA, rawBytes: 1001, bytes: await deflate(new Uint8Array(1001)) });
  assertEquals((await hear(peer, "refused")).reason, sessionFull("maxSessionBytes", 1001, 1000));
});

Deno.test("receiveFiles() throws nothing of what came away when the network fails in the system's own words", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, connection, inbox, folder } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: 10 }), START, DATA]);
  await hear(peer, "accept");
  await untilThere(folder, HELLO.length);
  // Half of a block has come when the system gives up.
  const block = frameOf({ ...DATA, offset: 5 });
  await peer.sendBytes(block.slice(0, -2));
  const noRoute = new Deno.errors.TimedOut("Connection timed out (os error 110)");
  connection.abort(noRoute);
  assertEquals(await ended, noRoute);
  await assertGoesOn(inbox, { path: "a.bin", size: 10, there: HELLO });
});

Deno.test("receiveFiles() ends the session when a file is started before the one before has ended", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: 10 }), {
    ...offerOf("b.bin", { size: 10 }),
    id: 2,
  }]);
  await hear(peer, "accept");
  await hear(peer, "accept");
  await sayAll(peer, [START, { ...START, id: 2 }]);
  const { code, reason } = await hear(peer, "error");
  assertEquals(code, "unexpected-message");
  assertEquals(reason, "Cannot go on: expected the end of the file before, got start");
  assert(await ended instanceof ProtocolError);
});
