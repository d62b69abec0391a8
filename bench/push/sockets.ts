// Sockets by the calls of Linux themselves: with a promise for each read, hearing a message costs more than Bun pays to send it,
// and the load would be what is measured.

/** Bytes that one read takes at most. */
const READ_BYTES = 256 * 1024;
/** Sockets that one wait reports at most. */
const MAX_READY = 1024;
/** Whoever says nothing for so long says nothing any more. */
const MAX_SILENCE_MS = 30_000;

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const EPOLLIN = 1;
const EPOLL_CTL_ADD = 1;

if (Deno.build.os !== "linux") throw new Error("Cannot load: the load calls Linux itself");
const { symbols: libc } = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // Of what they return, 32 bits hold what fits into the buffers here.
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
});

/** The event is packed there, and there alone. */
const [eventBytes, eventDataAt] = Deno.build.arch === "x86_64" ? [12, 4] : [16, 8];

/** A connection whose reads and writes hold the whole process up. */
export class Socket implements Disposable {
  /** Its number, as the system counts. */
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * Connects to a port of this machine.
   *
   * @throws {Error} Nobody listens there, or there is no socket left.
   */
  static connect(port: number, { receiveBytes }: { receiveBytes?: number } = {}): Socket {
    const fd = libc.socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) throw new Error("Cannot connect: no socket is left; see ulimit -n");
    const socket = new Socket(fd);
    if (receiveBytes !== undefined) socket.#set(SOL_SOCKET, SO_RCVBUF, receiveBytes);
    socket.#set(IPPROTO_TCP, TCP_NODELAY, 1);
    const address = new Uint8Array(16);
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_INET, true);
    view.setUint16(2, port);
    address.set([127, 0, 0, 1], 4);
    if (libc.connect(fd, address, address.length) !== 0) {
      throw new Error(`Cannot connect: nobody takes it at port ${port}`);
    }
    return socket;
  }

  /** Writes all of it. */
  write(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.length;) {
      const rest = bytes.subarray(at);
      const count = libc.send(this.fd, rest, BigInt(rest.length), 0);
      if (count <= 0) throw new Error("Cannot write: the server hung up");
      at += count;
    }
  }

  /** Reads what there is, and waits for it; returns 0 behind the end, which a reset is as well. */
  read(into: Uint8Array<ArrayBuffer>): number {
    return Math.max(0, libc.recv(this.fd, into, BigInt(into.length), 0));
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    libc.close(this.fd);
  }

  #set(level: number, name: number, value: number): void {
    const field = new Uint8Array(new Int32Array([value]).buffer);
    if (libc.setsockopt(this.fd, level, name, field, field.length) !== 0) {
      throw new Error(`Cannot set option ${name} of a socket`);
    }
  }
}

/** Hears many sockets at once. */
export class Ear {
  /** How long it waited for the servers, in milliseconds; in the rest of the time it was at work. */
  waitedMs = 0;
  readonly #epoll = libc.epoll_create1(0);
  readonly #sockets: Socket[] = [];
  readonly #events = new Uint8Array(MAX_READY * eventBytes);
  readonly #view = new DataView(this.#events.buffer);
  readonly #into = new Uint8Array(READ_BYTES);

  /** Hears this one as well. */
  add(socket: Socket): void {
    const event = new Uint8Array(eventBytes);
    const view = new DataView(event.buffer);
    view.setUint32(0, EPOLLIN, true);
    view.setUint32(eventDataAt, this.#sockets.length, true);
    this.#sockets.push(socket);
    if (libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, socket.fd, event) !== 0) {
      throw new Error("Cannot hear a socket: the system has no room");
    }
  }

  /**
   * Waits until some have sent, and calls `hear` with the number of each, in the order in which they were added, and with the
   * bytes that came: none behind its end. They are overwritten when it returns.
   *
   * @throws {Error} None says anything.
   */
  listen(hear: (index: number, bytes: Uint8Array) => void): void {
    const start = performance.now();
    const ready = libc.epoll_wait(this.#epoll, this.#events, MAX_READY, MAX_SILENCE_MS);
    this.waitedMs += performance.now() - start;
    if (ready <= 0) throw new Error("Cannot go on: the server says nothing any more");
    for (let event = 0; event < ready; event++) {
      const index = this.#view.getUint32(event * eventBytes + eventDataAt, true);
      const count = this.#sockets[index]?.read(this.#into) ?? 0;
      hear(index, this.#into.subarray(0, count));
    }
  }
}
