/** What a browser's WebSocket has, and every other one that is made after it. */
export interface StandardWebSocket {
  binaryType: string;
  readonly protocol: string;
  readonly extensions: string;
  addEventListener(type: string, listener: (event: Event) => void): void;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** How it ended, as the peer tells it. */
export interface PeerEnd {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket that nobody here wrote. */
export class PeerSocket<Socket extends StandardWebSocket = StandardWebSocket> {
  /** What it stands on. */
  readonly socket: Socket;
  /** It stands; rejects where it never does. */
  readonly opened: Promise<void>;
  /** How it ended. */
  readonly closed: Promise<PeerEnd>;
  readonly #messages: (string | Uint8Array)[] = [];
  #wake: (() => void) | undefined;

  /** Takes a socket that nobody has listened to yet. */
  constructor(socket: Socket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", (event) => {
        // A close event is one everywhere, and each kind of socket has a class of its own for it.
        const { code, reason } = event as unknown as PeerEnd;
        resolve({ code, reason });
        this.#wake?.();
      });
    });
    this.opened = new Promise((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      void this.closed.then(({ code }) => reject(new Error(`It closed with ${code}`)));
    });
    this.opened.catch(() => {});
    // Where nobody listens, ws throws.
    socket.addEventListener("error", () => {});
    socket.addEventListener("message", (event) => {
      // As above.
      const { data } = event as unknown as { data: string | ArrayBuffer };
      this.#messages.push(typeof data === "string" ? data : new Uint8Array(data));
      this.#wake?.();
    });
  }

  /** Waits for the next message. @throws {Error} It closed instead. */
  async receive(): Promise<string | Uint8Array> {
    const closed = this.closed.then(({ code }) => new Error(`It closed with ${code}`));
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      const failed = await Promise.race([
        closed,
        new Promise<undefined>((resolve) => this.#wake = () => resolve(undefined)),
      ]);
      if (failed && this.#messages.length === 0) throw failed;
    }
  }
}
