import { requireFunction, requireNames, shown } from "../codec/arguments.ts";
import type { Connection } from "./connection.ts";
import { RECONNECT_NAMES, type ReconnectOptions, requireBackoff } from "./reconnect.ts";

/** What {@linkcode Calls} go over: one connection, or what dials one after the other. */
export type CallsSource<In, Out> =
  | Connection<In, Out>
  | ((signal: AbortSignal) => Promise<Connection<In, Out>>);

/** What {@linkcode Calls} bound. */
export interface CallLimits {
  /** Calls that wait for their reply, or for a connection, at one time. @default {1024} */
  maxPendingCalls: number;
}

/** How {@linkcode Calls} find their replies, and how they go on when their connection breaks. */
export interface CallsOptions<Request, Reply, In, Out, Id> extends ReconnectOptions {
  /** Returns the message that carries a request under its id. */
  toMessage: (request: Request, id: Id) => Out;
  /** Returns the id of the call that a message replies to; undefined where it replies to none. */
  idOf: (message: In) => Id | undefined;
  /** Returns what the caller gets for a reply; the call rejects with what it throws. @default the message */
  toReply?: (message: In) => Reply;
  /** Returns an id that no call under way has. Ids that are no numbers need it. @default 1, 2, 3 and so on */
  nextId?: () => Id;
  /**
   * Hears the messages that reply to no call. What it throws, or the promise that it returns is rejected with, is written
   * to stderr and changes nothing. @default they are counted
   */
  onNotification?: (message: In) => unknown;
  /** How long a call may take that does not say so itself, in milliseconds. @default {30000} */
  waitMs?: number;
  /** How much may be under way. */
  limits?: Partial<CallLimits>;
  /** Aborts all of it. */
  signal?: AbortSignal;
}

/** How one call is made. */
export interface CallOptions {
  /** How long it may take, in milliseconds, the wait for a connection with it. @default that of all calls */
  waitMs?: number;
  /** Gives it up. */
  signal?: AbortSignal;
  /** What errors call it. @default {"call 7"} with its id */
  name?: string;
  /**
   * Doing it twice is doing it once, so it may be sent again over the next connection where one broke before its reply
   * came. @default {false}
   */
  idempotent?: boolean;
}

/** The options of {@linkcode Calls.over}, which has seen that they fit each other, without the wire's types. */
export interface Wiring<Request, Reply> extends ReconnectOptions {
  toMessage(request: Request, id: unknown): unknown;
  idOf(message: unknown): unknown;
  toReply?(message: unknown): Reply;
  nextId?(): unknown;
  onNotification?(message: unknown): unknown;
  waitMs?: number;
  limits?: Partial<CallLimits>;
}

const NAMES: Readonly<Record<keyof Wiring<never, never>, true>> = {
  ...RECONNECT_NAMES,
  toMessage: true,
  idOf: true,
  toReply: true,
  nextId: true,
  onNotification: true,
  waitMs: true,
  limits: true,
};

/** The options of one call; their list is made once, as calls are many. */
const ONE_CALL: Readonly<Record<keyof CallOptions, true>> = {
  waitMs: true,
  signal: true,
  name: true,
  idempotent: true,
};
const OF_ONE_CALL = { what: "options of a call", names: Object.keys(ONE_CALL) };

/** Refuses options that cannot be those of one call. @throws {TypeError} One has a name that nobody looks at. */
export function requireCallOptions(given: CallOptions): void {
  requireNames(given, OF_ONE_CALL);
}

/** Refuses what calls cannot go over, as JavaScript may pass it. @throws {TypeError} It can neither dial nor send. */
export function requireSource(source: CallsSource<unknown, never>): void {
  if (typeof source === "function" || typeof source?.send === "function") return;
  throw new TypeError(`Cannot call: ${shown(source)} is no connection, and no function that dials`);
}

/** Refuses options that cannot be those of calls. @throws As {@linkcode Calls.over}. */
export function requireWiring(given: Wiring<never, unknown>): void {
  requireNames(given, { what: "options of calls", names: Object.keys(NAMES) });
  requireFunction(given.toMessage, "toMessage");
  requireFunction(given.idOf, "idOf");
  requireBackoff(given.backoff);
  requireNames(given.limits ?? {}, { what: "limits of calls", names: ["maxPendingCalls"] });
}
