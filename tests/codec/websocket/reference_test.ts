import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../../testing/random.ts";
import { cutAt, joined, utf8Bytes } from "../support.ts";
import { codecOf, decodeChunks, PEER } from "./drive_sample.ts";
import { type Frame, framesBytes, OPCODE } from "./frames.ts";
import type { Role, Said } from "./samples/sample.ts";

const LIMITS = { maxMessageBytes: 40, maxFragments: 4 };
const ROUNDS = 6_000;
/** What payloads are made of: text, and bytes that are none. */
const PIECES = ["", "a", "é", "€", "😀", "text", "x".repeat(20)].map(utf8Bytes)
  .concat([Uint8Array.of(0xe2, 0x82), Uint8Array.of(0xac), Uint8Array.of(0xff)]);
const CODES = [1000, 1001, 1005, 1014, 1015, 2999, 3000, 4999, 5000];

/** What came of frames, as somebody would say it who has all of them. */
interface Verdict {
  readonly messages: readonly Said[];
  readonly code: string | undefined;
}

/** Reads frames one by one, as RFC 6455 tells it, and does not care for speed. */
function verdictOn(frames: readonly Frame[], role: Role): Verdict {
  const messages: Said[] = [];
  let open: { opcode: number; parts: Uint8Array[]; utf8: TextDecoder } | undefined;
  for (const frame of frames) {
    const { opcode, payload, fin = true } = frame;
    if (isBadFrame(frame, role)) return { messages, code: "bad-frame" };
    if (opcode >= OPCODE.close) {
      const said = controlOf(frame);
      if (typeof said === "string") return { messages, code: said };
      messages.push(said);
      if ("close" in said) break;
      continue;
    }
    if ((opcode === OPCODE.continuation) === (open === undefined)) {
      return { messages, code: "bad-frame" };
    }
    open ??= {
      opcode,
      parts: [],
      utf8: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
    };
    open.parts.push(payload);
    if (open.parts.length > LIMITS.maxFragments) return { messages, code: "limit-exceeded" };
    const bytes = joined(open.parts);
    if (bytes.length > LIMITS.maxMessageBytes) return { messages, code: "limit-exceeded" };
    if (open.opcode === OPCODE.text) {
      try {
        open.utf8.decode(payload, { stream: !fin });
      } catch {
        return { messages, code: "bad-utf8" };
      }
    }
    if (!fin) continue;
    messages.push(open.opcode === OPCODE.text ? { text: asText(bytes) } : { binary: bytes });
    open = undefined;
  }
  return { messages, code: undefined };
}

function isBadFrame(
  { opcode, payload, fin = true, rsv = 0, lengthBytes = 0, masked }: Frame,
  role: Role,
): boolean {
  const isControl = opcode >= OPCODE.close;
  const isKnown = Object.values(OPCODE).some((one) => one === opcode);
  // Payloads here are shorter than what needs more than a byte for its length.
  const isLong = lengthBytes > 0 || payload.length > 125;
  return !isKnown || rsv > 0 || (isControl && !fin) || isLong ||
    (masked !== undefined && masked !== (role === "server"));
}

function controlOf({ opcode, payload }: Frame): Said | "bad-close" | "bad-utf8" {
  if (opcode === OPCODE.ping) return { ping: payload };
  if (opcode === OPCODE.pong) return { pong: payload };
  if (payload.length === 0) return { close: 1005, reason: "" };
  const code = payload[0]! * 256 + (payload[1] ?? NaN);
  const isAllowed = [1000, 1001, 1014, 3000, 4999].includes(code);
  if (!isAllowed) return "bad-close";
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { close: code, reason: decoder.decode(payload.subarray(2)) };
  } catch {
    return "bad-utf8";
  }
}

function asText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Draws frames, most of which are sound. */
class FrameDrawer {
  readonly #random: SeededRandom;
  #isOpen = false;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  next(): Frame {
    if (this.#oneIn(5)) return this.#changed(this.#control());
    const opcode = this.#isOpen !== this.#oneIn(12)
      ? OPCODE.continuation
      : this.#oneIn(3)
      ? OPCODE.binary
      : OPCODE.text;
    const fin = this.#oneIn(2);
    this.#isOpen = !fin;
    const frame = { opcode, fin, payload: this.#payload() };
    return this.#changed(frame);
  }

  #control(): Frame {
    if (!this.#oneIn(4)) return { opcode: this.#oneOf([9, 10]), payload: this.#payload() };
    const code = this.#oneOf(CODES);
    const payload = joined([Uint8Array.of(code >> 8, code), this.#payload()]);
    return { opcode: 8, payload: payload.slice(0, this.#oneIn(3) ? this.#random.upTo(3) : 99) };
  }

  #payload(): Uint8Array {
    return joined(
      Array.from({ length: this.#random.upTo(2) }, () => {
        // The last three are no text.
        return PIECES[this.#random.upTo(this.#oneIn(4) ? PIECES.length - 1 : PIECES.length - 4)]!;
      }),
    );
  }

  #changed(frame: Frame): Frame {
    if (!this.#oneIn(30)) return frame;
    return {
      ...frame,
      ...this.#oneOf<Partial<Frame>>([
        { opcode: this.#random.upTo(15) },
        { rsv: this.#random.upTo(7) },
        { fin: false },
        { masked: this.#oneIn(2) },
        { lengthBytes: 2 },
        { lengthBytes: 8 },
      ]),
    };
  }

  #oneIn(count: number): boolean {
    return this.#random.upTo(count - 1) === 0;
  }

  #oneOf<One>(choice: readonly One[]): One {
    return choice[this.#random.upTo(choice.length - 1)]!;
  }
}

for (const role of ["server", "client"] as const) {
  const codec = `webSocket${role === "server" ? "Server" : "Client"}Codec`;
  Deno.test(`${codec} finds in frames drawn at random what a slow reader of them finds`, () => {
    const random = new SeededRandom(role === "server" ? 11 : 12);
    const ends: Record<string, number> = {};
    for (let round = 0; round < ROUNDS; round++) {
      const drawer = new FrameDrawer(random);
      const frames = Array.from({ length: 1 + random.upTo(7) }, () => drawer.next());
      const bytes = framesBytes(frames, { sender: PEER[role], mask: random.bytes(4) });
      const wanted = verdictOn(frames, role);
      const cuts = Array.from({ length: random.upTo(6) }, () => random.upTo(bytes.length));
      const session = codecOf(role, { limits: LIMITS }).session();
      const { messages, error } = decodeChunks(session, { chunks: cutAt(bytes, cuts), role });
      const got: Verdict = { messages, code: error?.code };
      const end = wanted.code ?? (wanted.messages.some((one) => "close" in one) ? "close" : "open");
      ends[end] = (ends[end] ?? 0) + 1;
      try {
        assertEquals(got, wanted);
      } catch (cause) {
        throw new Error(`Round ${round}: ${JSON.stringify(frames)} cut at ${cuts}`, { cause });
      }
    }
    // Each of them came often enough to mean something.
    for (const end of ["bad-frame", "bad-close", "bad-utf8", "limit-exceeded", "close", "open"]) {
      assert((ends[end] ?? 0) > ROUNDS / 100, JSON.stringify(ends));
    }
  });
}
