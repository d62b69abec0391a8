import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import type { ParcelOutgoing } from "../../../codec/parcel/parcel.ts";
import type { OpenFileSource } from "../../../transfer/mod.ts";
import { ClosedError, DeadlineError, ProtocolError } from "../../../mod.ts";
import { sealed } from "../../codec/parcel/parcel_frames.ts";
import { stateOf, turns } from "../../../testing/turns.ts";
import {
  digestOf,
  endOf,
  frameOf,
  hear,
  HELLO,
  memorySource,
  openBytes,
  openSender,
  sayAll,
  sayWelcome,
  someBytes,
} from "../dialogue.ts";

const ACCEPT = { type: "accept", id: 1, offset: 0 } as const;
const STORED = { type: "stored", id: 1, path: "a", size: 5, same: false } as const;

/** What a receiver may say that ends the session: before the file is sent, or behind it. */
const NONSENSE: readonly (readonly [string, "before" | "behind", readonly ParcelOutgoing[]])[] = [
  ["accepts a file that was not offered", "before", [{ ...ACCEPT, id: 7 }]],
  ["accepts a file twice", "before", [ACCEPT, ACCEPT]],
  ["accepts a folder", "before", [{ ...ACCEPT, id: 2 }]],
  ["has stored what was not sent", "before", [{ ...STORED, sha256: digestOf(HELLO) }]],
  ["has stored a file that was not offered", "behind", [{ ...STORED, id: 7 }]],
  ["welcomes again", "before", [{ type: "ready", mac: "00".repeat(32) }]],
  ["offers a file", "before", [{
    type: "offer",
    id: 1,
    kind: "file",
    path: "x",
    size: 1,
    mtimeMs: null,
  }]],
  ["sends data", "behind", [{ type: "data", id: 1, offset: 0, rawBytes: 0, bytes: HELLO }]],
];

for (const [what, when, said] of NONSENSE) {
  Deno.test(`ParcelSender ends the session when the receiver ${what}`, async () => {
    const folder = { ...memorySource("folder", new Uint8Array(0)), kind: "folder" } as const;
    await using sending = openSender([memorySource("a", HELLO), folder]);
    const { peer, ended, results } = sending;
    await sayWelcome(peer);
    await hear(peer, "offer");
    await hear(peer, "offer");
    if (when === "behind") {
      await peer.send(ACCEPT);
      await hear(peer, "start");
      await hear(peer, "data");
      await peer.readBody(new Uint8Array(5));
      await hear(peer, "end");
    }
    await sayAll(peer, said);
    const error = await ended;
    assertInstanceOf(error, ClosedError);
    assertMatch(error.message, /which makes no sense here$/);
    assertEquals([...results.values()].map(({ outcome }) => outcome), [
      "interrupted",
      "interrupted",
    ]);
  });
}

for (
  const [what, lie] of [
    ["digest", { sha256: digestOf(someBytes(5)) }],
    ["size", { size: 4 }],
  ] as const
) {
  Deno.test(`ParcelSender takes a file for failed when the receiver stored another ${what}`, async () => {
    await using sending = openSender([memorySource("a", HELLO)]);
    const { peer, ended, results } = sending;
    await sayWelcome(peer);
    await hear(peer, "offer");
    await peer.send(ACCEPT);
    await hear(peer, "start");
    await hear(peer, "data");
    await peer.readBody(new Uint8Array(5));
    await hear(peer, "end");
    await peer.send({ ...STORED, ...lie });
    await hear(peer, "bye");
    await peer.send({ type: "bye" });
    assertEquals(await ended, undefined);
    const result = results.get("a");
    assert(result?.outcome === "failed" && result.code === "digest-mismatch");
  });
}

Deno.test("ParcelSender stops a file, says cancel and goes on when the receiver refuses it in the middle", async () => {
  const endless: OpenFileSource = {
    ...openBytes(HELLO),
    read: (into) => Promise.resolve(into.length),
  };
  const big = memorySource("big", HELLO, { size: 1e12, open: () => Promise.resolve(endless) });
  await using sending = openSender([big, memorySource("a", HELLO)]);
  const { peer, ended, results } = sending;
  await sayWelcome(peer, { maxBlockBytes: 1000 });
  await hear(peer, "offer");
  await peer.send({ ...ACCEPT });
  await hear(peer, "start");
  await hear(peer, "data");
  await peer.send({ type: "refused", id: 1, code: "no-space", reason: "the disk is full" });
  let message = await peer.receive();
  while (message?.type === "data" || message?.type === "body") message = await peer.receive();
  assertEquals(message, { type: "cancel", id: 1, reason: "" });
  const refused = { outcome: "refused", code: "no-space", reason: "the disk is full" } as const;
  assertEquals(results.get("big"), refused);
  await hear(peer, "offer");
  await peer.send({ type: "refused", id: 2, code: "exists", reason: "it is there" });
  await hear(peer, "bye");
  await peer.send({ type: "bye" });
  assertEquals(await ended, undefined);
});

Deno.test("ParcelSender says why when the receiver ends the session in the middle of a file", async () => {
  const sources = [memorySource("a", someBytes(3000)), memorySource("b", HELLO)];
  await using sending = openSender(sources);
  const { peer, ended, results } = sending;
  await sayWelcome(peer, { maxBlockBytes: 1000 });
  await hear(peer, "offer");
  await peer.send(ACCEPT);
  await hear(peer, "offer");
  await hear(peer, "start");
  await peer.send({ type: "error", code: "stopping", reason: "the receiver is shutting down" });
  await peer.closeWrite();
  const error = await ended;
  assertInstanceOf(error, ClosedError);
  assertEquals(error.message, "Cannot send: the receiver is shutting down");
  const outcomes = [...results].map(([path, { outcome }]) => `${path} ${outcome}`);
  assertEquals(outcomes, ["a interrupted", "b interrupted"]);
});

