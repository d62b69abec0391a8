import { assertEquals } from "@std/assert";
import {
  connectWebSocket,
  serveWebSocket,
  type WebSocketConnection,
} from "../../../net/websocket/mod.ts";
import { bytesOf, PEER } from "../../codec/websocket/drive_sample.ts";
import {
  binary,
  close,
  type Frame,
  framesBytes,
  type ReadFrame,
  text,
} from "../../codec/websocket/frames.ts";
import { CLOSES } from "../../codec/websocket/samples/closes.ts";
import { FRAGMENTS } from "../../codec/websocket/samples/fragments.ts";
import { PINGS } from "../../codec/websocket/samples/pings.ts";
import { RESERVED } from "../../codec/websocket/samples/reserved.ts";
import {
  badText,
  type FrameSample,
  type Role,
  type Said,
} from "../../codec/websocket/samples/sample.ts";
import { SIZES_SAMPLES } from "../../codec/websocket/samples/sizes.ts";
import { cutEvery } from "../../codec/support.ts";
import {
  between,
  UTF8_SEQUENCES,
  type Utf8Sequence,
} from "../../codec/websocket/utf8_sequences.ts";
import { RawPeer } from "./raw_peer.ts";

const TABLES: Readonly<Record<string, readonly FrameSample[]>> = {
  "messages of all sizes": SIZES_SAMPLES,
  "pings and pongs": PINGS,
  "reserved bits and opcodes": RESERVED,
  "fragments": FRAGMENTS,
  "closes": CLOSES,
  "text of all kinds": UTF8_SEQUENCES.filter((_, at) => at % 3 === 0)
    .map(openText),
};

/** Returns a text message of a sequence; of what is no text nothing comes behind the first bad byte. */
function openText(sequence: Utf8Sequence): FrameSample {
  const { name, bytes, badAt } = between(sequence, { before: "κόσμε", behind: "and more" });
  const frames = [text("a"), text(bytes)];
  const first = { text: "a" };
  if (badAt === undefined) {
    return { name, frames, says: [first, { text: new TextDecoder().decode(bytes) }] };
  }
  const missing = bytes.length - badAt - 1;
  return { name, frames, missing, says: [first], refused: badText(badAt + 1) };
}

/** So many connections stand at a time. */
const AT_ONCE = 16;
/** Shorter ones are sent byte by byte as well. */
const SHORT_BYTES = 60;

for (const [name, samples] of Object.entries(TABLES)) {
  for (const role of ["server", "client"] as const) {
    Deno.test(`a WebSocket ${role} on a real socket answers ${name} as it has to`, async () => {
      const waiting = samples.filter((sample) => sample.role === undefined || sample.role === role);
      const work = async () => {
        for (let sample; (sample = waiting.pop());) await check(sample, role);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    });
  }
}

async function check(sample: FrameSample, role: Role): Promise<void> {
  const { says = [], refused } = sample;
  const isOver = refused !== undefined || says.some((one) => "close" in one);
  const bytes = bytesOf(sample, role);
  const end = framesBytes(isOver ? [] : [close(1000)], { sender: PEER[role] });
  const wanted = wantedOf(sample, { isOver });
  for (const size of bytes.length < SHORT_BYTES ? [1, bytes.length] : [bytes.length]) {
    const got = await (role === "server" ? askServer : askClient)(sample, [
      ...cutEvery(bytes, size),
      end,
    ]);
    const what = `${sample.name}, in chunks of ${size}`;
    assertEquals(got.filter(isData).map(plain), wanted.filter(isData).map(plain), what);
    const controls = got.filter((one) => !isData(one));
    assertEquals(
      codesOf(controls, { refused }),
      codesOf(wanted.filter((one) => !isData(one)), { refused }),
      what,
    );
    assertEquals(got.at(-1)?.opcode, 8, what);
    assertEquals(got.every(({ mask }) => (mask === undefined) === (role === "server")), true, what);
  }
}

async function echo(socket: WebSocketConnection): Promise<void> {
  for await (const message of socket) await socket.send(message);
}

/** Sends chunks to a server that echoes, and returns the frames that come up to its close. */
async function askServer(
  { limits = {} }: FrameSample,
  chunks: readonly Uint8Array[],
): Promise<ReadFrame[]> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serveWebSocket(listener, { limits }, echo);
  using peer = await RawPeer.connect(server.addr.port);
  const frames = peer.frames();
  for (const chunk of chunks) await peer.write(chunk);
  const got = await frames;
  // The server is the one that ends the connection (RFC 6455, 7.1.1).
  assertEquals(await peer.ended(), 0, "nothing behind a close");
  return got;
}

/** As a server sends chunks to a client that echoes, and returns the frames that come up to its close. */
async function askClient(
  { limits = {} }: FrameSample,
  chunks: readonly Uint8Array[],
): Promise<ReadFrame[]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = RawPeer.accept(listener);
  const { port } = listener.addr;
  await using socket = await connectWebSocket(`ws://127.0.0.1:${port}/`, { limits });
  using peer = await accepted;
  const echoed = echo(socket).catch((error) => error);
  const frames = peer.frames();
  for (const chunk of chunks) await peer.write(chunk);
  const got = await frames;
  peer[Symbol.dispose]();
  await echoed;
  return got;
}

function wantedOf(
  { says = [], answers = [], refused }: FrameSample,
  { isOver }: { isOver: boolean },
): Frame[] {
  const last = refused ? [close(refused.close)] : isOver ? [] : [close(1000)];
  return [...says.flatMap(echoOf), ...answers, ...last];
}

function echoOf(said: Said): Frame[] {
  if ("text" in said) return [text(said.text)];
  return "binary" in said ? [binary(said.binary)] : [];
}

function isData({ opcode }: { opcode: number }): boolean {
  return opcode < 8;
}

function plain({ opcode, payload, fin = true, rsv = 0 }: Frame): unknown {
  return { opcode, payload, fin, rsv };
}

/** Returns control frames, without the reason of the last one where it is a refusal. */
function codesOf(frames: readonly Frame[], { refused }: { refused: unknown }): unknown[] {
  return frames.map((one) => {
    const payload = refused && one.opcode === 8 ? one.payload.subarray(0, 2) : one.payload;
    return plain({ ...one, payload });
  });
}
