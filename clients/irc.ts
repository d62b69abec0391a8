// Talks to an IRC server: prints what is said, and says what is typed or piped in. /help lists the commands.
//
//   deno run --allow-net=127.0.0.1:6667 --allow-env=TERM clients/irc.ts --nick ann --join '#news'
//
// It says something and ends, with an exit code that tells whether the server took it.
//
//   deno run --allow-net=127.0.0.1:6667 --allow-env=TERM clients/irc.ts --send '#news' 'it rains'
//
// It only listens, over TLS, for as long as it takes:
//
//   deno run --allow-net --allow-env=TERM clients/irc.ts irc.example.org --tls --join '#news' --tail --reconnect

import { Chat } from "../cli/irc/chat.ts";
import { Delivery } from "../cli/irc/delivery.ts";
import { IrcEvents } from "../cli/irc/irc_events.ts";
import { ircFailure, isFinalIrcFailure } from "../cli/irc/irc_failure.ts";
import { IrcReport } from "../cli/irc/irc_report.ts";
import { LastWord } from "../cli/irc/last_word.ts";
import { channels, lineText, name, nameOr, names } from "../cli/irc/options.ts";
import { viewerOf } from "../cli/irc/chat_client.ts";
import { type Interruption, interruption } from "../cli/interruption.ts";
import { ExplainedError } from "../cli/explained_error.ts";
import { LineTerminal } from "../cli/line_terminal.ts";
import * as cli from "../cli/mod.ts";
import { addressOf, type Place, requirePlace } from "../cli/place.ts";
import { readToken } from "../cli/token.ts";
import type { IrcMessage } from "../codec/irc/mod.ts";
import { escapeControls, formatAddress } from "../mod.ts";
import { onAbort } from "../net/abort_listener.ts";
import { isLocalHost } from "../net/address.ts";
import { connectTcp } from "../net/connect_tcp.ts";
import { counted } from "../net/counted.ts";
import { ClosedError, DeadlineError, messageOf } from "../net/errors.ts";
import { reconnect } from "../net/reconnect.ts";
import {
  connectIrc,
  type ConnectIrcOptions,
  DEFAULT_IRC_CLIENT_DEADLINES,
  type IrcClient,
  type IrcClientEvent,
} from "../net/irc/mod.ts";
import { DEFAULT_IRC_PACE } from "../net/irc/pace.ts";

const PORT = 6667;
const TLS_PORT = 6697;
/** Milliseconds for which what is said may stand without the server's word that it was taken. */
const CONFIRM_MS = 30_000;

/** How {@linkcode connectIrcServer} connects, and as whom. */
export interface IrcClientOptions
  extends
    Omit<ConnectIrcOptions, "open" | "peer">,
    Pick<cli.ClientOptions, "hostname" | "port" | "unix" | "tls"> {}

/**
 * Connects to an IRC server, and returns the client once it is let in.
 *
 * @throws What `connectIrc` throws.
 */
export function connectIrcServer(options: IrcClientOptions): Promise<IrcClient> {
  const { hostname = "127.0.0.1", port, unix, tls, ...others } = requirePlace(options);
  const place = unix === undefined ? { hostname, port: port ?? (tls ? TLS_PORT : PORT) } : { unix };
  return connectIrc({
    ...others,
    peer: addressOf(place),
    async open(signal) {
      if (place.unix !== undefined) {
        return await Deno.connect({ transport: "unix", path: place.unix });
      }
      const plain = await connectTcp({ hostname, port: place.port, signal });
      return await cli.secured(plain, { hostname, tls });
    },
  });
}

const OWN_OPTIONS = {
  nick: name("Your nickname; without one you get guest and a number", "NICK"),
  alternative: names("Take this nickname where yours is somebody's; may be repeated", "NICK"),
  user: nameOr("Your user name on the server", "parley"),
  realname: lineText("What others are told of you"),
  password: cli.optionalText("The server's password; @FILE reads it from a file", "TEXT"),
  account: name("Log in with this account (SASL PLAIN)", "ACCOUNT"),
  accountPassword: cli.optionalText("The account's password; @FILE reads it from a file", "TEXT"),
  join: channels("Join this channel; may be repeated"),
  send: name("Say MESSAGE, or each line of stdin, to this channel or person, and end", "TARGET"),
  tail: cli.flag("Send nothing: print what is said until the server ends it"),
  everyMs: cli.duration("Send one message in this time, once five have gone at once", {
    fallback: DEFAULT_IRC_PACE.everyMs,
    from0: true,
  }),
  reconnect: cli.flag("Connect again when the connection is lost, or none can be made"),
};
const OPTIONS = { ...OWN_OPTIONS, ...cli.clientOptions(PORT) };
type Values = cli.OptionValues<typeof OPTIONS>;

