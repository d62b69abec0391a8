import type { IrcMessage } from "../codec/irc/mod.ts";
import type { State } from "./state.ts";
import type { User } from "./user.ts";

/** Who asks for something, and where. */
export interface Client {
  readonly state: State;
  readonly user: User;
  /** Counts targets that it has named, or what is as much work; it is slowed down where they are many. */
  charge(targets: number): void;
  /** Takes note that it has done what it came for: the connection ends politely. */
  finish(reason: string): void;
}

/** To look at so many users is as much work as a target is. */
export const USERS_OF_A_TARGET = 50;
/** To compare so many masks is as much work as a target is. */
export const MASKS_OF_A_TARGET = 10;

/** What a client may ask for. */
export interface Command {
  /** With fewer parameters it is refused with 461. @default {0} */
  readonly minParams?: number;
  /** Who is not registered yet may ask for it too. @default {false} */
  readonly isForAll?: boolean;
  /** Does it. What it returns is waited for before the client's next message is looked at. */
  run(client: Client, message: IrcMessage): void | Promise<void>;
}

/** Commands by their names. */
export type Commands = Readonly<Record<string, Command>>;
