import { assert } from "@std/assert";
import {
  connectWebSocket,
  serveWebSocket,
  type WebSocketConnection,
} from "../../../net/websocket/mod.ts";
import { type CompressionOfWs, WebSocket as WsSocket, WebSocketServer } from "./npm_ws.ts";
import { PeerSocket, type StandardWebSocket } from "./peer_socket.ts";

/** What both ends are told. */
export interface PairOptions {
  /** Subprotocols that ours knows. @default none */
  readonly ours?: readonly string[];
  /** Subprotocols that the peer knows. @default none */
  readonly theirs?: readonly string[];
  /** Both compress, where the peer can. @default {false} */
  readonly compress?: boolean;
  /** How ws compresses. @default as it does by itself */
  readonly compression?: CompressionOfWs;
}

/** Our end of a WebSocket, and that of a peer which nobody here wrote. */
export interface PeerPair<Socket extends StandardWebSocket = StandardWebSocket>
  extends AsyncDisposable {
  readonly ours: WebSocketConnection;
  readonly peer: PeerSocket<Socket>;
}

/** Opens a pair. */
export type OpenPair<Socket extends StandardWebSocket = StandardWebSocket> = (
  options?: PairOptions,
) => Promise<PeerPair<Socket>>;

/** Calls our server with a socket of ws. */
export const wsCallsUs: OpenPair<WsSocket> = (options = {}) =>
  peerCallsUs(options, (url) => {
    const { theirs = [], compress = false, compression } = options;
    return new WsSocket(url, theirs, { perMessageDeflate: compress && (compression ?? true) });
  });

/** Calls our server with the WebSocket of this runtime. */
export const runtimeCallsUs: OpenPair = (options = {}) =>
  peerCallsUs(options, (url) => new WebSocket(url, [...options.theirs ?? []]));

/** Calls our server with a socket of a peer. */
export async function peerCallsUs<Socket extends StandardWebSocket>(
  { ours = [], compress = false }: PairOptions,
  call: (url: string) => Socket,
): Promise<PeerPair<Socket>> {
  const accepted = Promise.withResolvers<WebSocketConnection>();
  const finished = Promise.withResolvers<void>();
  const server = serveWebSocket(
    Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    { protocols: ours, compress, onEvent() {} },
    (socket) => {
      accepted.resolve(socket);
      return finished.promise;
    },
  );
  const peer = new PeerSocket(call(`ws://127.0.0.1:${server.addr.port}/`));
  await peer.opened;
  return {
    ours: await accepted.promise,
    peer,
    async [Symbol.asyncDispose]() {
      peer.socket.close();
      finished.resolve();
      await peer.closed;
      await server.shutdown();
    },
  };
}

/** Calls a server of ws. */
export const weCallWs: OpenPair<WsSocket> = async (options = {}) => {
  const { theirs = [], compress = false, compression } = options;
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: compress && (compression ?? true),
    handleProtocols: (offered) => theirs.find((one) => offered.has(one)) ?? false,
  });
  await new Promise<void>((resolve) => server.on("listening", resolve));
  const accepted = new Promise<PeerSocket<WsSocket>>((resolve) =>
    server.on("connection", (socket) => resolve(new PeerSocket(socket)))
  );
  return await weCall(options, {
    port: server.address().port,
    accepted,
    end: () => new Promise((resolve) => server.close(resolve)),
  });
};

/** A server of a peer. */
export interface PeerServer<Socket extends StandardWebSocket> {
  readonly port: number;
  /** Its end of the only connection. */
  readonly accepted: Promise<PeerSocket<Socket>>;
  /** Ends it. */
  end(): Promise<void>;
}

/** Calls a server of a peer. */
export async function weCall<Socket extends StandardWebSocket>(
  { ours = [], compress = false }: PairOptions,
  { port, accepted, end }: PeerServer<Socket>,
): Promise<PeerPair<Socket>> {
  const client = await connectWebSocket(`ws://127.0.0.1:${port}/`, { protocols: ours, compress });
  const peer = await accepted;
  return {
    ours: client,
    peer,
    async [Symbol.asyncDispose]() {
      await client.close();
      await peer.closed;
      await end();
    },
  };
}

/** What ws may ask of compression, one at a time. */
export const COMPRESSIONS_OF_WS: readonly CompressionOfWs[] = [
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverMaxWindowBits: 9 },
  { clientMaxWindowBits: 9 },
];

/** Sends texts that repeat one another there and back. */
export async function requireLongTexts({ ours, peer }: PeerPair): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    const text = `${turn}`.repeat(4_096) + "a text that comes again".repeat(100);
    await ours.send(text);
    assert(await peer.receive() === text);
    peer.socket.send(text);
    const event = await ours.receive();
    assert(event?.kind === "text" && event.text === text);
  }
}
