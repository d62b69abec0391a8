import { assertEquals } from "@std/assert";
import type { ReceiveProgress } from "../../../transfer/mod.ts";
import {
  DATA,
  endOf,
  hear,
  HELLO,
  offerOf,
  openWelcomed,
  type Receiving,
  sayAll,
  START,
} from "../dialogue.ts";

/** Returns what was told of the only file: its states, each with the bytes that were there. */
function statesOf(told: readonly ReceiveProgress[]): string[] {
  return told.map(({ state, bytes }) => `${state} ${bytes}`);
}

/** How a file of ten bytes ends after five of them, and what the sender hears then. */
const ENDS: readonly (readonly [string, (receiving: Receiving) => Promise<unknown>])[] = [
  ["is not whole", async ({ peer }) => {
    await peer.send(endOf(HELLO));
    await hear(peer, "refused");
  }],
  ["is canceled", async ({ peer }) => {
    await peer.send({ type: "cancel", id: 1, reason: "" });
    await peer.send({ type: "bye" });
    await hear(peer, "bye");
  }],
  ["is refused", async ({ peer }) => {
    await peer.send({ ...DATA, offset: 5, bytes: new Uint8Array(6) });
    await hear(peer, "refused");
  }],
  ["stops with its connection", async ({ peer, ended }) => {
    peer.abort();
    await ended;
  }],
];

for (const [what, end] of ENDS) {
  Deno.test(`receiveFiles() tells onProgress that a file is over when it ${what}`, async () => {
    const told: ReceiveProgress[] = [];
    const onProgress = (progress: ReceiveProgress) => void told.push(progress);
    await using receiving = await openWelcomed({ onProgress });
    const { peer } = receiving;
    await sayAll(peer, [offerOf("a.bin", { size: 10 }), START, DATA]);
    await hear(peer, "accept");
    while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await end(receiving);
    assertEquals(statesOf(told), ["begun 0", "going 5", "over 5"]);
    const { connection } = receiving;
    assertEquals(told[0], { id: connection.id, path: "a.bin", state: "begun", bytes: 0, size: 10 });
  });
}

Deno.test("receiveFiles() stores a file though onProgress throws", async () => {
  const onProgress = () => {
    throw new Error("a listener's own");
  };
  await using receiving = await openWelcomed({ onProgress });
  const { peer } = receiving;
  await sayAll(peer, [offerOf("a.bin"), START, DATA, endOf(HELLO)]);
  await hear(peer, "accept");
  await hear(peer, "stored");
});