/** The program. */
export const program: cli.Program = cli.defineProgram({
  kind: "client",
  name: "irc",
  summary: "talks to an IRC server: prints what is said, says what is typed or piped in",
  operands: "[HOST [PORT] | MESSAGE...]",
  defaultPort: PORT,
  permissions: ["--allow-env=TERM"],
  options: OPTIONS,
  tryIt: (command) => `printf '/join #news\\nhello\\n' | ${command} --nick ann`,
}, async ({ values, given, operands, io }) => {
  requireOneThing(values);
  const isSending = values.send !== undefined;
  const common = { ...values, port: values.tls ? TLS_PORT : PORT };
  if (given.has("port")) common.port = values.port;
  const place = cli.clientPlace(common, { given, operands: isSending ? [] : operands });
  const password = await readSecret(values.password, "--password");
  const accountPassword = await readSecret(values.accountPassword, "--account-password");
  const report = new cli.Report(io, values.json);
  const events = new IrcReport(report, io, { isQuiet: isSending });
  const settings = await cli.clientSettings(common, { io, report, place });
  using interrupted = interruption(io);
  const server = formatAddress(addressOf(place));
  const run: Run = { values, io, report, events, place, settings, interrupted, server };
  const options = optionsOf(run, { password, accountPassword });
  const messages = isSending ? operands : [];
  warnOfPasswords(run);
  try {
    await talkTo(options, { ...run, messages, hasPassword: password !== undefined });
  } catch (error) {
    // The end of every program says so.
    if (io.streams?.stdout.error) return cli.EXIT_FAILED;
    if (!interrupted.signal.aborted) throw error;
  }
  if (io.streams?.stdout.error) return cli.EXIT_FAILED;
  return interrupted.signal.aborted ? cli.EXIT_INTERRUPTED : cli.EXIT_DONE;
});

/** What the command line says, and what comes of it. */
interface Run {
  readonly values: Values;
  readonly io: cli.Io;
  readonly report: cli.Report;
  readonly events: IrcReport;
  readonly place: Place;
  readonly settings: cli.ClientOptions;
  readonly interrupted: Interruption;
  /** The address that is called. */
  readonly server: string;
}

/** How a connection that stands is talked over. */
interface Talk extends Run {
  readonly connectionEvents: IrcEvents;
}

/** Says that passwords are sent for all to read, where they are. */
function warnOfPasswords({ values, report, place, settings: { tls } }: Run): void {
  const isGiven = values.password !== undefined || values.accountPassword !== undefined;
  const isHere = place.unix !== undefined || isLocalHost(place.hostname);
  if (!isGiven || tls || isHere) return;
  const why = "without --tls others on the way can read the password";
  report.note({ event: "warning", why }, `Warning: ${why}`);
}

/** Connects, again and again where that is wanted, and talks until it is over. @throws {ExplainedError} It failed. */
async function talkTo(
  options: IrcClientOptions,
  run: Run & { readonly messages: readonly string[]; readonly hasPassword: boolean },
): Promise<void> {
  const { values, io, events, place, settings: { tls }, interrupted, hasPassword, server } = run;
  const where = { place, tls, hasPassword };
  let failure: unknown;
  let isOpen = false;
  const stop = new AbortController();
  // A client that stands quits politely.
  const stopListening = onAbort(
    interrupted.signal,
    () => isOpen || stop.abort(interrupted.signal.reason),
  );
  void io.streams?.stdout.failed.then((error) => stop.abort(error));
  const connectionEvents = new IrcEvents(events, server);
  const { heard, retry: onRetry } = connectionEvents;
  const onEvent = async (event: IrcClientEvent) => {
    if (event.type !== "retry" || event.error === undefined) return heard(event);
    const error = await ircFailure(event.error, { ...where, tried: "connect" });
    if (!stop.signal.aborted && !interrupted.signal.aborted) heard({ ...event, error });
  };
  const dial = async (signal: AbortSignal) => {
    try {
      return await connectIrcServer({ ...options, onEvent, signal });
    } catch (error) {
      const isIdle = error instanceof DeadlineError && error.phase === "idle";
      failure = await ircFailure(error, { ...where, tried: isIdle ? "talk" : "connect" });
      if (!values.reconnect || isFinalIrcFailure(error)) stop.abort(error);
      throw failure;
    }
  };
  try {
    for await (const client of reconnect(dial, { signal: stop.signal, onRetry })) {
      isOpen = true;
      failure = undefined;
      await talk(client, { ...run, connectionEvents });
      break;
    }
  } catch (error) {
    failure = await ircFailure(error, { ...where, tried: "talk" });
  } finally {
    stopListening();
  }
  if (failure !== undefined) throw failure;
}

