import { serveHttp } from "../../net/http/mod.ts";
import {
  serveWebSocket,
  type ServeWebSocketOptions,
  type WebSocketConnection,
} from "../../net/websocket/mod.ts";

/** What came on a topic. */
export interface Heard {
  readonly topic: string;
  readonly message: string | Uint8Array;
}

/** A small server of topics: keeps what comes, sends it back as a push server does, and closes when a test says so. */
export class TopicServer implements AsyncDisposable {
  /** What came. */
  readonly heard: Heard[] = [];
  /** The heads of the requests. */
  readonly heads: string[] = [];
  /** The codes that clients closed with, by their topics; `undefined` is none. */
  readonly closed: [topic: string, code: number | undefined][] = [];
  readonly #sockets = new Map<string, WebSocketConnection>();
  readonly #server: ReturnType<typeof serveWebSocket<Deno.NetAddr>>;
  #waiting: (() => void)[] = [];

  /** Begins to serve on a free port; `onMessage` does something instead of sending a message back. */
  constructor(
    onMessage: (socket: WebSocketConnection, heard: Heard) => Promise<void> | void = sendBack,
    options: ServeWebSocketOptions = {},
  ) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#server = serveWebSocket(listener, { onEvent() {}, ...options }, async (socket) => {
      const { target = "", text = "" } = socket.request ?? {};
      const topic = decodeURIComponent(target.slice(1));
      this.heads.push(text);
      this.#sockets.set(topic, socket);
      this.#wake();
      try {
        for await (const event of socket) {
          const message = event.kind === "text" ? event.text : event.bytes.slice();
          this.heard.push({ topic, message });
          this.#wake();
          await onMessage(socket, { topic, message });
        }
      } finally {
        this.closed.push([topic, socket.closeInfo.received?.code]);
        this.#wake();
      }
    });
  }

  /** Where it listens. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** The texts that came. */
  get texts(): (string | Uint8Array)[] {
    return this.heard.map(({ message }) => message);
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Waits for the last client on a topic. */
  async on(topic: string): Promise<WebSocketConnection> {
    await this.until(() => this.#sockets.has(topic));
    return this.#sockets.get(topic)!;
  }

  /** Waits for the next client on a topic, where one has left. */
  again(topic: string): Promise<WebSocketConnection> {
    this.#sockets.delete(topic);
    return this.on(topic);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}

/** Sends a message back. */
export async function sendBack(socket: WebSocketConnection, { message }: Heard): Promise<void> {
  await socket.send(message);
}

/** Refuses every request. */
export function refusing(answer: { status: number; type?: string; body: string }) {
  const { status, type, body } = answer;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return serveHttp(listener, { onEvent() {} }, async (http) => {
    for await (const request of http) {
      const fields: [name: string, value: string][] = [];
      if (type !== undefined) fields.push(["Content-Type", type]);
      await request.respond({ status, fields, body });
    }
  });
}
