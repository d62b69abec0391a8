import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  PARCEL_MAGIC,
  type ParcelMessage,
  type ParcelOutgoing,
} from "../../../codec/parcel/parcel.ts";
import { hmacSha256 } from "../../../codec/hashing.ts";
import { ClosedError, ProtocolError } from "../../../mod.ts";
import { sealed } from "../../codec/parcel/parcel_frames.ts";
import { utf8Bytes } from "../../codec/support.ts";
import {
  assertGoesOn,
  assertNothingReserved,
  DATA,
  digestOf,
  digestsOf,
  endOf,
  filesIn,
  hear,
  HELLO,
  namesIn,
  NONCE,
  offerOf,
  openReceiver,
  openWelcomed,
  type ParcelPeer,
  sayAll,
  sayHello,
  sendFile,
  someBytes,
  START,
} from "../dialogue.ts";

const END = endOf(HELLO);

Deno.test("receiveFiles() stores a file and says goodbye when its sender does", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder, ended, events } = receiving;
  const stored = await sendFile(peer, { path: "notes/hi.txt", bytes: HELLO });
  const said = { path: "notes/hi.txt", size: 5, sha256: digestOf(HELLO), same: false };
  assertEquals(stored, { type: "stored", id: 1, ...said });
  await peer.send({ type: "bye" });
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
  assertEquals(await filesIn(folder), new Map([["notes/hi.txt", HELLO]]));
  assertEquals(events, [
    { type: "stored", id: 0, ...said, ms: 0, resumedAt: 0, format: "parcel" },
  ]);
});

Deno.test("receiveFiles() says welcome with its limits when it hears hello", async () => {
  await using receiving = await openReceiver();
  const { peer } = receiving;
  await sayHello(peer);
  await hear(peer, "magic");
  const { nonce, ...welcome } = await hear(peer, "welcome");
  assertMatch(nonce, /^[0-9a-f]{32}$/);
  assertEquals(welcome, {
    type: "welcome",
    agent: "parley",
    auth: false,
    maxBlockBytes: 1 << 20,
    maxOffers: 64,
  });
});

Deno.test("receiveFiles() makes empty folders when the sender says goodbye, and says whether they were there", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder } = receiving;
  const folderOffer = { ...offerOf("a/b", { size: 0 }), kind: "folder" } as const;
  await sayAll(peer, [folderOffer, { ...folderOffer, id: 2 }]);
  await sendFile(peer, { path: "hi.txt", bytes: HELLO, id: 3 });
  assertEquals(await namesOf(folder), ["hi.txt"]);
  await peer.send({ type: "bye" });
  const answers = [await hear(peer, "stored"), await hear(peer, "stored")];
  assertEquals(answers.map(({ id }) => id).toSorted(), [1, 2]);
  assertEquals(answers.map(({ same }) => same), [false, true]);
  await hear(peer, "bye");
  assert((await Deno.stat(`${folder}/a/b`)).isDirectory);
});

Deno.test("receiveFiles() passes over busy and unknown fields when they come", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder, ended } = receiving;
  await peer.send({ type: "busy" });
  const offer = { ...offerOf("hi.txt"), later: { version: 2 } };
  const { type: _, ...fields } = offer;
  await peer.sendBytes(sealed(0x05, utf8Bytes(JSON.stringify(fields))));
  await peer.send({ type: "busy" });
  await hear(peer, "accept");
  await sayAll(peer, [START, { type: "busy" }, DATA, { type: "busy" }, END]);
  await hear(peer, "stored");
  await peer.sendBytes(sealed(0x0e, utf8Bytes(`{"reason":"done"}`)));
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
  assertEquals([...(await filesIn(folder)).keys()], ["hi.txt"]);
});

Deno.test("receiveFiles() answers its own magic and unsupported-version when the peer has version 1", async () => {
  await using receiving = await openReceiver();
  const { peer, ended } = receiving;
  await peer.sendBytes(utf8Bytes(PARCEL_MAGIC.replace("2", "1")));
  await hear(peer, "magic");
  assertEquals((await hear(peer, "error")).code, "unsupported-version");
  assertInstanceOf(await ended, ProtocolError);
});

