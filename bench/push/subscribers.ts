import { openingRequest, requireAgreement } from "../websocket/opening.ts";
import { type Prepared, prepared } from "./prepared.ts";
import { Ear, Socket } from "./sockets.ts";

/** As many are opened at once: fewer than wait at a listener. */
const DIALS = 100;
/** A pong that nobody asked for. Whoever is heard of is sent no ping, which would not be counted right. */
const SIGN_OF_LIFE = Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0);
/** Servers ask those of whom they have heard nothing for 20 s and more. */
const SIGN_EVERY_MS = 8_000;
/** What everybody gets before anything is measured. */
const GREETING = prepared({ messages: 1, bytes: 64 });

/** WebSockets to one server, which sends everybody what the first of them sends. */
export class Subscribers {
  readonly #sockets: readonly Socket[];
  readonly #ear = new Ear();
  /** Bytes that each is still to get. */
  readonly #missing: Float64Array;
  /** When the server has heard of all of them. */
  #signedAt: number;

  private constructor(
    sockets: readonly Socket[],
    { signedAt }: { signedAt: number },
  ) {
    this.#sockets = sockets;
    this.#signedAt = signedAt;
    this.#missing = new Float64Array(sockets.length);
    for (const socket of sockets) this.#ear.add(socket);
  }

  /** Opens them, and holds that everybody gets what is sent, as it was sent. */
  static async open({ port, count }: { port: number; count: number }): Promise<Subscribers> {
    const signedAt = performance.now();
    const sockets: Socket[] = [];
    while (sockets.length < count) {
      sockets.push(...openSome(port, Math.min(DIALS, count - sockets.length)));
    }
    // The server subscribes the last ones while the load believes that they are.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const subscribers = new Subscribers(sockets, { signedAt });
    subscribers.#requireEverybody();
    return subscribers;
  }

  /** How long they waited for the server so far, in milliseconds. */
  get waitedMs(): number {
    return this.#ear.waitedMs;
  }

  /** Sends messages, and returns after how many milliseconds the last one has the last of them. */
  broadcast({ sent, answer }: Prepared): number {
    this.#showLife();
    this.#missing.fill(answer.length);
    const start = performance.now();
    this.#hear(sent, (index, bytes) => this.#missing[index]! -= bytes.length);
    return performance.now() - start;
  }

  #showLife(): void {
    const now = performance.now();
    if (now - this.#signedAt < SIGN_EVERY_MS) return;
    this.#signedAt = now;
    for (const socket of this.#sockets) socket.write(SIGN_OF_LIFE);
  }

  #requireEverybody(): void {
    const { sent, answer } = GREETING;
    const rests = this.#sockets.map(() => answer);
    this.#hear(sent, (index, bytes) => {
      const rest = rests[index]!;
      if (!bytes.every((byte, at) => byte === rest[at])) {
        throw new Error("The server sends something else than it was sent");
      }
      rests[index] = rest.subarray(bytes.length);
      return rest.length - bytes.length;
    });
  }

  /** Sends frames, and listens until nobody misses anything; `take` returns how many bytes that one still misses. */
  #hear(
    sent: Uint8Array<ArrayBuffer>,
    take: (index: number, bytes: Uint8Array) => number,
  ): void {
    this.#sockets[0]?.write(sent);
    for (let behind = this.#sockets.length; behind > 0;) {
      this.#ear.listen((index, bytes) => {
        if (bytes.length === 0) throw new Error("The server hung up");
        const missing = take(index, bytes);
        if (missing < 0) throw new Error("The server sent more than it was sent");
        if (missing === 0) behind--;
      });
    }
  }
}

/** A WebSocket that reads nothing from when it is open. */
export class StalledReader {
  readonly #socket: Socket;

  /** Opens it. */
  constructor(port: number) {
    // What the system keeps for it is not what is measured.
    this.#socket = Socket.connect(port, { receiveBytes: 32 * 1024 });
    this.#socket.write(openingRequest(port, { compressed: false }));
    requireOpen(this.#socket);
  }

  /** Reads what is left until the server has hung up or all has come, and returns how many bytes these were. */
  readBytes(all: number): number {
    const ear = new Ear();
    ear.add(this.#socket);
    let bytes = 0;
    for (let isOpen = true; isOpen && bytes < all;) {
      ear.listen((_, { length }) => {
        bytes += length;
        isOpen = length > 0;
      });
    }
    return bytes;
  }
}

/** Opens some WebSockets at once. */
function openSome(port: number, count: number): Socket[] {
  const sockets = Array.from({ length: count }, () => Socket.connect(port));
  for (const socket of sockets) socket.write(openingRequest(port, { compressed: false }));
  for (const socket of sockets) requireOpen(socket);
  return sockets;
}

function requireOpen(socket: Socket): void {
  const into = new Uint8Array(512);
  let head = "";
  // Nothing comes behind it: nobody publishes yet.
  while (!head.endsWith("\r\n\r\n")) {
    const count = socket.read(into);
    if (count === 0) throw new Error(`The server ended behind ${JSON.stringify(head)}`);
    head += new TextDecoder().decode(into.subarray(0, count));
  }
  requireAgreement(head, { compressed: false });
}