/** Says what there is to say, and prints what comes, until it is over. */
async function talk(
  client: IrcClient,
  run: Talk & { readonly messages: readonly string[] },
): Promise<void> {
  const { values: { send, tail, join }, io, events, interrupted } = run;
  const isPiped = send !== undefined || !io.stdinIsTerminal;
  const leaving: Promise<boolean>[] = [];
  const stopListening = onAbort(
    interrupted.signal,
    () => leaving.push(leave(client, { reason: "Interrupted", events, isPiped })),
  );
  try {
    if (send !== undefined) return await deliver(client, { ...run, target: send });
    // What comes is printed while the pace holds some of them back.
    for (const { channel, key } of join) {
      client.join(channel, key === undefined ? {} : { key }).catch((error) => {
        if (error instanceof TypeError) client.abort(error);
        // One that is on its way when the connection is lost is asked for over the next.
        else if (!(error instanceof ClosedError || client.closed)) events.wrong(messageOf(error));
      });
    }
    if (tail) await hear(client, run);
    else await chat(client, run);
  } finally {
    stopListening();
    await Promise.all(leaving);
  }
}

/** Prints what comes. @throws Why the connection is over, unless it was left. */
async function hear(
  client: IrcClient,
  { events, isOurs, onMessage }: Pick<Run, "events"> & {
    /** Says whether a message only answers what this program asks by itself. */
    readonly isOurs?: (message: IrcMessage) => boolean;
    readonly onMessage?: (message: IrcMessage) => void;
  },
): Promise<void> {
  for await (const message of client) {
    if (isOurs?.(message)) continue;
    const printed = events.message(message, viewerOf(client));
    if (printed) await printed;
    onMessage?.(message);
  }
}

/** Lets a person talk, or whoever pipes lines in. */
async function chat(client: IrcClient, run: Talk): Promise<void> {
  const { values, io, report, events, connectionEvents, interrupted } = run;
  const lastWord = new LastWord(client, values.reconnect ? { confirmMs: CONFIRM_MS } : {});
  const person = new Chat(client, events, { count: (sending) => lastWord.count(sending) });
  connectionEvents.takeLost = () => lastWord.takeLost();
  await using terminal = LineTerminal.open({
    io,
    report,
    name: "irc",
    onInterrupt: interrupted.interrupt,
  });
  const over = new AbortController();
  const lines = terminal?.lines(over.signal) ?? cli.stdinExactLines(io.stdin, over.signal);
  const type = async () => {
    // Nobody who pipes lines in sees when a channel is joined, and that the next line would be heard there.
    if (!terminal && values.join.length > 0) await lastWord.wait();
    for await (const line of lines) {
      if (typeof line !== "string") {
        events.wrong("That is no UTF-8, and was not sent");
        continue;
      }
      const asked = terminal ? person.obeyNow(line) : await person.obey(line);
      if (asked && await leave(client, { reason: asked.quit, events })) return;
      if (!terminal && /^\/j(oin)?\b/i.test(line)) await lastWord.wait();
    }
    // The end of input; what the server says to the last line is still worth a look, but no person waits for a server that is gone.
    const isGone = terminal !== undefined && !client.connected;
    if (!over.signal.aborted && !isGone) await lastWord.wait();
    await client.quit();
  };
  // What comes tells why the connection is over.
  const typing = type().catch((error) => over.signal.aborted || client.abort(error));
  try {
    await hear(client, {
      events,
      isOurs: (message) => lastWord.heard(message),
      onMessage: (message) => person.heard(message),
    });
  } finally {
    over.abort();
    lastWord.end();
    await typing;
    person.end();
  }
  // A person has read it, and nobody reads it of what was piped in.
  if (terminal || lastWord.lost === 0) return;
  throw new ExplainedError("Cannot tell whether the server has taken all", {
    code: "unconfirmed",
    why: `${counted(lastWord.lost, "message")} may be lost`,
  });
}

