/**
 * Every program there is, once: the command line, the tour and the tables in the documents go through this list.
 *
 * @module
 */
import { program as filesClient } from "./clients/files.ts";
import { program as greetingClient } from "./clients/greeting.ts";
import { program as reverseClient } from "./clients/reverse.ts";
import { program as talkbackClient } from "./clients/talkback.ts";
import type { Program } from "./program/program.ts";
import { program as filesServer } from "./servers/files.ts";
import { program as greetingServer } from "./servers/greeting.ts";
import { program as reverseServer } from "./servers/reverse.ts";
import { program as talkbackServer } from "./servers/talkback.ts";

/** The programs, pair by pair. */
export const programs: readonly Program[] = [
  greetingServer,
  greetingClient,
  reverseServer,
  reverseClient,
  talkbackServer,
  talkbackClient,
  filesServer,
  filesClient,
];
