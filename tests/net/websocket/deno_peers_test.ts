import { type OpenPair, weCall } from "./peer_pairs.ts";
import { PeerSocket } from "./peer_socket.ts";
import { testPeer } from "./peer_suite.ts";

/** Calls a server of Deno. */
const weCallDeno: OpenPair = async (options = {}) => {
  const accepted = Promise.withResolvers<PeerSocket<WebSocket>>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const offered = request.headers.get("Sec-WebSocket-Protocol")?.split(/, */) ?? [];
    const protocol = options.theirs?.find((one) => offered.includes(one));
    const upgraded = Deno.upgradeWebSocket(request, { ...protocol !== undefined && { protocol } });
    accepted.resolve(new PeerSocket(upgraded.socket));
    return upgraded.response;
  });
  return await weCall(options, {
    port: server.addr.port,
    accepted: accepted.promise,
    end: () => server.shutdown(),
  });
};

testPeer("connectWebSocket calls Deno.upgradeWebSocket", {
  open: weCallDeno,
  // It agrees on one, and has none itself.
  tellsSubprotocol: false,
});
