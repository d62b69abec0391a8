// All programs under one name.
//
//   deno run --allow-net cli.ts serve talkback
//   deno run --allow-net cli.ts talkback
//   deno run --allow-net cli.ts tour
//   deno run --allow-net cli.ts --help

import { wantsJson } from "./cli/command_line.ts";
import { addressTextOf, parleyCommandOf } from "./cli/commands.ts";
import type { Program } from "./cli/declaration.ts";
import { EXIT_DONE, EXIT_USAGE } from "./cli/exit_codes.ts";
import { tellFailure } from "./cli/failure.ts";
import { finishOutput } from "./cli/finish.ts";
import { columns } from "./cli/help.ts";
import { type Io, systemIo } from "./cli/io.ts";
import { suggestion } from "./cli/options.ts";
import { UsageError } from "./cli/usage_error.ts";
import { VERSION } from "./cli/version.ts";
import { program as datagramsClient } from "./clients/datagrams.ts";
import { program as filesClient } from "./clients/files.ts";
import { program as greetingClient } from "./clients/greeting.ts";
import { program as headersClient } from "./clients/headers.ts";
import { program as ircClient } from "./clients/irc.ts";
import { program as pushClient } from "./clients/push.ts";
import { program as reverseClient } from "./clients/reverse.ts";
import { program as talkbackClient } from "./clients/talkback.ts";
import { program as datagramsServer } from "./servers/datagrams.ts";
import { program as filesServer } from "./servers/files.ts";
import { program as greetingServer } from "./servers/greeting.ts";
import { program as headersServer } from "./servers/headers.ts";
import { program as ircServer } from "./servers/irc.ts";
import { program as pushServer } from "./servers/push.ts";
import { program as reverseServer } from "./servers/reverse.ts";
import { program as talkbackServer } from "./servers/talkback.ts";
import { main as tour } from "./tour/main.ts";

/** Every program there is, pair by pair: the command line and the tables in the documents go through this list. */
export const programs: readonly Program[] = [
  greetingServer,
  greetingClient,
  reverseServer,
  reverseClient,
  talkbackServer,
  talkbackClient,
  filesServer,
  filesClient,
  headersServer,
  headersClient,
  pushServer,
  pushClient,
  datagramsServer,
  datagramsClient,
  ircServer,
  ircClient,
];

/** Runs the program that the arguments name with the arguments behind its name; returns the exit code. */
export async function main(args: readonly string[], io: Io = systemIo): Promise<number> {
  const [first, ...rest] = args;
  const finish = (code: number) => finishOutput(code, { io, name: "parley", isWork: true });
  if (first !== undefined && VERSION_WORDS.includes(first)) {
    io.stdout(`parley ${VERSION}\n`);
    return await finish(EXIT_DONE);
  }
  // `help serve talkback` is `serve talkback --help`.
  const [named, ...behind] = first === "help" ? [...rest, "--help"] : args;
  const isServe = named === "serve";
  const name = isServe ? behind[0] : named;
  if (name !== undefined && HELP_WORDS.includes(name)) {
    io.stdout(help(io.columns));
    return await finish(EXIT_DONE);
  }
  if (named === "tour") return await tour(behind, io);
  const kind = isServe ? "server" : "client";
  const program = programs.find((one) => one.kind === kind && one.name === name);
  if (program) return await program.main(isServe ? behind.slice(1) : behind, io);
  tellFailure(new UsageError(problem(kind, name)), { name: "parley", io, json: wantsJson(args) });
  io.stderr(`\n${help(io.columns)}`);
  return await finish(EXIT_USAGE);
}

const HELP_WORDS: readonly string[] = ["--help", "-h", "help"];
const VERSION_WORDS: readonly string[] = ["--version", "-v", "-V"];

function problem(kind: "server" | "client", name: string | undefined): string {
  const names = programs.filter((one) => one.kind === kind).map((one) => one.name);
  if (name === undefined) {
    return kind === "server" ? "serve needs the name of a server" : "say which program to run";
  }
  const known = kind === "server"
    ? names
    : [...names, "serve", "tour", "help", "--help", "--version"];
  return `there is no ${kind} ${JSON.stringify(name)}${suggestion(name, known)}`;
}

function help(width: number | undefined): string {
  const rows = programs.map((program) => [
    parleyCommandOf(program),
    addressTextOf(program),
    program.summary,
  ]);
  return `Usage: parley serve NAME [options]    run a server
       parley NAME [options]          run a client
       parley tour [SCENE]...         watch every program talk

Programs:
${columns([["COMMAND", "ADDRESS", "WHAT IT DOES"], ...rows], { columns: width })}
parley help NAME prints a client's options, parley help serve NAME a server's.
`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
