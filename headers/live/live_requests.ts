import type { Clock } from "../../net/clock.ts";
import type { HttpServerConnection, HttpServerRequest } from "../../net/http/mod.ts";
import { answerWithPage, answerWithText, LOADS_NOTHING } from "../answer.ts";
import { livePage } from "../page/live_page.ts";
import type { RequestRecord } from "../request/request_record.ts";
import { type LiveAccess, type LiveReader, type LiveRefusal, liveRefusal } from "./live_access.ts";
import { liveJson } from "./live_json.ts";
import { LiveLog } from "./live_log.ts";
import { streamEvents } from "./stream_events.ts";

/** Where the page is. */
export const LIVE_PATH = "/-/live";
/** Where its events are. */
export const LIVE_EVENTS_PATH = "/-/live/events";

/** Readers of the events at one time. */
const MAX_READERS = 100;

/** How {@linkcode LiveRequests} shows. */
export interface LiveRequestsOptions {
  /** Who may look. */
  readonly access: LiveAccess;
  /** Cookies, authorization and what is like them are shown too. */
  readonly showSecrets: boolean;
  /** Returns what to tell somebody who may not look. */
  readonly describe: (refusal: LiveRefusal, reader: LiveReader) => string;
  /** A connection that is silent for this long is ended. */
  readonly idleMs: number;
  /** The clock to go by. */
  readonly clock: Clock;
}

/** The page that shows the last requests of everybody, and its events. */
export class LiveRequests {
  readonly #log = new LiveLog({ run: crypto.randomUUID() });
  readonly #options: LiveRequestsOptions;
  #readers = 0;

  /** Shows nothing yet. */
  constructor(options: LiveRequestsOptions) {
    this.#options = options;
  }

  /** Shows a request to all who look. */
  add(record: RequestRecord): void {
    this.#log.add(JSON.stringify(liveJson(record, this.#options)));
  }

  /** Says whether a request is for the page or its events. */
  isFor({ path }: HttpServerRequest): boolean {
    return path === LIVE_PATH || path === LIVE_EVENTS_PATH;
  }

  /** Says whether who sent a request may look. */
  isOpenTo(http: HttpServerConnection, request: HttpServerRequest): boolean {
    return liveRefusal(readerOf(http, request), this.#options.access) === undefined;
  }

  /** Answers a request for the page or its events; those are answered until their reader has left. */
  async answer(http: HttpServerConnection, request: HttpServerRequest): Promise<void> {
    const { access, describe, showSecrets } = this.#options;
    const reader = readerOf(http, request);
    const refusal = liveRefusal(reader, access);
    if (refusal !== undefined) {
      const status = refusal === "other-host" ? 421 : 403;
      return await request.respond(answerWithText(status, describe(refusal, reader)));
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      const { fields, ...answer } = answerWithText(405, "This is only there to be read.");
      return await request.respond({ ...answer, fields: { ...fields, Allow: "GET, HEAD" } });
    }
    if (request.path === LIVE_PATH) {
      return await request.respond(answerWithPage(livePage({ showSecrets })));
    }
    if (request.method === "HEAD") return await request.respond({ fields: EVENT_FIELDS });
    if (this.#readers >= MAX_READERS) {
      const text = `${MAX_READERS} readers are there already: try again when one has left.`;
      return await request.respond(answerWithText(503, text));
    }
    await this.#stream(http, request);
  }

  async #stream(http: HttpServerConnection, request: HttpServerRequest): Promise<void> {
    const { clock, idleMs } = this.#options;
    this.#readers++;
    try {
      const writer = await request.stream({ fields: EVENT_FIELDS });
      await streamEvents(writer, {
        log: this.#log,
        lastEventId: request.fields.get("last-event-id"),
        idleMs,
        clock,
        signal: http.signal,
      });
      await writer.end();
    } finally {
      this.#readers--;
    }
  }
}

const EVENT_FIELDS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store",
  "X-Accel-Buffering": "no",
  "X-Content-Type-Options": "nosniff",
  ...LOADS_NOTHING,
};

function readerOf(http: HttpServerConnection, request: HttpServerRequest): LiveReader {
  return {
    remote: http.remoteAddr,
    host: request.host,
    has: (name) => request.fields.has(name),
  };
}
