import type { InboxEvent } from "../../transfer/mod.ts";
import type { Server } from "../../mod.ts";
import { type FilesServerOptions, serveFiles } from "../../servers/files.ts";
import { EventLog } from "../net/event_log.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { turns } from "../../testing/turns.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";

/** A files server of this process, on a real port, whose clock is the test's. */
export class FilesServer implements AsyncDisposable {
  /** What became of the files. */
  readonly files: InboxEvent[];
  /** What happened to the connections. */
  readonly log: EventLog;
  readonly clock: FakeClock;
  readonly inbox: InboxFolder;
  readonly server: Server<Uint8Array>;

  private constructor(
    { files, log, clock, inbox, server }: Pick<
      FilesServer,
      "files" | "log" | "clock" | "inbox" | "server"
    >,
  ) {
    this.files = files;
    this.log = log;
    this.clock = clock;
    this.inbox = inbox;
    this.server = server;
  }

  /** Starts one; its folder goes with it. */
  static async start(options: FilesServerOptions = {}): Promise<FilesServer> {
    const inbox = await InboxFolder.make();
    const clock = new FakeClock();
    const log = new EventLog();
    const files: InboxEvent[] = [];
    const server = await serveFiles({
      port: 0,
      dir: inbox.path,
      clock,
      minFreeBytes: 0,
      deadlines: { graceMs: Infinity },
      onEvent: log.onEvent,
      onFile: (event) => void files.push(event),
      ...options,
    });
    return new FilesServer({ files, log, clock, inbox, server });
  }

  /** The port that it listens on. */
  get port(): number {
    const { addr } = this.server;
    return "port" in addr ? addr.port : 0;
  }

  /** Connects to it. */
  connect(): Promise<Peer> {
    return connectPeer(this.port);
  }

  /** Waits until so many bytes have come on its only connection, and are done with. */
  async received(bytes: number): Promise<void> {
    while (([...this.server.connections][0]?.bytesReceived ?? 0) < bytes) await turns(1);
    await turns();
  }

  /** Waits until there is a file that is not whole yet and nothing else, and returns its name. */
  async part(): Promise<string> {
    while (true) {
      const [name, ...more] = await this.inbox.names();
      if (name !== undefined && more.length === 0) return name;
    }
  }

  /** Stops it: what it was doing is done then. */
  async stop(): Promise<void> {
    let isOver = false;
    const over = this.server.shutdown().then(() => isOver = true);
    // A peer that stays gets all the time that it may have.
    while (!isOver) await this.clock.advance(1000);
    await over;
  }

  /** Stops it, and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.inbox[Symbol.asyncDispose]();
  }
}

/** Returns what stands in front of a file, and the file. */
export function simpleFile(
  bytes: Uint8Array,
  extension = "bin",
): { head: Uint8Array; whole: Uint8Array } {
  const head = new TextEncoder().encode(`${bytes.length}::${extension}::`);
  return { head, whole: joined(head, bytes) };
}

/** Returns pieces in one. */
export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