/** Sends a file that has to be stored, or there. */
async function sendWhole(
  peer: ParcelPeer,
  file: { path: string; bytes: Uint8Array; id: number },
): Promise<Extract<ParcelMessage, { type: "stored" }>> {
  const stored = await sendFile(peer, file);
  assert(stored?.type === "stored", `Heard ${JSON.stringify(stored)}`);
  return stored;
}

async function namesOf(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

for (
  const [what, type, payload] of [
    ["an unknown type", 0x12, "{}"],
    ["a message without its fields", 0x05, "{}"],
    ["no JSON", 0x05, "id=1"],
  ] as const
) {
  Deno.test(`receiveFiles() ends the session with bad-message when it gets ${what}`, async () => {
    await using receiving = await openWelcomed();
    const { peer, ended, folder } = receiving;
    await peer.sendBytes(sealed(type, utf8Bytes(payload)));
    assertEquals((await hear(peer, "error")).code, "bad-message");
    assertInstanceOf(await ended, ProtocolError);
    assertEquals(await peer.receive(), undefined);
    assertEquals((await filesIn(folder)).size, 0);
  });
}

const OFFER = offerOf("hi.txt");

/** What makes no sense, behind what does. */
const OUT_OF_ORDER: readonly (readonly [what: string, messages: readonly ParcelOutgoing[]])[] = [
  ["data comes before start", [OFFER, DATA]],
  ["start comes twice", [OFFER, START, START]],
  ["start comes again behind data", [OFFER, START, DATA, { ...START, offset: 5 }]],
  ["start is neither at 0 nor where we are", [OFFER, { ...START, offset: 3 }]],
  ["data leaves bytes out", [OFFER, START, { ...DATA, offset: 1 }]],
  ["data comes twice", [offerOf("hi.txt", { size: 10 }), START, DATA, DATA]],
  ["end comes before start", [OFFER, END]],
  ["start is about no file", [START]],
  ["data is about no file", [OFFER, START, { ...DATA, id: 2 }]],
  ["end is about no file", [END]],
  ["an offer has an id in use", [OFFER, offerOf("other.txt")]],
  ["hello comes again", [{ type: "hello", agent: "test", nonce: NONCE }]],
  ["a proof comes late", [{ type: "proof", mac: "00".repeat(32) }]],
  ["the sender says what a receiver says", [{ type: "accept", id: 1, offset: 0 }]],
  [
    "more than 64 offers wait",
    Array.from({ length: 65 }, (_, id) => offerOf(`${id}.txt`, { id })),
  ],
];

for (const [what, messages] of OUT_OF_ORDER) {
  Deno.test(`receiveFiles() ends the session with unexpected-message when ${what}`, async () => {
    await using receiving = await openWelcomed();
    const { peer, ended, folder } = receiving;
    await sayAll(peer, messages);
    let answer = await peer.receive();
    while (answer?.type === "accept") answer = await peer.receive();
    assert(answer?.type === "error", `Heard ${JSON.stringify(answer)}`);
    assertEquals(answer.code, "unexpected-message");
    assertInstanceOf(await ended, ProtocolError);
    assertEquals((await namesIn(folder)).whole, []);
    await assertNothingReserved(receiving, "hi.txt");
  });
}

Deno.test("receiveFiles() takes 64 offers at once, and others as those are over", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended } = receiving;
  for (let id = 0; id < 64; id++) {
    await peer.send(offerOf(`${id}.txt`, { id }));
    await hear(peer, "accept");
  }
  for (let id = 0; id < 64; id++) {
    await peer.send({ type: "cancel", id, reason: "no time" });
    await peer.send(offerOf(`again ${id}.txt`, { id: 64 + id }));
    await hear(peer, "accept");
  }
  await peer.send({ type: "bye" });
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
});

