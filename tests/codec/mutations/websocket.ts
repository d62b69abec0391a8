import type { Codec, Session } from "../../../codec/codec.ts";
import { deflateEngine } from "../../../codec/deflate.ts";
import {
  type DeflateEngine,
  webSocketClientCodec,
  webSocketServerCodec,
} from "../../../codec/websocket/mod.ts";
import { hex } from "../support.ts";
import {
  binary,
  close,
  type Frame,
  frame,
  framesBytes,
  more,
  OPEN,
  ping,
  pong,
  text,
} from "../websocket/frames.ts";
import type { MutatedCodec } from "./mutated_codec.ts";

/** Small enough that mutated inputs reach each of them, and more than what a length of one byte can say. */
const LIMITS = { maxMessageBytes: 140, maxFragments: 3 };

const SAMPLES: readonly (readonly Frame[])[] = [
  [text("hi"), text("é€😀")],
  [text(""), binary(Uint8Array.of(0, 0xff))],
  [text("a", OPEN), more("", OPEN), more("b")],
  [text(Uint8Array.of(0xf0, 0x9f), OPEN), ping("p"), more(Uint8Array.of(0x98, 0x80))],
  [binary("x".repeat(130))],
  [text("x".repeat(70) + "é")],
  [ping("ping"), pong("pong")],
  [close(1000, "é")],
  [close()],
  [frame(8, Uint8Array.of(3, 0xed))],
  [text("a", { rsv: 4 })],
];

/** "Hello", a reference to it, and a block that is stored (RFC 7692, 7.2.3). */
const PACKED: readonly (readonly Frame[])[] = [
  [text(hex("f2 48 cd c9 c9 07 00"), { rsv: 4 }), text(hex("f2 00 11 00 00"), { rsv: 4 })],
  [binary(hex("f3 48 cd c9 c9 07 00 00"), { rsv: 4 })],
  [text(hex("f2 48 cd"), { rsv: 4, fin: false }), ping("p"), more(hex("c9 c9 07 00"))],
  [text(hex("00 05 00 fa ff 48 65 6c 6c 6f 00"), { rsv: 4 })],
  // A thousand times the same, which is too much.
  [text(hex("4a 4c 1c 05 a3 60 14 24 0e 73 00 00"), { rsv: 4 })],
  ...SAMPLES.slice(0, 4),
];

/** In a page there is none. */
const engine: DeflateEngine | undefined = deflateEngine;

const compression = (takeover: boolean) =>
  engine && {
    outgoing: { windowBits: 15, takeover },
    incoming: { windowBits: 15, takeover },
    thresholdBytes: 0,
    engine,
  };

/** Gives up what the session before held whenever another begins: Deno would do so only when all inputs are done. */
function oneAtATime(codec: Codec<unknown, never>): Codec<unknown, never> {
  let session: Session<unknown, never> | undefined;
  return {
    ...codec,
    decoder() {
      session?.release?.();
      session = codec.session();
      return session.decoder;
    },
  };
}

/** Both sides of WebSocket, with compression and without. */
export const WEBSOCKET: readonly MutatedCodec[] = [
  {
    name: "webSocketServerCodec()",
    of: "webSocketServerCodec",
    codec: webSocketServerCodec({ limits: LIMITS }),
    // A mask of zeros too: a change of a byte then is one of the text.
    samples: SAMPLES.flatMap((frames) => [
      framesBytes(frames, { sender: "client" }),
      framesBytes(frames, { sender: "client", mask: new Uint8Array(4) }),
    ]),
    limit: LIMITS.maxMessageBytes,
  },
  {
    name: "webSocketClientCodec()",
    of: "webSocketClientCodec",
    codec: webSocketClientCodec({ limits: LIMITS, random: (into) => into.fill(0x5a) }),
    samples: SAMPLES.map((frames) => framesBytes(frames, { sender: "server" })),
    limit: LIMITS.maxMessageBytes,
  },
  ...(engine ? [true, false] : []).map((takeover) => ({
    name: `webSocketServerCodec(), compressed ${takeover ? "with" : "without"} takeover`,
    of: "webSocketServerCodec",
    codec: oneAtATime(
      webSocketServerCodec({ limits: LIMITS, compression: compression(takeover) }),
    ),
    samples: PACKED.map((frames) =>
      framesBytes(frames, { sender: "client", mask: new Uint8Array(4) })
    ),
    limit: LIMITS.maxMessageBytes,
  })),
];
