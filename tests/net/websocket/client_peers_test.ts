import { assert, assertEquals } from "@std/assert";
import { connectWebSocket } from "../../../net/websocket/mod.ts";
import { WebSocketServer } from "./npm_ws.ts";
import { weCallWs } from "./peer_pairs.ts";
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

for (
  const compression of [
    { serverNoContextTakeover: true },
    { clientNoContextTakeover: true },
    { serverMaxWindowBits: 9 },
    { clientMaxWindowBits: 9 },
  ]
) {
  Deno.test(`connectWebSocket keeps to what ws asks for: ${JSON.stringify(compression)}`, async () => {
    await using pair = await weCallWs({ compress: true, compression });
    const { ours, peer } = pair;
    for (let turn = 0; turn < 4; turn++) {
      const text = `${turn}`.repeat(4_096) + "a text that comes again".repeat(100);
      await ours.send(text);
      assert(await peer.receive() === text);
      peer.socket.send(text);
      const event = await ours.receive();
      assert(event?.kind === "text" && event.text === text);
    }
  });
}