Deno.test("receiveFiles() keeps what came when a file is canceled, and lets go of it", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder, events, inbox, ended } = receiving;
  await sayAll(peer, [offerOf("hi.txt", { size: 10 }), START, DATA]);
  await hear(peer, "accept");
  await peer.send({ type: "cancel", id: 1, reason: "it became shorter" });
  await peer.send({ type: "cancel", id: 1, reason: "twice" });
  await sendFile(peer, { path: "next.txt", bytes: HELLO, id: 2 });
  const reason = "it became shorter";
  assertEquals(events[0], {
    type: "not-stored",
    id: 0,
    path: "hi.txt",
    code: "canceled",
    reason,
  });
  const { parts, whole } = await namesIn(folder);
  assertEquals([parts.length, whole], [1, ["next.txt"]]);
  await assertGoesOn(inbox, { path: "hi.txt", size: 10, there: HELLO });
  await peer.send({ type: "bye" });
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
  await assertNothingReserved(receiving, "hi.txt");
});

Deno.test("receiveFiles() goes on where an earlier session broke when the same file comes", async () => {
  const bytes = someBytes(3000);
  const folder = await Deno.makeTempDir();
  {
    await using broken = await openWelcomed({ folder });
    const { peer, ended } = broken;
    await sayAll(peer, [offerOf("a.bin", { size: 3000 }), START]);
    await peer.send({ ...DATA, bytes: bytes.subarray(0, 1000) });
    await hear(peer, "accept");
    await peer.closeWrite();
    assertEquals(await ended, undefined);
    assertEquals(broken.events, [
      { type: "kept", id: 0, path: "a.bin", bytes: 1000, size: 3000 },
    ]);
  }
  await using receiving = await openWelcomed({ folder });
  const { peer, events } = receiving;
  await peer.send(offerOf("a.bin", { size: 3000 }));
  const compare = await hear(peer, "compare");
  assertEquals(compare, { type: "compare", id: 1, offsets: [1000] });
  await peer.send(digestsOf(bytes, compare));
  assertEquals((await hear(peer, "accept")).offset, 1000);
  await peer.send({ ...START, offset: 1000 });
  await peer.send({ ...DATA, offset: 1000, bytes: bytes.subarray(1000) });
  await peer.send(endOf(bytes));
  await hear(peer, "stored");
  assertEquals(await filesIn(folder), new Map([["a.bin", bytes]]));
  assertEquals(events.map((event) => event.type === "stored" && event.resumedAt), [1000]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("receiveFiles() keeps what another sender's file came to when the digests are of something else", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder } = receiving;
  await sayAll(peer, [offerOf("hi.txt", { size: 10 }), START]);
  await hear(peer, "accept");
  await sayAll(peer, [{ ...DATA, bytes: someBytes(7) }, { type: "cancel", id: 1, reason: "" }]);
  const bytes = someBytes(10, 2);
  assertEquals((await sendFile(peer, { path: "hi.txt", bytes, id: 2 }))?.type, "stored");
  const found = await filesIn(folder);
  assertEquals(found.get("hi.txt"), bytes);
  assertEquals([...found.values()].length, 2);
  await Deno.remove(`${folder}/hi.txt`);
  await assertGoesOn(receiving.inbox, { path: "hi.txt", size: 9, there: someBytes(7) });
});

for (const exists of ["skip-same", "fail", "rename", "overwrite"] as const) {
  Deno.test(`receiveFiles() says same when the very file is there, whatever the policy is: ${exists}`, async () => {
    await using receiving = await openWelcomed({ inbox: { exists } });
    const { peer, folder, events } = receiving;
    await Deno.writeFile(`${folder}/hi.txt`, HELLO);
    await peer.send(offerOf("hi.txt"));
    const compare = await hear(peer, "compare");
    assertEquals(compare.offsets, [5]);
    await peer.send(digestsOf(HELLO, compare));
    const said = { path: "hi.txt", size: 5, sha256: digestOf(HELLO), same: true };
    assertEquals(await hear(peer, "stored"), { type: "stored", id: 1, ...said });
    assertEquals(await filesIn(folder), new Map([["hi.txt", HELLO]]));
    assertEquals(events.map(({ type }) => type), ["stored"]);
  });
}

Deno.test("receiveFiles() finds the very file under the name that it got when another one had its own", async () => {
  await using receiving = await openWelcomed({ inbox: { exists: "rename" } });
  const { peer, folder } = receiving;
  await Deno.writeFile(`${folder}/hi.txt`, someBytes(5));
  for (const [id, same] of [[1, false], [2, true], [3, true]] as const) {
    const stored = await sendWhole(peer, { path: "hi.txt", bytes: HELLO, id });
    assertEquals([stored.path, stored.same], ["hi (1).txt", same]);
  }
  const other = await sendWhole(peer, { path: "hi.txt", bytes: someBytes(5, 3), id: 4 });
  assertEquals([other.path, other.same], ["hi (2).txt", false]);
  assertEquals((await filesIn(folder)).size, 3);
});

for (const [size, there] of [[5, 5], [6, 5], [4, 5]] as const) {
  Deno.test(`receiveFiles() asks for the whole digest and says exists when another file of ${there} bytes has the name of one of ${size}`, async () => {
    await using receiving = await openWelcomed();
    const { peer, folder } = receiving;
    await Deno.writeFile(`${folder}/hi.txt`, HELLO.subarray(0, there));
    await peer.send(offerOf("hi.txt", { size }));
    const compare = await hear(peer, "compare");
    // The size that is there stays a secret too.
    assertEquals(compare.offsets, [size]);
    await peer.send(digestsOf(someBytes(size), compare));
    const { code, reason } = await hear(peer, "refused");
    assertEquals([code, reason], ["exists", "there is another file with that name"]);
    assertEquals(await filesIn(folder), new Map([["hi.txt", HELLO]]));
  });
}

Deno.test("receiveFiles() tells no digest to a sender that has shown none", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder } = receiving;
  await Deno.writeFile(`${folder}/secret.txt`, HELLO);
  const heard: (ParcelMessage | undefined)[] = [];
  await peer.send(offerOf("secret.txt"));
  heard.push(await peer.receive());
  await peer.send({ type: "digests", id: 1, sha256: ["0".repeat(64)] });
  heard.push(await peer.receive());
  await sayAll(peer, [offerOf("part.txt", { id: 2, size: 10 }), { ...START, id: 2 }]);
  await hear(peer, "accept");
  await sayAll(peer, [{ ...DATA, id: 2 }, { type: "cancel", id: 2, reason: "" }]);
  await peer.send(offerOf("part.txt", { id: 3, size: 5 }));
  heard.push(await peer.receive());
  await peer.send({ type: "digests", id: 3, sha256: ["0".repeat(64)] });
  heard.push(await peer.receive());
  await sayAll(peer, [{ ...START, id: 3 }, { ...DATA, id: 3 }]);
  await peer.send({ type: "end", id: 3, size: 5, sha256: "0".repeat(64) });
  heard.push(await peer.receive());
  assertEquals(heard.map((message) => message?.type), [
    "compare",
    "refused",
    "compare",
    "accept",
    "refused",
  ]);
  assertEquals(JSON.stringify(heard).includes(digestOf(HELLO).slice(0, 8)), false);
});

