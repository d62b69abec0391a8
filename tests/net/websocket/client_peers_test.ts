import { assertEquals } from "@std/assert";
import { connectWebSocket } from "../../../net/websocket/mod.ts";
import { WebSocketServer } from "./npm_ws.ts";
import { COMPRESSIONS_OF_WS, requireLongTexts, weCallWs } from "./peer_pairs.ts";
import { testPeer } from "./peer_suite.ts";

testPeer("connectWebSocket calls ws", { open: weCallWs, compresses: true });

Deno.test("connectWebSocket sends ws the fields that it is given", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  await new Promise<void>((resolve) => server.on("listening", resolve));
  const headers = new Promise<Readonly<Record<string, string>>>((resolve) =>
    server.on("connection", (_socket, request) => resolve(request.headers))
  );
  const url = `ws://127.0.0.1:${server.address().port}/a?b`;
  await using socket = await connectWebSocket(url, { fields: { Authorization: "Bearer token" } });
  const { authorization, host } = await headers;
  assertEquals([authorization, `ws://${host}/a?b`], ["Bearer token", url]);
  await socket.close();
  await new Promise<void>((resolve) => server.close(resolve));
});

Deno.test("connectWebSocket goes on without a subprotocol where ws knows none of ours", async () => {
  await using pair = await weCallWs({ ours: ["a"], theirs: ["b"] });
  assertEquals(pair.ours.protocol, undefined);
});

for (const compression of COMPRESSIONS_OF_WS) {
  Deno.test(`connectWebSocket keeps to what ws asks for: ${JSON.stringify(compression)}`, async () => {
    await using pair = await weCallWs({ compress: true, compression });
    await requireLongTexts(pair);
  });
}
