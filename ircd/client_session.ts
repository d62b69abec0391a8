import { type IrcMessage, NUMERICS } from "../codec/irc/mod.ts";
import { LimitError, ProtocolError } from "../codec/errors.ts";
import { type Clock, sleep } from "../net/clock.ts";
import { ClosedError, DeadlineError } from "../net/errors.ts";
import { TokenBucket } from "../net/token_bucket.ts";
import type { Client, Command } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import type { IrcDeadlines } from "./deadlines.ts";
import { Pulse, type PulseOwner } from "./pulse.ts";
import type { State } from "./state.ts";
import { type IrcConnection, User } from "./user.ts";

const SHUTDOWN = "Server shutting down";

/** What a {@linkcode ClientSession} is part of. */
export interface ClientSessionOptions {
  readonly state: State;
  readonly deadlines: IrcDeadlines;
}

/** One connection from its first message to its end: what it asks for is done in order, one after the other. */
export class ClientSession implements Client, PulseOwner {
  readonly state: State;
  readonly user: User;
  readonly #connection: IrcConnection;
  readonly #clock: Clock;
  readonly #pulse: Pulse;
  /** What it has asked for beyond one target a command; made for the first that does. */
  #targets: TokenBucket | undefined;

  /** It has said nothing yet. */
  constructor(connection: IrcConnection, { state, deadlines }: ClientSessionOptions) {
    const { serverName, limits: { maxQueuedBytes }, clock } = state.settings;
    this.state = state;
    this.#connection = connection;
    this.#clock = clock;
    this.user = new User(connection, {
      serverName,
      maxQueuedBytes,
      clock,
      settle: state.fanOut.settle,
    });
    this.#pulse = new Pulse(this, { deadlines, clock });
  }

  /**
   * Serves it to its end.
   *
   * @throws {ProtocolError} It sent something illegal.
   * @throws {ClosedError} Its connection broke.
   * @throws {DeadlineError} It took nothing, or said nothing, for as long as its connection may.
   */
  async run(): Promise<void> {
    this.state.unknown++;
    try {
      await this.#serveEach();
      if (this.user.isGone) return;
      if (this.#connection.draining) this.finish(SHUTDOWN);
      else this.state.quit(this.user, "Connection closed");
    } catch (error) {
      // Who was taken off the network before has heard why.
      if (this.user.isGone) return;
      this.state.quit(this.user, this.#connection.draining ? SHUTDOWN : reasonOf(error));
      throw error;
    } finally {
      this.#pulse.clear();
    }
  }

  charge(targets: number): void {
    if (targets <= 0) return;
    const { maxTargetsPerSecond } = this.state.settings.limits;
    this.#targets ??= new TokenBucket(maxTargetsPerSecond, this.#clock.now());
    this.#targets.take(targets, this.#clock.now());
  }

  finish(reason: string): void {
    this.state.quit(this.user, reason);
    this.state.sayError(this.user, reason);
  }

  onSilence(): void {
    const { serverName } = this.state.settings;
    this.user.send({ command: "PING", params: [serverName] });
  }

  onLate(reason: string): void {
    this.state.drop(this.user, reason);
  }

  async #serveEach(): Promise<void> {
    let held: LimitError | undefined;
    for (let isFirst = true;; isFirst = false) {
      this.#pulse.start();
      const { value: message } = await this.#connection.next();
      this.#pulse.stop();
      if (message === undefined || this.user.isGone) return;
      if (isFirst && message instanceof LimitError) {
        // It may be a line of HTTP, which is known at its end: then nothing comes behind it.
        held = message;
        continue;
      }
      if (held) this.#do(held);
      held = undefined;
      await this.#do(message);
      if (this.user.isGone) return;
      const room = this.user.ready();
      if (room) await room;
      const delay = this.#targets?.delay(this.#clock.now()) ?? 0;
      if (delay > 0) await this.#pause(delay);
    }
  }

  /** Whoever asks for much is slowed down, and a shutdown waits for nobody. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#connection;
    try {
      await sleep(ms, { clock: this.#clock, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #do(message: IrcMessage | LimitError): void | Promise<void> {
    const { user } = this;
    if (message instanceof LimitError) {
      return user.reply(NUMERICS.ERR_INPUTTOOLONG, "Input line was too long");
    }
    const { command: name, params } = message;
    const command: Command | undefined = COMMANDS.get(name);
    if (command === undefined) {
      return user.reply(NUMERICS.ERR_UNKNOWNCOMMAND, name, "Unknown command");
    }
    if (!user.isRegistered && !command.isForAll) {
      return user.reply(NUMERICS.ERR_NOTREGISTERED, "You have not registered");
    }
    if (params.length < (command.minParams ?? 0)) {
      return user.reply(NUMERICS.ERR_NEEDMOREPARAMS, name, "Not enough parameters");
    }
    const wasRegistered = user.isRegistered;
    const done = command.run(this, message);
    if (user.isRegistered && !wasRegistered) this.#pulse.registered();
    return done;
  }
}

/** Returns what the others hear of a connection that broke. */
function reasonOf(error: unknown): string {
  if (error instanceof ClosedError) {
    return error.code === "connection-reset" ? "Connection reset by peer" : "Connection closed";
  }
  if (error instanceof DeadlineError) {
    const seconds = Math.round(error.ms / 1000);
    return error.phase === "write"
      ? `Write timeout: ${seconds} seconds`
      : `Idle timeout: ${seconds} seconds`;
  }
  if (error instanceof LimitError && error.limit === "maxQueuedBytes") return "SendQ exceeded";
  // It ended in the middle of a line, or speaks something else.
  return error instanceof ProtocolError ? "Connection closed" : "Connection error";
}
