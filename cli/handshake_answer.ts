import { ProtocolError } from "../codec/errors.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { type Fields, httpClientCodec } from "../codec/http/mod.ts";
import { sleep } from "../net/clock.ts";
import { forgettable } from "../net/rejection.ts";
import { closeQuietly, type Transport } from "../net/transport.ts";

/** What is kept of an answer: a head, and a body that is short. */
const MAX_BYTES = 16 * 1024;
/** How long the rest of an answer is waited for. */
const WAIT_MS = 500;
/** Characters of a line that is told. */
const MAX_LINE = 200;
/** The statuses whose answers say why a handshake is refused. */
const REFUSED = /^[45]\d\d/;

/**
 * Hears what a server answers to a WebSocket's handshake. Where it refuses, the body of its answer says why, and by then whoever
 * asked has left: so the end of the byte stream waits until that is read.
 */
export class HandshakeAnswer {
  #transport: Transport | undefined;
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #reading: Promise<number | null> | undefined;
  #isLeft = false;
  #isOver = false;

  /** Returns a byte stream that is heard until the handshake is over. */
  of(transport: Transport): Transport {
    this.#transport = transport;
    const { handshake, setNoDelay } = transport;
    return {
      localAddr: transport.localAddr,
      remoteAddr: transport.remoteAddr,
      read: (into) => this.#isOver ? transport.read(into) : this.#read(transport, into),
      write: (bytes) => transport.write(bytes),
      closeWrite: () => transport.closeWrite(),
      close: () => {
        if (this.#isOver) transport.close();
        else this.#isLeft = true;
      },
      ...setNoDelay && { setNoDelay: (on?: boolean) => transport.setNoDelay?.(on) },
      ...handshake && { handshake: () => transport.handshake!() },
    };
  }

  /** Returns the error that a handshake failed with, with what the server said where it refused and says something short. */
  async told(error: unknown): Promise<unknown> {
    if (!(error instanceof ProtocolError) || error.code !== "bad-handshake") return error;
    const { received = "", expected, code, side, offset } = error;
    if (!REFUSED.test(received)) return error;
    const said = await this.#said().catch(() => undefined);
    if (said === undefined) return error;
    const [status] = received.split(":");
    const told = `${status}: ${said}`;
    return new ProtocolError(`Cannot open WebSocket: expected ${expected}, got ${told}`, {
      code,
      side,
      offset,
      expected,
      received: told,
      cause: error,
    });
  }

  /** The handshake is over: what is read now is no answer. */
  over(): void {
    this.#isOver = true;
    this.#chunks = [];
    if (this.#isLeft && this.#transport) closeQuietly(this.#transport);
  }

  #read(transport: Transport, into: Uint8Array): Promise<number | null> {
    return this.#reading = forgettable(
      transport.read(into).then((count) => {
        this.#reading = undefined;
        if (count !== null && !this.#isOver && this.#bytes < MAX_BYTES) {
          this.#chunks.push(into.slice(0, count));
          this.#bytes += count;
        }
        return count;
      }),
    );
  }

  /** Returns what the body says in its first line. */
  async #said(): Promise<string | undefined> {
    const { decoder } = httpClientCodec().session();
    const utf8 = new TextDecoder();
    let fields: Fields | undefined;
    let text = "";
    using late = lateness(WAIT_MS);
    for (;;) {
      for (const chunk of this.#chunks.splice(0)) decoder.push(chunk);
      for (let message; (message = decoder.next()) !== undefined;) {
        if (message.type === "response" && message.status >= 200) {
          fields = message.fields;
          if (message.body === 0) return undefined;
        }
        if (message.type === "body") text += utf8.decode(message.bytes, { stream: true });
        if (message.type === "end") return shortLine(text, fields);
      }
      const isMore = this.#bytes < MAX_BYTES && await Promise.race([this.#more(), late.promise]);
      if (!isMore) return shortLine(text, fields);
    }
  }

  /** Waits for more of the answer, and says whether there is. */
  async #more(): Promise<boolean> {
    const transport = this.#transport;
    if (!transport) return false;
    const count = await (this.#reading ?? this.#read(transport, new Uint8Array(MAX_BYTES)));
    return count !== null;
  }
}

/** Returns what is fulfilled with false after a while. */
function lateness(ms: number): Disposable & { readonly promise: Promise<boolean> } {
  const over = new AbortController();
  const promise = sleep(ms, { signal: over.signal }).then(() => false, () => false);
  return { promise, [Symbol.dispose]: () => over.abort() };
}

/** Returns the first line of a body where it is short text, or what JSON has as its message. */
function shortLine(text: string, fields: Fields | undefined): string | undefined {
  const [type = ""] = (fields?.get("Content-Type") ?? "text/plain").toLowerCase().split(";");
  const said = type.trim() === "application/json"
    ? messageIn(text)
    : type.trim() === "text/plain" && !text.trimStart().startsWith("<")
    ? text
    : undefined;
  const [line = ""] = said?.trim().split(/[\r\n]/) ?? [];
  return line === "" || line.length > MAX_LINE ? undefined : escapeControls(line);
}

/** Returns the message of an error as servers write it in JSON: `{"error":{"message":...}}`, or one of these alone. */
function messageIn(json: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  for (const name of ["error", "message"]) {
    if (typeof value === "object" && value !== null && name in value) {
      value = Object.entries(value).find(([key]) => key === name)?.[1];
    }
  }
  return typeof value === "string" ? value : undefined;
}
