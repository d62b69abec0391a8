import type { HttpResponse } from "../../codec/http/mod.ts";
import type { HttpServerConnection, HttpServerRequest } from "../../net/http/mod.ts";
import type { Hub } from "../hub.ts";
import { pushPage } from "../page/push_page.ts";
import type { SlowPolicy } from "../subscriber.ts";
import { type Access, unauthorized } from "./access.ts";
import { type Refusal, refusalAnswer, textAnswer } from "./answers.ts";
import { corsFields, type OriginAdvice, type OriginsAndHosts, pageRefusal } from "./cors.ts";
import { metricsText, type ServerFigures } from "./metrics.ts";
import { routeOf } from "./route.ts";
import { historyAnswer, publishedAnswer, streamTopic, wantsEvents } from "./topic_answers.ts";

/** How a {@linkcode PushHttp} answers. */
export interface PushHttpOptions extends OriginsAndHosts {
  readonly hub: Hub;
  readonly access: Access;
  readonly advice: OriginAdvice;
  /** Bytes of a message that is published. */
  readonly maxMessageBytes: number;
  /** What happens to readers that are too slow. */
  readonly slow: SlowPolicy;
  /** What is counted beside the hub. */
  readonly figures: () => ServerFigures;
}

/** How a request was answered: its status, and what was wrong. */
export interface Answered {
  readonly status: number;
  readonly why?: string;
}

/** Answers what is no WebSocket: the page, topics, and what watches over the server. */
export class PushHttp {
  readonly #options: PushHttpOptions;

  constructor(options: PushHttpOptions) {
    this.#options = options;
  }

  /** Answers a request. One for events is answered until its reader has left; `enter` says whether there is room for it. */
  async answer(
    http: HttpServerConnection,
    request: HttpServerRequest,
    { enter }: { enter: () => Disposable | undefined },
  ): Promise<Answered> {
    const route = routeOf(request.path);
    const refusal = route.kind === "health" ? undefined : pageRefusal(request, this.#options);
    // A page that is refused may not read why.
    if (refusal) return await respond(request, refusal);
    const { method } = request;
    const fields = corsFields(request, { isPreflight: method === "OPTIONS" });
    const refuse = ({ fields: more = [], ...rest }: Refusal) =>
      respond(request, { ...rest, fields: [...fields, ...more] });
    switch (route.kind) {
      case "refused":
        return await refuse(route.refusal);
      case "nothing":
        return await refuse(NOTHING_HERE);
      case "topic":
        break;
      default: {
        if (!isReading(method)) return await refuse(notAllowed("GET, HEAD"));
        return await send(request, this.#plain(route.kind));
      }
    }
    const { hub, access, maxMessageBytes, slow } = this.#options;
    const asked = { hub, topic: route.topic, request, fields };
    if (method === "OPTIONS") {
      return await send(request, { status: 204, fields: [...fields, ["Allow", TOPIC_METHODS]] });
    }
    if (method === "POST") {
      if (!access.allows("publish", request)) return await refuse(unauthorized("publish"));
      return await send(request, await publishedAnswer(asked, { maxMessageBytes }));
    }
    if (!isReading(method)) return await refuse(notAllowed(TOPIC_METHODS));
    if (!access.allows("subscribe", request)) return await refuse(unauthorized("subscribe"));
    if (method === "HEAD" || !wantsEvents(request)) {
      return await send(request, historyAnswer(asked));
    }
    if (!hub.canFollow(route.topic)) return await refuse(TOO_MANY_TOPICS);
    using claim = enter();
    if (claim === undefined) return await refuse(TOO_MANY_CLIENTS);
    await streamTopic(http, asked, { slow });
    return { status: 200 };
  }

  #plain(kind: "page" | "health" | "metrics"): HttpResponse {
    const { hub, figures } = this.#options;
    if (kind === "health") return textAnswer("ok\n");
    if (kind === "metrics") return textAnswer(metricsText(hub, figures()));
    const { html, fields } = pushPage();
    return { fields: { ...fields, ...PAGE_FIELDS }, body: html };
  }
}

const TOPIC_METHODS = "GET, HEAD, POST, OPTIONS";

/** The page is the same for all, and its address may hold a token. */
const PAGE_FIELDS = {
  "Cache-Control": "no-cache",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

const NOTHING_HERE: Refusal = {
  status: 404,
  code: "not-found",
  message:
    "There is nothing here: the page is at /, and what is published on NAME at /topics/NAME.",
};

/** What somebody is told whose address follows too much already. */
export const TOO_MANY_CLIENTS: Refusal = {
  status: 503,
  code: "too-many-clients",
  message: "As many clients of this address are there as the server lets be: try again later.",
};

const TOO_MANY_TOPICS: Refusal = {
  status: 503,
  code: "too-many-topics",
  message: "As many topics are followed as the server lets be: try again later.",
};

function isReading(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function notAllowed(methods: string): Refusal {
  return {
    status: 405,
    code: "bad-method",
    message: `This takes ${methods}.`,
    fields: [["Allow", methods]],
  };
}

async function respond(request: HttpServerRequest, refusal: Refusal): Promise<Answered> {
  await request.respond(refusalAnswer(refusal));
  return { status: refusal.status, why: refusal.message };
}

async function send(request: HttpServerRequest, response: HttpResponse): Promise<Answered> {
  await request.respond(response);
  return { status: response.status ?? 200 };
}