Deno.test("ParcelSender says what the receiver said last when a write fails", async () => {
  await using sending = openSender([memorySource("a", someBytes(1 << 22))]);
  const { peer, ended } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  await peer.send(ACCEPT);
  await hear(peer, "start");
  await peer.send({ type: "error", code: "bad-message", reason: "I cannot read this" });
  await peer.flush();
  peer.abort();
  const error = await ended;
  assertInstanceOf(error, ClosedError);
  assertEquals(error.message, "Cannot send: I cannot read this");
});

Deno.test("ParcelSender ends with the error when the receiver sends a broken frame", async () => {
  await using sending = openSender([memorySource("a", HELLO)]);
  const { peer, ended, results } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  const broken = sealed(0x0d, HELLO);
  broken[6]! ^= 1;
  await peer.sendBytes(broken);
  assertInstanceOf(await ended, ProtocolError);
  assertEquals(results.get("a"), { outcome: "interrupted", sent: 0 });
});

Deno.test("ParcelSender is done when the receiver hangs up behind the last file without goodbye", async () => {
  await using sending = openSender([memorySource("a", HELLO)]);
  const { peer, ended, results } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  await peer.send({ type: "refused", id: 1, code: "exists", reason: "it is there" });
  await hear(peer, "bye");
  peer.abort();
  assertEquals(await ended, undefined);
  assertEquals(results.get("a")?.outcome, "refused");
});

for (const handshakeStep of ["magic", "welcome", "ready"] as const) {
  Deno.test(`ParcelSender gives up after handshakeMs when no ${handshakeStep} comes`, async () => {
    await using sending = openSender([], { handshakeMs: 700, token: "open sesame" });
    const { peer, clock, ended } = sending;
    if (handshakeStep === "welcome") await peer.send({ type: "magic" });
    if (handshakeStep === "ready") {
      await sayWelcome(peer, { auth: true });
      await hear(peer, "proof");
    }
    await clock.advance(699);
    assertEquals(await stateOf(ended), "pending");
    await clock.advance(1);
    assertInstanceOf(await ended, DeadlineError);
  });
}

Deno.test("ParcelSender gives up after idleMs when the receiver falls silent", async () => {
  await using sending = openSender([memorySource("a", HELLO)], { idleMs: 60_000 });
  const { peer, clock, ended } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  await clock.advance(59_000);
  await peer.send({ type: "busy" });
  await clock.advance(59_000);
  assertEquals(await stateOf(ended), "pending");
  await clock.advance(60_000);
  const error = await ended;
  assert(error instanceof DeadlineError && error.phase === "idle");
});

Deno.test("ParcelSender holds no more than two blocks and gives up after writeMs when the receiver reads nothing", async () => {
  let read = 0;
  const endless: OpenFileSource = {
    ...openBytes(HELLO),
    read(into) {
      read += into.length;
      return Promise.resolve(into.length);
    },
  };
  const big = memorySource("big", HELLO, { size: 1e12, open: () => Promise.resolve(endless) });
  await using sending = openSender([big], { writeMs: 30_000 });
  const { peer, clock, ended, connection, transport } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  await peer.send(ACCEPT);
  await hear(peer, "start");
  transport.blockWrites();
  await turns(50);
  const queued = connection.queuedBytes;
  assert(queued > 0 && queued <= (1 << 20) + 100, `${queued} bytes are queued`);
  const before = read;
  await turns(50);
  assertEquals(read, before);
  await clock.advance(30_000);
  const error = await ended;
  assert(error instanceof DeadlineError && error.phase === "write");
});

Deno.test("ParcelSender stops at once when its connection breaks while stdin gives nothing", async () => {
  let wake = () => {};
  const silent: OpenFileSource = {
    read: () => new Promise((resolve) => wake = () => resolve(null)),
    [Symbol.asyncDispose]() {
      wake();
      return Promise.resolve();
    },
  };
  const open = () => Promise.resolve(silent);
  await using sending = openSender([memorySource("stdin", HELLO, { size: null, open })]);
  const { peer, ended, connection, results } = sending;
  await sayWelcome(peer);
  await hear(peer, "offer");
  await peer.send(ACCEPT);
  await hear(peer, "start");
  await turns();
  const reason = new Error("the user has had enough");
  connection.abort(reason);
  assertEquals(await ended, reason);
  assertEquals(results.get("stdin"), { outcome: "interrupted", sent: 0 });
});

Deno.test("ParcelSender goes on to the next file whenever the last answer comes", async () => {
  // The answer is there some microtasks before the sender looks for it, or behind that.
  for (let early = 0; early < 40; early++) {
    const said = frameOf({ ...STORED, size: 5 });
    const open = (): Promise<OpenFileSource> =>
      Promise.resolve({
        ...openBytes(HELLO),
        async [Symbol.asyncDispose]() {
          void sending.peer.sendBytes(said);
          for (let at = 0; at < early; at++) await Promise.resolve();
        },
      });
    await using sending = openSender([
      memorySource("a", HELLO, { open }),
      memorySource("b", HELLO),
    ]);
    const { peer, ended } = sending;
    await sayWelcome(peer, { maxOffers: 1 });
    await hear(peer, "offer");
    await peer.send(ACCEPT);
    await hear(peer, "start");
    await hear(peer, "data");
    await peer.readBody(new Uint8Array(5));
    assertEquals(await hear(peer, "end"), endOf(HELLO));
    assertEquals((await hear(peer, "offer")).id, 2);
    await peer.send({ type: "refused", id: 2, code: "exists", reason: "" });
    await hear(peer, "bye");
    await peer.send({ type: "bye" });
    assertEquals(await ended, undefined);
  }
});
