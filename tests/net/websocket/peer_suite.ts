import { assert, assertEquals, assertRejects } from "@std/assert";
import type { WebSocketEvent } from "../../../net/websocket/mod.ts";
import type { OpenPair, PeerPair } from "./peer_pairs.ts";

/** Where the length takes another form, and what takes many reads. */
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1024 * 1024];
const TEXTS = [
  "",
  "hello",
  "Grüße, 世界, 🦀",
  "x".repeat(125),
  "é".repeat(63),
  "🦀".repeat(16_384),
];
const encoder = new TextEncoder();

/** What a peer is asked. */
export interface PeerSuiteOptions {
  /** Opens a pair of our end and its. */
  readonly open: OpenPair;
  /** What stands at the end of each name, and whether it is missing. @default nothing is needed */
  readonly needs?: { readonly what: string; readonly missing: boolean };
  /** It compresses where it is asked. @default {false} */
  readonly compresses?: boolean;
  /** Its end says what subprotocol it speaks. @default {true} */
  readonly tellsSubprotocol?: boolean;
}

/** Runs what every peer has to be able to do with us, in both directions. */
export function testPeer(
  name: string,
  { open, needs, compresses = false, tellsSubprotocol = true }: PeerSuiteOptions,
): void {
  const test = (what: string, run: (open: OpenPair) => Promise<void>) =>
    Deno.test(
      `${name}: ${what}${needs ? ` (needs ${needs.what})` : ""}`,
      { ignore: needs?.missing ?? false },
      () => run(open),
    );

  test("messages of every size go both ways", async (open) => {
    await using pair = await open();
    await exchange(pair);
  });

  test(`messages go both ways where we ${compresses ? "both" : "alone"} compress`, async (open) => {
    await using pair = await open({ compress: true });
    assertEquals(pair.peer.socket.extensions.startsWith("permessage-deflate"), compresses);
    await exchange(pair);
  });

  test("many messages arrive in their order", async (open) => {
    await using pair = await open();
    const { ours, peer } = pair;
    for (let index = 0; index < 1_000; index++) {
      void ours.send(`ours ${index}`);
      peer.socket.send(`theirs ${index}`);
    }
    for (let index = 0; index < 1_000; index++) {
      assertEquals(await peer.receive(), `ours ${index}`);
      assertEquals(contentOf(await ours.receive()), `theirs ${index}`);
    }
  });

  test("what we send in pieces arrives as one message, with pings between them", async (open) => {
    await using pair = await open();
    const { ours, peer } = pair;
    const next = ours.receive();
    const pings: Promise<number>[] = [];
    async function* pieces() {
      for (const piece of ["Grüße ", "🦀".slice(0, 1), "🦀".slice(1), "", "!"]) {
        pings.push(ours.ping());
        yield piece;
        await pings.at(-1);
      }
    }
    await ours.sendStream(pieces(), { kind: "text" });
    assertEquals(await peer.receive(), "Grüße 🦀!");
    await ours.sendStream([Uint8Array.of(1), Uint8Array.of(2, 3)], { kind: "binary" });
    assertEquals(await peer.receive(), Uint8Array.of(1, 2, 3));
    for (const ms of await Promise.all(pings)) assert(ms >= 0);
    peer.socket.send("done");
    assertEquals(contentOf(await next), "done");
  });

  for (const { code, reason } of [{ code: 1000, reason: "" }, { code: 4999, reason: "genug 🦀" }]) {
    test(`it closes with ${code}, and gets that back`, async (open) => {
      await using pair = await open();
      const { ours, peer } = pair;
      peer.socket.close(code, reason);
      assertEquals(await ours.receive(), undefined);
      assertEquals(await peer.closed, { code, reason: "" }, "the code alone comes back");
      const { first, received, sent } = ours.closeInfo;
      assertEquals([first, received, sent?.code], ["peer", { code, reason }, code]);
    });
  }

  for (const code of [1000, 1001, 1011, 3000, 4999]) {
    test(`we close with ${code}, and it answers`, async (open) => {
      await using pair = await open();
      const { ours, peer } = pair;
      await ours.close(code, `because ${code}`);
      assertEquals(await peer.closed, { code, reason: `because ${code}` });
      const { first, received, sent } = ours.closeInfo;
      assertEquals([first, sent], ["local", { code, reason: `because ${code}` }]);
      assertEquals(received?.code, code);
      await assertRejects(() => ours.send("late"));
    });
  }

  test("a message that is too large is answered with 1009", async (open) => {
    await using pair = await open();
    const { ours, peer } = pair;
    const failed = assertRejects(() => ours.receive(), Error, "exceed maxMessageBytes 1048576");
    peer.socket.send(new Uint8Array(1024 * 1024 + 1));
    await failed;
    assertEquals((await peer.closed).code, 1009);
    assertEquals(ours.closeInfo.sent?.code, 1009);
  });

  for (
    const { what, agreed, ...options } of [
      { what: "none is asked for", agreed: undefined },
      { what: "one is known to both", ours: ["a", "b"], theirs: ["b"], agreed: "b" },
    ]
  ) {
    test(`they speak ${agreed ?? "no subprotocol"} where ${what}`, async (open) => {
      await using pair = await open(options);
      assertEquals(pair.ours.protocol, agreed);
      if (tellsSubprotocol) assertEquals(pair.peer.socket.protocol, agreed ?? "");
    });
  }
}

async function exchange({ ours, peer }: PeerPair): Promise<void> {
  const messages = [
    ...TEXTS,
    ...SIZES.flatMap((
      bytes,
    ) => ["x".repeat(bytes), noise(bytes), encoder.encode("y".repeat(bytes))]),
  ];
  for (const message of messages) {
    const received = ours.receive();
    peer.socket.send(message);
    const event = await received;
    assertEquals(event?.kind, typeof message === "string" ? "text" : "binary");
    assertSame(contentOf(event), message);
    // What is passed on is not decoded before.
    await ours.send(event!);
    assertSame(await peer.receive(), message);
    await ours.send(message);
    assertSame(await peer.receive(), message);
  }
}

/** Bytes that no compression makes smaller, the same each time. */
function noise(bytes: number): Uint8Array<ArrayBuffer> {
  let state = 1;
  return Uint8Array.from({ length: bytes }, () => {
    state = Math.imul(state, 48_271) % 0x7fffffff;
    return state >> 8;
  });
}

function contentOf(event: WebSocketEvent | undefined): string | Uint8Array | undefined {
  return event?.kind === "text" ? event.text : event?.bytes;
}

/** Compares what assertEquals would need seconds for. */
function assertSame(
  received: string | Uint8Array | undefined,
  sent: string | Uint8Array,
): void {
  assertEquals([typeof received, received?.length], [typeof sent, sent.length]);
  if (typeof sent === "string") return assert(received === sent);
  assert(sent.every((byte, index) => byte === received?.[index]));
}
