import type { ReadFrame } from "../../codec/websocket/frames.ts";
import { readFrames } from "../../codec/websocket/frames.ts";
import { joined, latin1, utf8Bytes } from "../../codec/support.ts";

const HEAD_END = "\r\n\r\n";
/** What RFC 6455, 1.3 has behind the key. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The other side of a WebSocket, which does no more than it is told: its bytes go out as they are. */
export class RawPeer implements Disposable {
  readonly #connection: Deno.TcpConn;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #ended = false;
  #isClosed = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    connection.setNoDelay();
  }

  /** Connects to a server, and shakes hands. @throws {Error} It did not agree. */
  static async connect(
    port: number,
    { extensions }: { extensions?: string } = {},
  ): Promise<RawPeer> {
    const peer = new RawPeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    const asked = extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`];
    await peer.write(utf8Bytes(
      [
        "GET / HTTP/1.1",
        `Host: 127.0.0.1:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${KEY}`,
        "Sec-WebSocket-Version: 13",
        ...asked,
        HEAD_END,
      ].join("\r\n").slice(0, -2),
    ));
    const head = await peer.#head();
    if (!head.startsWith("HTTP/1.1 101 ") || !head.includes(ACCEPT)) throw new Error(head);
    return peer;
  }

  /** Accepts one client of a listener, and shakes hands. */
  static async accept(
    listener: Deno.TcpListener,
    { extensions }: { extensions?: string } = {},
  ): Promise<RawPeer> {
    const peer = new RawPeer(await listener.accept());
    const [, key = ""] = /\r\nSec-WebSocket-Key: *(\S+)\r\n/i.exec(await peer.#head()) ?? [];
    const digest = await crypto.subtle.digest("SHA-1", utf8Bytes(key + GUID));
    const accept = btoa(latin1(new Uint8Array(digest)));
    await peer.write(utf8Bytes(
      [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${accept}`,
        ...extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`],
        HEAD_END,
      ].join("\r\n").slice(0, -2),
    ));
    return peer;
  }

  /** Writes all bytes, unless the other side has gone: what it said last can still be read. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    } catch (error) {
      if (
        !(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)
      ) {
        throw error;
      }
    }
  }

  /** Reads frames up to the first close among them, or to the end. */
  async frames(): Promise<ReadFrame[]> {
    for (;;) {
      const frames = wholeFrames(this.#bytes);
      if (this.#ended || frames.some(({ opcode }) => opcode === 8)) return frames;
      await this.#read();
    }
  }

  /** Reads to the end, and returns how many bytes came that nobody asked for. */
  async ended(): Promise<number> {
    const { length } = this.#bytes;
    while (!this.#ended) await this.#read();
    return this.#bytes.length - length;
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }

  async #head(): Promise<string> {
    for (;;) {
      const text = latin1(this.#bytes);
      const end = text.indexOf(HEAD_END);
      if (end >= 0) {
        this.#bytes = this.#bytes.slice(end + HEAD_END.length);
        return text.slice(0, end + 2);
      }
      if (this.#ended) throw new Error(`The connection ended behind ${JSON.stringify(text)}`);
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(64 * 1024);
    const count = await this.#connection.read(chunk);
    if (count === null) this.#ended = true;
    else this.#bytes = joined([this.#bytes, chunk.subarray(0, count)]);
  }
}

function wholeFrames(bytes: Uint8Array): ReadFrame[] {
  try {
    return readFrames(bytes);
  } catch {
    // The last frame is cut: more has to come.
    return [];
  }
}
