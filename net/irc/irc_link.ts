import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { escapeControls } from "../../codec/escape_controls.ts";
import { formatIrcMessage, type IrcMessage } from "../../codec/irc/mod.ts";
import type { Connection } from "../connection.ts";
import { withDeadline } from "../deadlines.ts";
import { dial } from "../dial.ts";
import { ClosedError, DeadlineError } from "../errors.ts";
import { ircClientCodec } from "./client_codec.ts";
import type { IrcSettings } from "./options.ts";
import { Registration } from "./registration.ts";
import type { IrcRooms } from "./rooms.ts";
import { IrcState } from "./state.ts";

/** Characters of a line that an error shows. */
const MAX_SHOWN = 200;

/** One connection on which the server has welcomed us. */
export interface IrcLink extends AsyncDisposable {
  /** What it stands on. */
  readonly connection: Connection<IrcMessage>;
  /** What is known of the server, and of us there. */
  readonly state: IrcState;
  /** How we got in; it goes on agreeing on capabilities. */
  readonly registration: Registration;
  /** What the server has said so far. */
  readonly greeting: readonly IrcMessage[];
}

/**
 * Connects and registers.
 *
 * @throws {ProtocolError} The server turns us down.
 * @throws {DeadlineError} It did not stand, or there was no welcome, in time.
 * @throws {ClosedError} The server ended it before a welcome.
 * @throws What `open` throws.
 */
export async function openLink(
  settings: IrcSettings,
  { rooms, signal }: { readonly rooms: IrcRooms; readonly signal: AbortSignal },
): Promise<IrcLink> {
  const { limits, connectDeadlines, clock, id, peer, trace } = settings;
  const { maxQueuedBytes } = limits;
  const connection = await dial(settings.open, {
    codec: ircClientCodec(limits),
    limits: { maxQueuedBytes },
    deadlines: connectDeadlines,
    signal,
    clock,
    id,
    ...peer && { peer },
    ...trace && { trace },
  });
  try {
    const { maxCapabilities } = limits;
    const state = new IrcState({ nick: settings.nicks[0]!, rooms, maxCapabilities });
    const registration = new Registration(settings, state);
    const greeting = await register(connection, { settings, state, registration, signal });
    const dispose = () => connection.close();
    return { connection, state, registration, greeting, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    connection.abort(error);
    throw error;
  }
}

async function register(
  connection: Connection<IrcMessage>,
  { settings, state, registration, signal }: {
    readonly settings: IrcSettings;
    readonly state: IrcState;
    readonly registration: Registration;
    readonly signal: AbortSignal;
  },
): Promise<readonly IrcMessage[]> {
  const { deadlines, limits: { maxUnreadMessages }, clock } = settings;
  const greeting: IrcMessage[] = [];
  const send = (message: IrcMessage) =>
    void connection.send(message).catch((error: unknown) => {
      // The server would wait for it; any other end of the connection is heard of by who receives.
      if (error instanceof ProtocolError && error.side === "local") connection.abort(error);
    });
  const hear = async (inTime: AbortSignal) => {
    const message = await connection.receive({ signal: inTime });
    if (message === undefined) throw noWelcome(state, greeting.at(-1));
    state.heard(message);
    greeting.push(message);
    if (greeting.length > maxUnreadMessages) throw tooMuch(maxUnreadMessages);
    for (const answer of registration.heard(message)) send(answer);
  };
  const bounded = (isDone: () => boolean, ms: number) =>
    withDeadline(async (inTime) => {
      while (!isDone()) await hear(inTime);
    }, { phase: "handshake", ms, peer: connection.remoteAddr, signal, clock });

  for (const message of registration.begin()) send(message);
  await bounded(() => registration.isWelcome, deadlines.registerMs);
  try {
    await bounded(() => registration.isDone, deadlines.welcomeMs);
  } catch (error) {
    // We are in already, whether or not there is a message of the day.
    if (!(error instanceof DeadlineError && error.phase === "handshake")) throw error;
  }
  return greeting;
}

/** Says that the server has ended the connection, with its own words for it where it had some. */
export function hungUp(tried: string, { farewell }: Pick<IrcState, "farewell">): ClosedError {
  const said = farewell === undefined ? "" : `: ${escapeControls(farewell)}`;
  return new ClosedError(`${tried}: the server closed the connection${said}`, {
    code: "connection-closed",
    by: "peer",
  });
}

/** A server of another protocol shows itself by what it said. */
function noWelcome(state: IrcState, last: IrcMessage | undefined): ClosedError {
  if (state.farewell !== undefined || last === undefined) return hungUp("Cannot register", state);
  const line = escapeControls(formatIrcMessage(last), { maxChars: MAX_SHOWN });
  return hungUp("Cannot register", { farewell: `its last words were ${line}` });
}

function tooMuch(max: number): LimitError {
  return new LimitError("Cannot register", {
    limit: "maxUnreadMessages",
    max,
    got: max + 1,
    atLeast: true,
    unit: "messages",
  });
}
