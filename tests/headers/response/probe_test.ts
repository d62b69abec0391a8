import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { NoHeadError, probeHead, type ProbeOptions } from "../../../headers/response/probe.ts";
import { ClosedError, DeadlineError } from "../../../net/errors.ts";
import { FakeClock, MemoryTransport, rejectionOf, turns } from "../../../testing/mod.ts";

const request = { url: new URL("http://a/"), method: "HEAD", fields: [] };

function start(options: Partial<ProbeOptions> = {}) {
  const clock = new FakeClock();
  const peer = new MemoryTransport();
  const probing = probeHead(request, {
    agent: "test",
    clock,
    open: () => Promise.resolve(peer),
    ...options,
  });
  return { clock, peer, probing };
}

Deno.test("probeHead() has one deadline for the whole head when it drips", async () => {
  const { clock, peer, probing } = start({ headMs: 10_000 });
  await turns();
  for (const byte of "HTTP/1.1 ") {
    await clock.advance(1_000);
    peer.deliver(byte);
  }
  await clock.advance(999);
  await clock.advance(1);
  using hop = await probing;
  const [head] = hop.heads;
  assertEquals([head.raw.end, head.lines[0]?.text], ["late", "HTTP/1.1 "]);
  assertEquals(head.faults.map(({ kind }) => kind), ["bad-status-line", "unfinished"]);
  assertEquals(hop.timing.firstByteMs, 1_000);
});

Deno.test("probeHead() says which deadline passed when no byte comes", async () => {
  const { clock, probing } = start({ headMs: 50 });
  const failing = rejectionOf(probing);
  await clock.advance(50);
  const error = await failing;
  assertInstanceOf(error, NoHeadError);
  assertInstanceOf(error.cause, DeadlineError);
  assertEquals([error.tried, error.cause.phase], ["talk", "head"]);
});

Deno.test("probeHead() gives up when the connection does not stand in time", async () => {
  const { clock, probing } = start({ connectMs: 50, open: () => new Promise(() => {}) });
  const failing = rejectionOf(probing);
  await clock.advance(50);
  const error = await failing;
  assertInstanceOf(error, NoHeadError);
  assertEquals([error.tried, error.url.href], ["connect", "http://a/"]);
  assert(error.cause instanceof DeadlineError && error.cause.phase === "connect");
});

Deno.test("probeHead() gives what came of the head when the connection breaks", async () => {
  const { peer, probing } = start();
  await turns();
  peer.deliver("HTTP/1.1 200 OK\r\nA: b");
  await turns();
  peer.reset();
  using hop = await probing;
  assertEquals(hop.heads[0].raw.end, "lost");
  assertEquals(hop.heads[0].fields, [["A", "b"]]);
});

Deno.test("probeHead() fails when the connection breaks before a byte of the head", async () => {
  const { peer, probing } = start();
  await turns();
  const failing = rejectionOf(probing);
  peer.reset();
  const error = await failing;
  assert(error instanceof NoHeadError && error.cause instanceof ClosedError);
  assert(peer.closed);
});

Deno.test("probeHead() leaves when more early heads come than anybody sends", async () => {
  const { peer, probing } = start();
  await turns();
  peer.deliver("HTTP/1.1 100 Continue\r\n\r\n".repeat(30));
  using hop = await probing;
  assertEquals(hop.heads.length, 21);
});

Deno.test("Hop reads nothing behind the head unless its body is wanted", async () => {
  const { peer, probing } = start();
  await turns();
  peer.deliver("HTTP/1.1 200 OK\r\n\r\n");
  using hop = await probing;
  const reads = peer.readSizes.length;
  await turns();
  assertEquals(peer.readSizes.length, reads);
  hop[Symbol.dispose]();
  assert(peer.closed);
});
