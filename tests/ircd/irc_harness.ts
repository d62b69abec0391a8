import { type IrcEvent, IrcNetwork, type IrcNetworkOptions } from "../../ircd/mod.ts";
import { type IrcMessage, parseIrcMessage } from "../../codec/irc/mod.ts";
import { type LimitError, serve, type Server } from "../../mod.ts";
import { formatServerEvent } from "../../net/server_events.ts";
import type { ReceiveRate } from "../../net/token_bucket.ts";
import { FakeClock, MemoryListener, type MemoryTransport, turns } from "../../testing/mod.ts";

/** How a {@linkcode TestNetwork} is made. */
export interface TestNetworkOptions extends IrcNetworkOptions {
  /** How fast a client may send. */
  readonly rate?: ReceiveRate;
  /** After how many milliseconds of silence its server ends a connection. @default {Infinity} */
  readonly idleMs?: number;
}

/** A network in memory, with a clock that the test moves. It is called `irc.test`. `await using` shuts it down. */
export class TestNetwork implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock();
  readonly network: IrcNetwork;
  readonly server: Server<IrcMessage | LimitError, IrcMessage>;
  /** What it reported. */
  readonly events: IrcEvent[] = [];
  /** What failed, as its server says it. */
  readonly failures: string[] = [];
  readonly #listener = new MemoryListener();

  constructor({ rate, idleMs = Infinity, ...options }: TestNetworkOptions = {}) {
    this.network = new IrcNetwork({
      serverName: "irc.test",
      networkName: "Test",
      clock: this.clock,
      onEvent: (event) => void this.events.push(event),
      ...options,
    });
    const { codec, refusal } = this.network;
    this.server = serve(this.#listener, {
      codec,
      refusal,
      clock: this.clock,
      deadlines: { idleMs, writeMs: Infinity },
      onEvent: (event) => {
        if (event.type === "failed") this.failures.push(formatServerEvent(event));
      },
      ...rate && { rate },
    }, (connection) => this.network.serve(connection));
  }

  /** Somebody connects, and says nothing yet. */
  async connect(from = "10.0.0.1"): Promise<TestClient> {
    const client = new TestClient(this.#listener.connect(from));
    await turns();
    return client;
  }

  /** Somebody connects and registers, with capabilities that it asks for; the greeting is read. */
  async register(nick: string, { caps = [], from }: RegisterOptions = {}): Promise<TestClient> {
    const client = await this.connect(from);
    const asked = caps.length > 0 ? [`CAP REQ :${caps.join(" ")}`] : [];
    const end = caps.length > 0 ? ["CAP END"] : [];
    await client.say(...asked, `NICK ${nick}`, `USER ${nick} 0 * :${nick} of test`, ...end);
    return client;
  }

  /** Several register and join a channel, the first as its operator; what they were told so far is read. */
  async inChannel(channel: string, ...nicks: readonly string[]): Promise<TestClient[]> {
    const clients: TestClient[] = [];
    for (const nick of nicks) {
      const client = await this.register(nick);
      await client.say(`JOIN ${channel}`);
      clients.push(client);
    }
    for (const client of clients) client.news();
    return clients;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.server.shutdown({ graceMs: 0 });
    // Whoever was told why it is dropped has had its time then.
    await this.clock.advance(10_000);
    await stopped;
  }
}

/** How {@linkcode TestNetwork.register} registers. */
export interface RegisterOptions {
  /** Capabilities to ask for. */
  readonly caps?: readonly string[];
  /** The address that it comes from. */
  readonly from?: string;
}

/** Somebody on the other side of a connection, who types lines and reads them. */
export class TestClient {
  /** Its connection, for what a test does to that. */
  readonly transport: MemoryTransport;
  #read = 0;

  constructor(transport: MemoryTransport) {
    this.transport = transport;
  }

  /** Sends lines in one piece, and returns what it has heard since it looked last. */
  async say(...lines: readonly string[]): Promise<string[]> {
    this.transport.deliver(lines.map((line) => `${line}\r\n`).join(""));
    await turns(8);
    return this.news();
  }

  /** Returns what it has heard since it looked last, without the ends of the lines. */
  news(): string[] {
    const text = this.transport.written;
    const fresh = text.slice(this.#read);
    this.#read = text.length;
    return fresh.split("\r\n").filter((line) => line !== "");
  }
}

/** Returns the commands of lines: `001`, `JOIN`. */
export function commandsOf(lines: readonly string[]): string[] {
  return lines.map((line) => parseIrcMessage(line)?.command ?? "");
}
