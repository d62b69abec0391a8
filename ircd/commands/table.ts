import type { Command, Commands } from "../command.ts";
import { CAPABILITY_COMMANDS } from "./capabilities.ts";
import { CHANNEL_COMMANDS } from "./channels.ts";
import { MESSAGE_COMMANDS } from "./messages.ts";
import { MODE_COMMANDS } from "./modes.ts";
import { PEOPLE_COMMANDS } from "./people.ts";
import { REGISTRATION } from "./registration.ts";
import { SERVER_COMMANDS } from "./server.ts";
import { WHO_COMMANDS } from "./who.ts";

const ALL: readonly Commands[] = [
  REGISTRATION,
  CAPABILITY_COMMANDS,
  MESSAGE_COMMANDS,
  CHANNEL_COMMANDS,
  MODE_COMMANDS,
  WHO_COMMANDS,
  PEOPLE_COMMANDS,
  SERVER_COMMANDS,
];

/** Every command by its name. What a peer names is looked up in a map: an object has names that nobody gave it. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  ALL.flatMap((commands) => Object.entries(commands)),
);
