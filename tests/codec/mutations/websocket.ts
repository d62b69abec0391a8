import { webSocketClientCodec, webSocketServerCodec } from "../../../codec/websocket/mod.ts";
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

/** Both sides of WebSocket. */
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
];
