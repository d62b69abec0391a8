import { Ear, Socket } from "../push/sockets.ts";
import { UserLines } from "./user_lines.ts";

const CHANNEL = "#bench";
/** As many register at once: ngircd lets 10 wait at its listener. */
const DIALS = 10;
/** The last line of a greeting, with a message of the day and without. */
const END_OF_GREETING = / (?:376|422) [^\n]*\r\n$/;
/** What comes behind everything that was sent before. */
const SYNC = "behind";

/** What the speaker says at once. */
export interface Batch {
  readonly sent: Uint8Array<ArrayBuffer>;
  /** The bytes of what each of the others gets. */
  readonly answerBytes: number;
}

/** One who speaks in a channel, and those who hear it there. */
export class Members {
  /** The speaker comes first. */
  readonly #sockets: readonly Socket[];
  readonly #ear = new Ear();
  readonly #lines: readonly UserLines[];
  /** Bytes that each is still to get. */
  readonly #missing: Float64Array;

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
    this.#lines = sockets.map(() => new UserLines());
    this.#missing = new Float64Array(sockets.length);
    for (const socket of sockets) this.#ear.add(socket);
  }

  /** Registers the speaker and so many hearers; only the speaker is in the channel. */
  static register({ port, hearers }: { port: number; hearers: number }): Members {
    const sockets: Socket[] = [];
    while (sockets.length <= hearers) {
      const count = Math.min(DIALS, hearers + 1 - sockets.length);
      sockets.push(...registerSome(port, { count, from: sockets.length }));
    }
    const [speaker] = sockets;
    speaker!.write(encoded(`JOIN ${CHANNEL}\r\n`));
    const members = new Members(sockets);
    members.#sync();
    return members;
  }

  /** How many hear the speaker. */
  get hearers(): number {
    return this.#sockets.length - 1;
  }

  /** How long they waited for the server so far, in milliseconds. */
  get waitedMs(): number {
    return this.#ear.waitedMs;
  }

  /** Brings all hearers into the channel at once; returns after how many milliseconds everybody has heard of everybody. */
  join(): number {
    const { hearers } = this;
    // Who comes first hears of all, who comes last of itself alone; the speaker hears of all.
    let left = hearers * (hearers + 1) / 2 + hearers;
    const join = encoded(`JOIN ${CHANNEL}\r\n`);
    for (const lines of this.#lines) lines.reset();
    const start = performance.now();
    for (const socket of this.#sockets.slice(1)) socket.write(join);
    while (left > 0) this.#listen((index, bytes) => left -= this.#lines[index]!.count(bytes));
    const spentMs = performance.now() - start;
    if (left < 0) throw new Error("The server says that more have come than came");
    this.#sync();
    return spentMs;
  }

  /** Makes messages of so many bytes each, and holds that everybody gets them as they were sent. */
  prepare({ messages, bytes }: { messages: number; bytes: number }): Batch {
    const one = `PRIVMSG ${CHANNEL} :${"x".repeat(bytes)}\r\n`;
    const heard = this.#lineOf(one);
    if (!heard.endsWith(` ${one}`)) {
      throw new Error(`The server sends something else than it was sent: ${heard}`);
    }
    const batch = { sent: encoded(one.repeat(messages)), answerBytes: heard.length * messages };
    const answer = encoded(heard.repeat(messages));
    const heardBytes = this.#sockets.map(() => 0);
    this.#say(batch, (index, bytes) => {
      const from = heardBytes[index]!;
      heardBytes[index] = from + bytes.length;
      if (bytes.every((byte, at) => byte === answer[from + at])) return;
      throw new Error("The server sends not all that it was sent");
    });
    return batch;
  }

  /** Says something, and returns after how many milliseconds the last one has the last of it. */
  broadcast(batch: Batch): number {
    const start = performance.now();
    this.#say(batch, () => {});
    return performance.now() - start;
  }

  /** Says one line, and returns it as the first hearer has it. */
  #lineOf(said: string): string {
    const heard = this.#sockets.map(() => "");
    this.#speaker.write(encoded(said));
    for (let behind = this.hearers; behind > 0;) {
      this.#listen((index, bytes) => {
        heard[index] += decoded(bytes);
        if (heard[index]!.endsWith("\n")) behind--;
      });
    }
    return heard[1] ?? "";
  }

  /** Says something, and listens until all hearers have it. */
  #say(
    { sent, answerBytes }: Batch,
    hear: (index: number, bytes: Uint8Array) => void,
  ): void {
    const missing = this.#missing.fill(answerBytes);
    missing[0] = 0;
    this.#speaker.write(sent);
    for (let behind = this.hearers; behind > 0;) {
      this.#listen((index, bytes) => {
        hear(index, bytes);
        const rest = missing[index]! -= bytes.length;
        if (rest < 0) throw new Error("The server sent more than it was sent");
        if (rest === 0) behind--;
      });
    }
  }

  get #speaker(): Socket {
    return this.#sockets[0]!;
  }

  #listen(hear: (index: number, bytes: Uint8Array) => void): void {
    this.#ear.listen((index, bytes) => {
      if (bytes.length === 0) throw new Error("The server hung up");
      hear(index, bytes);
    });
  }

  /** Hears everything that is under way. */
  #sync(): void {
    const ping = encoded(`PING ${SYNC}\r\n`);
    for (const socket of this.#sockets) socket.write(ping);
    const ends = this.#sockets.map(() => "");
    for (let behind = ends.length; behind > 0;) {
      this.#listen((index, bytes) => {
        ends[index] = (ends[index] + decoded(bytes)).slice(-SYNC.length - 2);
        if (ends[index] === `${SYNC}\r\n`) behind--;
      });
    }
  }
}

function registerSome(
  port: number,
  { count, from }: { count: number; from: number },
): Socket[] {
  const sockets = Array.from({ length: count }, () => Socket.connect(port));
  for (const [at, socket] of sockets.entries()) {
    socket.write(encoded(`NICK u${from + at}\r\nUSER u 0 * :u\r\n`));
  }
  for (const socket of sockets) requireRegistered(socket);
  return sockets;
}

function requireRegistered(socket: Socket): void {
  const into = new Uint8Array(4096);
  let greeting = "";
  while (!END_OF_GREETING.test(greeting)) {
    const count = socket.read(into);
    if (count === 0) throw new Error(`The server ended behind ${JSON.stringify(greeting)}`);
    greeting += decoded(into.subarray(0, count));
  }
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
