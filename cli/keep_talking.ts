import { shownUrl } from "../headers/response/request.ts";
import { onAbort } from "../net/abort_listener.ts";
import { DeadlineError } from "../net/errors.ts";
import { reconnect, type Retry } from "../net/reconnect.ts";
import type { WebSocketConnection } from "../net/websocket/mod.ts";
import { isWorthRetry } from "./close_codes.ts";
import type { Output } from "./output.ts";
import {
  isFinalFailure,
  webSocketFailure,
  webSocketLoss,
  type WebSocketPlace,
} from "./websocket_failure.ts";
import type { WebSocketReport } from "./websocket_report.ts";
import type { TalkEnd } from "./websocket_talk.ts";

/** What is talked about over one connection after the other. */
export interface Conversation {
  /** Talks over a connection until it ends. */
  readonly over: (socket: WebSocketConnection) => Promise<TalkEnd>;
  /** Says whether it ended as it shall. */
  readonly isGood: (end: TalkEnd) => boolean;
  /** Says whether there is nothing to come back for. */
  readonly isDone: () => boolean;
}

/** What {@linkcode keepTalking} goes by. */
export interface KeepTalkingOptions {
  /** Makes a connection, which the signal ends. */
  readonly connect: (signal: AbortSignal) => Promise<WebSocketConnection>;
  /** What is called. */
  readonly place: WebSocketPlace;
  /** What is talked about. */
  readonly talk: Conversation;
  /** Hears what happens. */
  readonly events: WebSocketReport;
  /** Connects again where that is worth it. */
  readonly isStubborn: boolean;
  /** Ends it, politely where a connection stands. */
  readonly signal: AbortSignal;
  /** Where what comes is printed; its failure ends it too. */
  readonly stdout: Output | undefined;
}

/**
 * Talks over one connection, and over others after it for as long as that is worth it.
 *
 * @throws {ExplainedError} The last one was lost, or none could be made.
 */
export async function keepTalking(
  { connect, place, talk, events, isStubborn, signal, stdout }: KeepTalkingOptions,
): Promise<void> {
  const shown = shownUrl(place.url);
  let failure: unknown;
  let isOpen = false;
  const stop = new AbortController();
  // A connection that stands is closed politely.
  const stopListening = onAbort(signal, () => isOpen || stop.abort());
  void stdout?.failed.then((error) => stop.abort(error));

  const dial = async (signal: AbortSignal) => {
    try {
      return await connect(signal);
    } catch (error) {
      const isIdle = error instanceof DeadlineError && error.phase === "idle";
      failure = await webSocketFailure(error, { ...place, tried: isIdle ? "talk" : "connect" });
      if (!isStubborn || isFinalFailure(error)) stop.abort();
      throw failure;
    }
  };
  const onRetry = (retry: Retry) => events.retry({ ...retry, error: failure });
  try {
    for await (const socket of reconnect(dial, { signal: stop.signal, onRetry })) {
      isOpen = true;
      events.opened(shown, socket.protocol);
      const end = await talk.over(socket);
      isOpen = false;
      const isGood = talk.isGood(end);
      events.closed(end, { isFailure: !isGood && !signal.aborted });
      failure = isGood ? undefined : await webSocketLoss(end, place);
      if (isGood || signal.aborted || stop.signal.aborted) break;
      if (!isStubborn || talk.isDone() || !isWorthRetry(end.close.code)) break;
    }
  } finally {
    stopListening();
  }
  if (failure !== undefined && !signal.aborted && !stdout?.error) throw failure;
}
