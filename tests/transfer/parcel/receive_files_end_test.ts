import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import type { ParcelOutgoing } from "../../../codec/parcel/parcel.ts";
import { BandwidthLimiter } from "../../../transfer/mod.ts";
import { ClosedError, DeadlineError } from "../../../mod.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { stateOf, turns } from "../../../testing/turns.ts";
import {
  DATA,
  endOf,
  filesIn,
  frameOf,
  hear,
  HELLO,
  namesIn,
  offerOf,
  openReceiver,
  openWelcomed,
  type ParcelPeer,
  sayAll,
  sayHello,
  sendFile,
  someBytes,
  START,
  untilThere,
} from "../dialogue.ts";

const OFFER = offerOf("a.bin", { size: 10 });

for (const what of ["nothing", "the magic"] as const) {
  Deno.test(`receiveFiles() gives up after handshakeMs when ${what} has come`, async () => {
    await using receiving = await openReceiver({ handshakeMs: 700 });
    const { peer, ended, clock } = receiving;
    if (what === "the magic") await peer.send({ type: "magic" });
    await hear(peer, "magic");
    await clock.advance(699);
    assertEquals(await stateOf(ended), "pending");
    await clock.advance(1);
    const error = await ended;
    assert(error instanceof DeadlineError && error.phase === "receive");
  });
}

Deno.test("receiveFiles() gives up after handshakeMs when no proof comes", async () => {
  await using receiving = await openReceiver({ handshakeMs: 700, token: "open sesame" });
  const { peer, ended, clock } = receiving;
  await sayHello(peer);
  await hear(peer, "magic");
  await hear(peer, "welcome");
  await clock.advance(700);
  assertInstanceOf(await ended, DeadlineError);
});

for (const where of ["between files", "behind a block", "within a block"] as const) {
  Deno.test(`receiveFiles() keeps what came when its peer falls silent ${where}`, async () => {
    await using receiving = await openWelcomed({ idleMs: 60_000, handshakeMs: 700 });
    const { peer, ended, clock, folder, events } = receiving;
    await sayAll(peer, [OFFER, START, DATA]);
    await hear(peer, "accept");
    await untilThere(folder, HELLO.length);
    if (where === "within a block") {
      await peer.sendBytes(frameOf({ ...DATA, offset: 5 }).slice(0, -1));
    }
    if (where === "between files") await peer.send({ type: "cancel", id: 1, reason: "" });
    await clock.advance(59_999);
    assertEquals(await stateOf(ended), "pending");
    await clock.advance(60_000);
    const error = await ended;
    assert(error instanceof DeadlineError && error.phase === "idle");
    assertEquals([...(await filesIn(folder)).values()], [HELLO]);
    const kept = events.filter(({ type }) => type === "kept");
    assertEquals(kept.length, where === "between files" ? 0 : 1);
  });
}

Deno.test("receiveFiles() is patient when a slow sender gives a sign of life in time", async () => {
  await using receiving = await openWelcomed({ idleMs: 60_000 });
  const { peer, clock, folder } = receiving;
  const messages: ParcelOutgoing[] = [
    { type: "busy" },
    offerOf("a.bin"),
    { type: "busy" },
    START,
    DATA,
    endOf(HELLO),
  ];
  for (const message of messages) {
    // Byte by byte, and never two of them without a long wait.
    for (const byte of frameOf(message)) {
      await clock.advance(50_000);
      await peer.sendBytes(Uint8Array.of(byte));
    }
  }
  const heard = new Set<string | undefined>();
  // It may have said busy as well: for a disk that was so long at it.
  while (!heard.has("stored")) heard.add((await peer.receive())?.type);
  assert(heard.has("accept"));
  assertEquals(await filesIn(folder), new Map([["a.bin", HELLO]]));
});

Deno.test("receiveFiles() says stopping when its server shuts down before hello", async () => {
  await using receiving = await openReceiver();
  const { peer, ended, connection } = receiving;
  await peer.send({ type: "magic" });
  await hear(peer, "magic");
  connection.drain();
  assertEquals((await hear(peer, "error")).code, "stopping");
  assertEquals(await ended, undefined);
});

Deno.test("receiveFiles() says stopping when its server shuts down between files", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, connection, folder } = receiving;
  await sendFile(peer, { path: "hi.txt", bytes: HELLO });
  connection.drain();
  const { code, reason } = await hear(peer, "error");
  assertEquals([code, reason], ["stopping", "the receiver is shutting down"]);
  assertEquals(await ended, undefined);
  assertEquals([...(await filesIn(folder)).keys()], ["hi.txt"]);
});

