import { connectIrc } from "../../../net/irc/connect_irc.ts";
import type { IrcClient } from "../../../net/irc/irc_client.ts";
import type { ConnectIrcOptions } from "../../../net/irc/options.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { MemoryTransport } from "../../../testing/memory_transport.ts";
import { turns } from "../../../testing/turns.ts";

/** A client whose server and whose clock are the test's. */
export class PlayedServer {
  readonly clock = new FakeClock();
  /** The connections that were opened, the last one last. */
  readonly transports: MemoryTransport[] = [];
  /** What the next calls fail with. */
  readonly failures: Error[] = [];
  #heard = 0;

  /** The connection in use. */
  get transport(): MemoryTransport {
    return this.transports.at(-1)!;
  }

  /** Begins to connect. */
  connect(options: Partial<ConnectIrcOptions> = {}): Promise<IrcClient> {
    return connectIrc({
      open: () => {
        const failure = this.failures.shift();
        if (failure) return Promise.reject(failure);
        this.transports.push(new MemoryTransport());
        this.#heard = 0;
        return Promise.resolve(this.transport);
      },
      nick: "ann",
      clock: this.clock,
      ...options,
    });
  }

  /** Connects, and lets the client in; what was said up to there is heard. */
  async welcomed(
    options: Partial<ConnectIrcOptions> = {},
    { support = "CASEMAPPING=ascii", nick = "ann" } = {},
  ): Promise<IrcClient> {
    const connecting = this.connect(options);
    await this.welcome({ support, nick });
    return await connecting;
  }

  /** Lets the client in that is calling. */
  async welcome({ support = "CASEMAPPING=ascii", nick = "ann" } = {}): Promise<void> {
    await turns();
    await this.say(
      `:irc 001 ${nick} :Welcome`,
      `:irc 005 ${nick} ${support} :are supported`,
      `:irc 422 ${nick} :No MOTD`,
    );
    await this.heard();
  }

  /** Says lines. */
  async say(...lines: readonly string[]): Promise<void> {
    this.transport.deliver(lines.map((line) => `${line}\r\n`).join(""));
    await turns();
  }

  /** Returns the lines that came since the last call. */
  async heard(): Promise<string[]> {
    await turns();
    const all = this.transport.written;
    const news = all.slice(this.#heard);
    this.#heard = all.length;
    return news === "" ? [] : news.trimEnd().split("\r\n");
  }
}

/** Takes the messages that have come, each as one line. */
export async function received(client: IrcClient): Promise<string[]> {
  const lines: string[] = [];
  while (true) {
    const stop = new AbortController();
    const coming = client.receive({ signal: stop.signal });
    await turns();
    stop.abort();
    const message = await coming.catch(() => undefined);
    if (message === undefined) return lines;
    lines.push([message.command, ...message.params].join(" "));
  }
}
