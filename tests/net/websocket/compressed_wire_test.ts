import { assert, assertEquals } from "@std/assert";
import {
  connectWebSocket,
  serveWebSocket,
  type WebSocketConnection,
} from "../../../net/websocket/mod.ts";
import {
  type Agreed,
  CONTENTS,
  deflatedByZlib,
  inflatedByZlib,
} from "../../codec/websocket/compressed_messages.ts";
import { binary, close, framesBytes, type ReadFrame, text } from "../../codec/websocket/frames.ts";
import { hex, utf8Bytes } from "../../codec/support.ts";
import { RawPeer } from "./raw_peer.ts";

const LIMITS = { maxMessageBytes: 256 * 1024 };
const SIZES = [16, 1023, 1024, 5000, 131_072];

/** What a client asks for, and in which windows it then has to send and to be answered. */
const ASKED: readonly { readonly asks: string; readonly sends: Agreed; readonly gets: Agreed }[] = [
  {
    asks: "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
    sends: { windowBits: 15, takeover: false },
    gets: { windowBits: 15, takeover: false },
  },
  {
    asks: "permessage-deflate; client_no_context_takeover; client_max_window_bits=9; " +
      "server_no_context_takeover; server_max_window_bits=9",
    sends: { windowBits: 9, takeover: false },
    gets: { windowBits: 9, takeover: false },
  },
  {
    asks: "permessage-deflate; server_max_window_bits=7, permessage-deflate; " +
      "client_no_context_takeover; server_no_context_takeover",
    sends: { windowBits: 15, takeover: false },
    gets: { windowBits: 15, takeover: false },
  },
];

async function echo(socket: WebSocketConnection): Promise<void> {
  for await (const message of socket) await socket.send(message);
}

for (const { asks, sends, gets } of ASKED) {
  Deno.test(`a WebSocket server on a real socket compresses as it was asked: ${asks}`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using server = serveWebSocket(listener, { compress: true, limits: LIMITS }, echo);
    using peer = await RawPeer.connect(server.addr.port, { extensions: asks });
    const messages = Object.values(CONTENTS).flatMap((contentOf) => SIZES.map(contentOf));
    const frames = (await deflatedByZlib(messages, sends)).map((one) => binary(one, { rsv: 4 }));
    const got = peer.frames();
    await peer.write(framesBytes([...frames, close(1000)], { sender: "client" }));
    checkEchoes(await got, { messages, agreed: gets });
  });
}

Deno.test("a WebSocket client on a real socket compresses as the server has agreed", async () => {
  const agreed = { windowBits: 15, takeover: false };
  const extensions = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = RawPeer.accept(listener, { extensions });
  const options = { compress: true, limits: LIMITS };
  await using socket = await connectWebSocket(`ws://127.0.0.1:${listener.addr.port}/`, options);
  using peer = await accepted;
  const echoed = echo(socket);
  const messages = Object.values(CONTENTS).flatMap((contentOf) => SIZES.map(contentOf));
  const frames = (await deflatedByZlib(messages, agreed)).map((one) => binary(one, { rsv: 4 }));
  const got = peer.frames();
  await peer.write(framesBytes([...frames, close(1000)], { sender: "server" }));
  checkEchoes(await got, { messages, agreed });
  peer[Symbol.dispose]();
  await echoed;
});

Deno.test("a WebSocket server on a real socket refuses compressed messages where it agreed on none", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serveWebSocket(listener, {}, echo);
  using peer = await RawPeer.connect(server.addr.port, { extensions: "permessage-deflate" });
  const got = peer.frames();
  const hello = text(hex("f2 48 cd c9 c9 07 00"), { rsv: 4 });
  await peer.write(framesBytes([text("a"), hello], { sender: "client" }));
  const [first, second, ...rest] = await got;
  assertEquals([first?.payload, rest.length], [utf8Bytes("a"), 0]);
  assertEquals([second?.opcode, second?.payload.slice(0, 2)], [8, Uint8Array.of(3, 0xea)]);
});

function checkEchoes(
  frames: readonly ReadFrame[],
  { messages, agreed }: { messages: readonly Uint8Array[]; agreed: Agreed },
): void {
  assertEquals(frames.length, messages.length + 1);
  frames.slice(0, -1).forEach(({ rsv, payload }, at) => {
    const message = messages[at]!;
    assertEquals(rsv, message.length < 1024 ? 0 : 4);
    const got = rsv === 4 ? inflatedByZlib([payload], agreed) : payload;
    assert(got.length === message.length && got.every((byte, index) => byte === message[index]));
  });
  assertEquals([frames.at(-1)?.opcode, frames.at(-1)?.payload], [8, Uint8Array.of(3, 0xe8)]);
}