for (
  const [what, answer] of [
    ["nobody asked for", { type: "digests", id: 7, sha256: ["0".repeat(64)] }],
    ["are too few", { type: "digests", id: 1, sha256: [] }],
    ["are too many", { type: "digests", id: 1, sha256: ["0".repeat(64), "0".repeat(64)] }],
  ] as const
) {
  Deno.test(`receiveFiles() ends the session when digests ${what}`, async () => {
    await using receiving = await openWelcomed();
    const { peer, ended, folder } = receiving;
    await Deno.writeFile(`${folder}/hi.txt`, HELLO);
    await peer.send(offerOf("hi.txt"));
    await hear(peer, "compare");
    const { type: _, ...fields } = answer;
    await peer.sendBytes(sealed(0x11, utf8Bytes(JSON.stringify(fields))));
    await hear(peer, "error");
    assertInstanceOf(await ended, ProtocolError);
  });
}

Deno.test("receiveFiles() forgets an offer that is canceled while its digests are waited for", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, folder } = receiving;
  await Deno.writeFile(`${folder}/hi.txt`, HELLO);
  await peer.send(offerOf("hi.txt"));
  await hear(peer, "compare");
  await sayAll(peer, [{ type: "cancel", id: 1, reason: "" }, offerOf("other.txt")]);
  await hear(peer, "accept");
  await sayAll(peer, [START, DATA, END]);
  await hear(peer, "stored");
  await peer.send({ type: "bye" });
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
});

