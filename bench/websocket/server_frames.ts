import { createInflateRaw } from "node:zlib";

/** A message as it came. */
export interface Answer {
  readonly kind: "text" | "binary";
  readonly bytes: Uint8Array;
}

const MAX_HEAD_BYTES = 10;
const CONTROL = 0x08;
const LAST = 0x80;

/** Counts the messages in what a server sends, and looks at no byte of them. */
export class AnswerCounter {
  /** Bytes of the frame that are still to come. */
  #missing = 0;
  #endsMessage = false;
  readonly #head = new Uint8Array(MAX_HEAD_BYTES);
  #headBytes = 0;

  /** Returns how many messages these bytes end. */
  push(bytes: Uint8Array): number {
    let messages = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.#missing === 0) {
        at += this.#readHead(bytes, at);
        if (this.#headBytes !== 0) break;
      }
      const part = Math.min(this.#missing, bytes.length - at);
      at += part;
      this.#missing -= part;
      if (this.#missing === 0 && this.#endsMessage) messages++;
    }
    return messages;
  }

  /** Takes the head of a frame, and returns its bytes; where its end is missing, `#headBytes` are kept. */
  #readHead(bytes: Uint8Array, at: number): number {
    const head = this.#head;
    for (let taken = 0; at + taken < bytes.length;) {
      head[this.#headBytes++] = bytes[at + taken++]!;
      if (this.#headBytes < 2) continue;
      const short = head[1]!;
      const size = short < 126 ? 2 : short === 126 ? 4 : MAX_HEAD_BYTES;
      if (this.#headBytes < size) continue;
      this.#missing = short;
      if (short >= 126) {
        this.#missing = 0;
        for (let index = 2; index < size; index++) {
          this.#missing = this.#missing * 256 + head[index]!;
        }
      }
      this.#endsMessage = (head[0]! & LAST) !== 0 && (head[0]! & CONTROL) === 0;
      this.#headBytes = 0;
      return taken;
    }
    return bytes.length - at;
  }
}

/** Takes whole messages apart, to see that they are right before a server is loaded. */
export async function answersIn(bytes: Uint8Array): Promise<Answer[]> {
  const answers: Answer[] = [];
  const inflate = createInflateRaw();
  const inflated: Uint8Array[] = [];
  inflate.on("data", (piece) => inflated.push(piece));
  let parts: Uint8Array[] = [];
  let [kind, compressed]: [Answer["kind"], boolean] = ["binary", false];
  for (let at = 0; at < bytes.length;) {
    const [first = 0, short = 0] = bytes.subarray(at);
    const field = new DataView(bytes.buffer, bytes.byteOffset + at);
    const length = short < 126
      ? short
      : short === 126
      ? field.getUint16(2)
      : Number(field.getBigUint64(2));
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : MAX_HEAD_BYTES);
    at = start + length;
    const opcode = first & 0x0f;
    if (opcode & CONTROL) continue;
    if (opcode !== 0) {
      kind = opcode === 1 ? "text" : "binary";
      compressed = (first & 0x40) !== 0;
      parts = [];
    }
    parts.push(bytes.subarray(start, at));
    if ((first & LAST) === 0) continue;
    if (compressed) {
      parts.push(Uint8Array.of(0, 0, 0xff, 0xff));
      for (const part of parts) await new Promise((resolve) => inflate.write(part, resolve));
      await new Promise<void>((resolve) => inflate.flush(() => resolve()));
      parts = inflated.splice(0);
    }
    answers.push({ kind, bytes: new Uint8Array(await new Blob(parts.map(own)).arrayBuffer()) });
  }
  inflate.destroy();
  return answers;
}

function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
