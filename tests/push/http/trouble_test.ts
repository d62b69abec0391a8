import { assertEquals } from "@std/assert";
import { AddressList } from "../../../net/address_list.ts";
import { Access, withoutToken } from "../../../push/http/access.ts";
import { ClientLimit } from "../../../push/http/client_limit.ts";
import { PushDoor } from "../../../push/http/push_door.ts";
import { followTopic } from "../../../push/http/push_socket.ts";
import { routeOf } from "../../../push/http/route.ts";
import { streamTopic } from "../../../push/http/topic_answers.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { turns } from "../../../testing/turns.ts";
import { asked, servedHttp, stop as stopHttp } from "../../net/http/served_http.ts";
import {
  frame,
  HANDSHAKE,
  opened,
  servedWebSocket,
  stop,
} from "../../net/websocket/served_websocket.ts";
import { openHub } from "../fakes.ts";
import { requestOf } from "./request_of.ts";

Deno.test("streamTopic() sends nothing behind the message that its reader was too slow for", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 70_000 } });
  const served = servedHttp(async (http) => {
    for await (const request of http) {
      await streamTopic(http, { hub, topic: "news", request, fields: [] }, { slow: "close" });
    }
  });
  const peer = served.listener.connect();
  peer.deliver(asked("GET /topics/news"));
  await turns(5);
  peer.blockWrites();
  for (const text of ["x".repeat(60_000), "y".repeat(65_600), "small"]) hub.publish("news", text);
  await turns(5);
  peer.unblockWrites();
  await turns(5);
  const ids = Array.from(peer.written.matchAll(/^id: .*-(\d+)$/gm), ([, number]) => number);
  assertEquals(ids, ["1"]);
  await stopHttp(served);
});

Deno.test("followTopic() follows no longer when its client may not publish and is closed", async () => {
  for (const slow of ["close", "drop-newest"] as const) {
    const { hub } = openHub({ limits: { maxQueuedBytes: 10 } });
    const options = { hub, topic: "news", lastEventId: undefined, ownMessages: true, slow };
    const served = servedWebSocket((socket) =>
      followTopic(socket, { ...options, mayPublish: false })
    );
    const peer = await opened(served);
    peer.deliver(frame(1, "mine"));
    await turns(5);
    for (let count = 0; count < 5; count++) {
      hub.publish("news", "a");
      await turns(1);
    }
    assertEquals(Object.values(hub.counters.drops), [0, 0, 0, 0]);
    assertEquals(hub.present("news"), 0);
    await stop(served);
  }
});

Deno.test("PushDoor keeps no place for a client when its connection breaks inside the handshake", async () => {
  const clock = new FakeClock();
  const door = new PushDoor({
    origins: [],
    hosts: [],
    subprotocols: [],
    maxMessageBytes: 1000,
    maxFragments: 10,
    compress: false,
    isEcho: false,
    noClientPublish: false,
    trusted: { addresses: new AddressList([]), overUnix: false },
    maxPerAddress: 1,
    advice: { origin: () => "", host: () => "" },
    clock,
    onAnswer: () => {},
  });
  const entered: string[] = [];
  const served = servedHttp(async (http) => {
    for await (const request of http) {
      if (request.path === "/broken") http.connection.abort();
      try {
        using client = await door.open(http, request);
        entered.push(`${request.path} ${client === undefined ? "too many" : "entered"}`);
        client?.socket.abort();
      } catch {
        entered.push(`${request.path} failed`);
      }
    }
  });
  for (const path of ["/broken", "/sound"]) {
    served.listener.connect().deliver(HANDSHAKE.replace("/chat", path));
    await turns(10);
    for (let round = 0; round < 2; round++) {
      await clock.advance(10_000);
      await served.clock.advance(10_000);
    }
  }
  assertEquals(entered, ["/broken failed", "/sound entered"]);
  await stopHttp(served);
});

Deno.test("ClientLimit gives a place back once when that is disposed of twice", () => {
  const limit = new ClientLimit(2);
  const [one] = [limit.claim("1.2.3.4"), limit.claim("1.2.3.4")];
  one![Symbol.dispose]();
  one![Symbol.dispose]();
  assertEquals([limit.claim("1.2.3.4"), limit.claim("1.2.3.4")].map((one) => one !== undefined), [
    true,
    false,
  ]);
});

for (
  const query of [
    "t%6fken=secret",
    "%74%6F%6B%65%6E=secret",
    "a=1&to%6ben=secret&b=2",
    "token=#secret",
    "token=sec#ret&a#=b",
  ]
) {
  Deno.test(`withoutToken() hides what Access takes when the query is ${query}`, () => {
    const target = `/news?${query}`;
    const token = new URLSearchParams(query).get("token")!;
    const access = new Access({ subscribeToken: token });
    assertEquals(access.allows("subscribe", requestOf({ target })), true);
    assertEquals(/secret|ret/.test(withoutToken(target)), false, withoutToken(target));
  });
}

Deno.test("Access takes a token that is not of ASCII from a field as well", () => {
  const access = new Access({ subscribeToken: "grün" });
  const inBytes = String.fromCharCode(...new TextEncoder().encode("grün"));
  const request = requestOf({ fields: { Authorization: `Bearer ${inBytes}` } });
  assertEquals(access.allows("subscribe", request), true);
});

Deno.test("routeOf() refuses the topics that webSocketTopic() keeps for the server", () => {
  const kinds = ["healthz", "metrics", "topics", "topics/news", "%68ealthz", "topics%2Fnews"]
    .map((encoded) => routeOf(`/topics/${encoded}`).kind);
  assertEquals([...new Set(kinds)], ["refused"]);
});

Deno.test("streamTopic() goes by the query when Last-Event-ID is empty", async () => {
  const { hub } = openHub();
  const { id } = hub.publish("news", "one");
  hub.publish("news", "two");
  await turns();
  const served = servedHttp(async (http) => {
    for await (const request of http) {
      await streamTopic(http, { hub, topic: "news", request, fields: [] }, { slow: "close" });
    }
  });
  const peer = served.listener.connect();
  peer.deliver(asked(`GET /topics/news?lastEventId=${id}`, "Last-Event-ID: "));
  await turns(5);
  assertEquals(peer.written.match(/^data: .*$/gm), ["data: two"]);
  await stopHttp(served);
});