Deno.test("receiveFiles() makes no more than 1,000 empty folders in a session, and none when that ends badly", async () => {
  await using receiving = await openWelcomed();
  const { peer, folder } = receiving;
  for (let id = 0; id <= 1000; id++) {
    await peer.send({ ...offerOf(`${id}`, { id, size: 0 }), kind: "folder" });
  }
  assertEquals((await hear(peer, "refused")).code, "session-full");
  await peer.closeWrite();
  await receiving.ended;
  assertEquals(await namesOf(folder), []);
});

Deno.test("receiveFiles() ends when the sender says error, and keeps what came", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, folder } = receiving;
  await sayAll(peer, [offerOf("hi.txt", { size: 10 }), START, DATA]);
  await peer.send({ type: "error", code: "bad-message", reason: "I am confused" });
  assertInstanceOf(await ended, ClosedError);
  assertEquals((await namesIn(folder)).parts.length, 1);
});

Deno.test("receiveFiles() hears the proof and proves itself when it has a token", async () => {
  await using receiving = await openReceiver({ token: "open sesame" });
  const { peer, ended } = receiving;
  await sayHello(peer);
  await hear(peer, "magic");
  const { auth, nonce } = await hear(peer, "welcome");
  assert(auth);
  const mac = (side: string) => hmacSha256("open sesame", `parcel ${side} ${NONCE}${nonce}`);
  await peer.send({ type: "proof", mac: mac("sender") });
  assertEquals((await hear(peer, "ready")).mac, mac("receiver"));
  await sendFile(peer, { path: "hi.txt", bytes: HELLO });
  await peer.send({ type: "bye" });
  await hear(peer, "bye");
  assertEquals(await ended, undefined);
});

for (
  const [what, token, side] of [
    ["of another token", "open barley", "sender"],
    ["the receiver's own", "open sesame", "receiver"],
  ] as const
) {
  Deno.test(`receiveFiles() says bad-token when the proof is ${what}`, async () => {
    await using receiving = await openReceiver({ token: "open sesame" });
    const { peer, ended } = receiving;
    await sayHello(peer);
    await hear(peer, "magic");
    const { nonce } = await hear(peer, "welcome");
    const mac = hmacSha256(token, `parcel ${side} ${NONCE}${nonce}`);
    await peer.send({ type: "proof", mac });
    assertEquals((await hear(peer, "error")).code, "bad-token");
    assertInstanceOf(await ended, ClosedError);
  });
}

Deno.test("receiveFiles() says token-wanted and takes nothing when no proof comes", async () => {
  await using receiving = await openReceiver({ token: "open sesame" });
  const { peer, ended, folder } = receiving;
  await sayHello(peer);
  await sayAll(peer, [OFFER, START, DATA, END]);
  await hear(peer, "magic");
  await hear(peer, "welcome");
  assertEquals((await hear(peer, "error")).code, "token-wanted");
  assertEquals(await peer.receive(), undefined);
  assertEquals(await ended, undefined);
  assertEquals((await filesIn(folder)).size, 0);
});