Deno.test("receiveFiles() says stopping and keeps what came when its server shuts down within a file", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, connection, folder, events } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: 1 << 30 }), START]);
  await hear(peer, "accept");
  const { offset } = await sendUntil(peer, {
    after: 3,
    then: () => connection.drain(),
    ended,
    folder,
  });
  assertEquals((await hear(peer, "error")).code, "stopping");
  assertEquals(await ended, undefined);
  const { parts, whole } = await namesIn(folder);
  assertEquals([parts.length, whole], [1, []]);
  const [kept] = events;
  assert(kept?.type === "kept" && kept.bytes <= offset && kept.bytes >= 3 * BLOCK_BYTES);
  assertEquals((await Deno.stat(`${folder}/${parts[0]}`)).size, kept.bytes);
});

const BLOCK_BYTES = 1000;

/** Sends blocks as fast as they are taken: the next one is always there already. */
async function sendUntil(
  peer: ParcelPeer,
  { after, then, ended, folder }: {
    after: number;
    then: () => void;
    ended: Promise<unknown>;
    folder: string;
  },
): Promise<{ offset: number }> {
  let isOver = false;
  void ended.then(() => isOver = true);
  let offset = 0;
  for (let block = 0; !isOver; block++) {
    if (block === after) {
      await untilThere(folder, after * BLOCK_BYTES);
      then();
    }
    const bytes = someBytes(BLOCK_BYTES, block + 1);
    await peer.send({ ...DATA, offset, bytes });
    await peer.flush();
    offset += BLOCK_BYTES;
    // The receiver has taken as much as it wants to.
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  return { offset };
}

Deno.test("receiveFiles() says stopping when its server shuts down while it waits for its rate", async () => {
  const pace = new FakeClock();
  await using receiving = await openWelcomed({
    bandwidth: new BandwidthLimiter(1000, { clock: pace }),
  });
  const { peer, ended, connection, folder } = receiving;
  await sayAll(peer, [offerOf("a.bin", { size: 100_000 }), START]);
  await hear(peer, "accept");
  await peer.send({ ...DATA, bytes: someBytes(50_000) });
  await pace.advance(100);
  assertEquals(await stateOf(ended), "pending");
  connection.drain();
  assertEquals((await hear(peer, "error")).code, "stopping");
  assertEquals(await ended, undefined);
  assertEquals(pace.pending, 0);
  assertEquals((await namesIn(folder)).whole, []);
});

Deno.test("receiveFiles() ends with the reason when its connection is aborted within a block", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended, connection } = receiving;
  await sayAll(peer, [OFFER, START, DATA]);
  await hear(peer, "accept");
  const reason = new ClosedError("Cannot go on: cut", { code: "connection-cut", by: "local" });
  connection.abort(reason);
  assertEquals(await ended, reason);
});

Deno.test("receiveFiles() stores what came whole when the sender hangs up, also where it has to be compared", async () => {
  await using receiving = await openWelcomed({ inbox: { exists: "rename" } });
  const { peer, ended, folder } = receiving;
  await sayAll(peer, [offerOf("a.bin"), START, DATA]);
  await hear(peer, "accept");
  await Deno.writeFile(`${folder}/a.bin`, someBytes(5));
  await peer.send(endOf(HELLO));
  await peer.closeWrite();
  assertEquals(await ended, undefined);
  assertEquals((await filesIn(folder)).get("a (1).bin"), HELLO);
});

Deno.test("receiveFiles() ends well when the sender hangs up without goodbye", async () => {
  await using receiving = await openWelcomed();
  const { peer, ended } = receiving;
  await sendFile(peer, { path: "hi.txt", bytes: HELLO });
  await peer.closeWrite();
  assertEquals(await ended, undefined);
});

Deno.test(
  "receiveFiles() ends, and reads no further, when its peer goes while a stored file is compared",
  {
    // The read that is under way ends some turns later.
    sanitizeOps: false,
    sanitizeResources: false,
  },
  async () => {
    // So large that nobody would live to see its digest.
    const size = 2 ** 42;
    const limits = { maxFileBytes: Infinity, maxSessionBytes: Infinity };
    await using receiving = await openWelcomed({ inbox: { limits } });
    const { peer, ended, folder, clock, events } = receiving;
    await Deno.writeFile(`${folder}/huge`, HELLO);
    await Deno.truncate(`${folder}/huge`, size);
    await peer.send(offerOf("huge", { size }));
    const { id } = await hear(peer, "compare");
    await peer.send({ type: "digests", id, sha256: ["0".repeat(64)] });
    while (clock.pending === 0) await turns(1);
    await clock.advance(5_000);
    await hear(peer, "busy");
    assertEquals((await sendFile(peer, { path: "small", bytes: HELLO, id: 2 }))?.type, "stored");
    await peer.closeWrite();
    assertEquals(await ended, undefined);
    assertEquals(events.map(({ path }) => path), ["small"]);
  },
);