/** Quits, and says what is not sent any more; returns whether the reason was one that can be said. */
async function leave(
  client: IrcClient,
  { reason, events, isPiped = false }: {
    readonly reason: string | undefined;
    readonly events: IrcReport;
    /** More lines may stand behind those that wait. */
    readonly isPiped?: boolean;
  },
): Promise<boolean> {
  const left = client.queuedMessages;
  try {
    await client.quit(reason);
  } catch (error) {
    events.wrong(messageOf(error));
    return false;
  }
  if (left > 0) {
    const behind = isPiped ? ", nor what stands behind" : "";
    const were = left === 1 ? "was" : "were";
    events.wrong(`${counted(left, "message")} that waited ${were} not sent${behind}`);
  }
  return true;
}

/** Says something, and looks whether the server takes it. */
async function deliver(
  client: IrcClient,
  { values, io, report, events, interrupted, messages, target }: Run & {
    readonly messages: readonly string[];
    readonly target: string;
  },
): Promise<void> {
  const over = new AbortController();
  const lines = messages.length > 0 ? messages : cli.stdinExactLines(io.stdin, over.signal);
  const delivery = new Delivery(client, { target, lines, joins: values.join });
  let failure: unknown;
  const sending = delivery.run().catch((error) => failure = error).then(() => client.quit());
  let isLost = true;
  try {
    await hear(client, { events, onMessage: (message) => delivery.heard(message) });
    isLost = false;
  } finally {
    over.abort();
    delivery.end();
    await sending;
    const { sent } = delivery;
    const record = { event: "sent", target, count: sent };
    const line = `Sent ${counted(sent, "message")} to ${escapeControls(target)}`;
    const isWhole = !isLost && failure === undefined;
    if (report.json || isWhole || interrupted.signal.aborted) report.note(record, line);
  }
  if (failure !== undefined) throw failure;
}

/** Returns how to connect, and as whom. */
function optionsOf(
  { values, settings }: Run,
  secrets: { readonly password: string | undefined; readonly accountPassword: string | undefined },
): IrcClientOptions {
  const { nick = guestNick(), alternative, user, realname, account } = values;
  const { password, accountPassword } = secrets;
  const { hostname, port, unix, tls, deadlines, trace } = settings;
  const pingMs = Math.min(values.idleTimeout / 2, DEFAULT_IRC_CLIENT_DEADLINES.pingMs);
  return {
    ...hostname !== undefined && { hostname },
    ...port !== undefined && { port },
    unix,
    tls,
    // On a quiet channel the server is asked before its silence is too long.
    deadlines: { ...deadlines, pingMs },
    ...trace && { trace },
    nick,
    alternatives: alternative,
    user,
    pace: { everyMs: values.everyMs },
    ...realname !== undefined && { realName: realname },
    ...password !== undefined && { password },
    ...account !== undefined && accountPassword !== undefined && {
      login: { account, password: accountPassword },
    },
    // What is to be said is said once; who only wants to connect tries again in `talkTo`.
    reconnect: values.reconnect && values.send === undefined,
  };
}

/** Nobody needs to be called like a guest before: of ten thousand there are some left. */
function guestNick(): string {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  return `guest${String(random % 10_000).padStart(4, "0")}`;
}

async function readSecret(typed: string | undefined, flag: string): Promise<string | undefined> {
  if (typed === undefined) return undefined;
  const secret = await readToken(typed, { flag });
  if (secret !== "" && !/[\0\r\n]/.test(secret)) return secret;
  throw new cli.UsageError(`${flag} takes one line of text`);
}

/** Looks whether the options say different things of what is done. @throws {UsageError} They do. */
function requireOneThing({ send, tail, account, accountPassword }: Values): void {
  if (send !== undefined && tail) {
    throw new cli.UsageError("--send sends and ends: leave out --tail");
  }
  if ((account === undefined) !== (accountPassword === undefined)) {
    throw new cli.UsageError("--account and --account-password go together: give both");
  }
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
