import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";
import { type PushServerOptions, servePush } from "../../servers/push.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";

function started(options: PushServerOptions = {}) {
  const server = servePush({ port: 0, onEvent() {}, ...options });
  const { port } = server.addr as Deno.NetAddr;
  return {
    server,
    port,
    async publish(body: string): Promise<string> {
      const url = `http://127.0.0.1:${port}/topics/news`;
      const answer = await fetch(url, { method: "POST", body });
      return (await answer.json()).id;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function events(port: number, { query = "", fields = "" } = {}): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.send(
    `GET /topics/news${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n${fields}\r\n`,
  );
  await peer.until(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nretry: \d+\n\n/);
  return peer;
}

Deno.test("a topic is there as Server-Sent Events: what is kept at first, then each message with its id", async () => {
  await using push = started();
  const ids = [await push.publish("one"), await push.publish("two\nlines")];
  await using peer = await events(push.port);
  await peer.until(
    new RegExp(
      `id: ${ids[0]}\ndata: one\n\nid: ${ids[1]}\ndata: two\ndata: lines\n\n$`,
    ),
  );
  const third = await push.publish("three");
  await peer.until(new RegExp(`id: ${third}\ndata: three\n\n$`));
  assertMatch(peer.text, /\r\nContent-Type: text\/event-stream\r\n/);
  assertMatch(peer.text, /\r\nX-Accel-Buffering: no\r\n/);
});

for (
  const [what, ask] of [
    ["Last-Event-ID", (id: string) => ({ fields: `Last-Event-ID: ${id}\r\n` })],
    ["?lastEventId=", (id: string) => ({ query: `?lastEventId=${id}` })],
  ] as const
) {
  Deno.test(`a reader who comes back with ${what} misses nothing, and has nothing twice`, async () => {
    await using push = started();
    const first = await push.publish("first");
    {
      await using gone = await events(push.port);
      await gone.until(/data: first\n\n$/);
    }
    for (const text of ["a", "b"]) await push.publish(text);
    await using peer = await events(push.port, ask(first));
    await peer.until(/data: b\n\n$/);
    assertEquals(dataOf(peer), ["a", "b"]);
    await push.publish("c");
    await peer.until(/data: c\n\n$/);
    assertEquals(dataOf(peer), ["a", "b", "c"]);
  });

  Deno.test(`a reader with ${what} of long ago, or of another run, is told so, and gets what there is`, async () => {
    await using push = started({ history: 2 });
    const old = await push.publish("old");
    for (const text of ["b", "c", "d"]) await push.publish(text);
    for (const id of [old, "feedfeedfeed-3", "junk"]) {
      await using peer = await events(push.port, ask(id));
      await peer.until(/data: d\n\n$/);
      assertMatch(peer.text, /\n\nevent: missed\ndata:\n\nid: /);
      assertEquals(dataOf(peer), ["", "c", "d"]);
    }
  });
}

Deno.test("a reader hears a comment every 15 s when nothing else comes, and the end when the server stops", async () => {
  const clock = new FakeClock();
  await using push = started({ clock });
  await using peer = await events(push.port);
  await clock.advance(15_000);
  await peer.until(/: still here\n\n$/);
  await clock.advance(15_000);
  await peer.until(/: still here\n\n: still here\n\n$/);
  const stopped = push.server.shutdown();
  assertEquals(await peer.ending(), "polite");
  peer.close();
  assertEquals((await stopped).cut, 0);
});

Deno.test("a reader that leaves is no subscriber any more", async () => {
  await using push = started();
  {
    await using _peer = await events(push.port);
    assertEquals(await present(push.port), 1);
  }
  while (await present(push.port) > 0);
});

Deno.test(
  "the runtime's own EventSource reads a topic, and comes back where it was (needs EventSource)",
  {
    ignore: !("EventSource" in globalThis),
  },
  async () => {
    await using push = started();
    await push.publish("first");
    const source = new EventSource(`http://127.0.0.1:${push.port}/topics/news`);
    const got: string[] = [];
    await new Promise<void>((resolve) => {
      source.onmessage = ({ data, lastEventId }) => {
        got.push(data);
        assert(lastEventId !== "");
        if (got.length === 1) void push.publish("second");
        if (got.length === 2) resolve();
      };
    });
    source.close();
    assertEquals(got, ["first", "second"]);
  },
);

async function present(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/topics/news`);
  return (await answer.json()).present;
}

function dataOf({ text }: Peer): string[] {
  return Array.from(text.matchAll(/^data: ?(.*)$/gm), ([, data = ""]) => data);
}
