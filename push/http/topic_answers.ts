import { LimitError } from "../../codec/errors.ts";
import { listItems } from "../../codec/http/list_items.ts";
import type { Field, HttpResponse } from "../../codec/http/mod.ts";
import { SharedBytes } from "../../net/shared_bytes.ts";
import type { HttpServerConnection, HttpServerRequest } from "../../net/http/mod.ts";
import { EVENT_STREAM_START, eventStreamFraming } from "../event_stream.ts";
import type { Hub } from "../hub.ts";
import { messageJson } from "../message_json.ts";
import type { SlowPolicy } from "../subscriber.ts";
import { EVENT_STREAM_FIELDS, jsonAnswer, refusalAnswer } from "./answers.ts";
import { EventStreamSink } from "./event_stream_sink.ts";

/** One request for a topic. */
export interface TopicRequest {
  readonly hub: Hub;
  readonly topic: string;
  readonly request: HttpServerRequest;
  /** Fields that its answer has as well. */
  readonly fields: readonly Field[];
}

/** Says whether a client asks for events, and not for the last messages alone. */
export function wantsEvents({ fields }: HttpServerRequest): boolean {
  return fields.all("accept").flatMap(listItems).some((range) =>
    /^text\/event-stream\s*(?:;|$)/i.test(range) && !/;\s*q=0(?:\.0*)?\s*$/i.test(range)
  );
}

/** Returns the answer that has the last messages of a topic. */
export function historyAnswer({ hub, topic, fields }: TopicRequest): HttpResponse {
  return jsonAnswer({
    topic,
    run: hub.run,
    present: hub.present(topic),
    messages: hub.history(topic).map(messageJson),
  }, { fields });
}

/** Publishes the body of a request, and returns the answer to it. */
export async function publishedAnswer(
  { hub, topic, request, fields }: TopicRequest,
  { maxMessageBytes }: { maxMessageBytes: number },
): Promise<HttpResponse> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await request.bytes({ maxBytes: maxMessageBytes });
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return refusalAnswer({
      status: 413,
      code: "too-large",
      message: `A message has up to ${maxMessageBytes} bytes.`,
      fields,
    });
  }
  if (!isText(request.fields.get("content-type"))) {
    return jsonAnswer({ topic, ...hub.publish(topic, bytes) }, { fields });
  }
  const text = utf8Text(bytes);
  if (text === undefined) {
    return refusalAnswer({
      status: 400,
      code: "bad-utf8",
      message:
        "The body is no UTF-8, which text is; with Content-Type: application/octet-stream it is binary.",
      fields,
    });
  }
  return jsonAnswer({ topic, ...hub.publish(topic, text) }, { fields });
}

/** Answers with a topic as Server-Sent Events, until its reader has left, is too slow, or the server stops. */
export async function streamTopic(
  http: HttpServerConnection,
  { hub, topic, request, fields }: TopicRequest,
  { slow }: { slow: SlowPolicy },
): Promise<void> {
  const sink = new EventStreamSink(http);
  const lastEventId = request.fields.get("last-event-id") ||
    new URLSearchParams(request.query).get("lastEventId") || "";
  // It ends with its connection, so that the bytes of all who read are the same.
  const writer = await request.stream({
    fields: [...EVENT_STREAM_FIELDS, ...fields],
    body: "until-close",
  });
  sink.trySend(new SharedBytes(EVENT_STREAM_START), { maxQueuedBytes: Infinity });
  const from = lastEventId === "" ? "history" : { id: lastEventId };
  try {
    using _subscription = hub.subscribe(topic, sink, { framing: eventStreamFraming, slow, from });
    await Promise.race([writer.peerLeft, sink.over]);
  } finally {
    await writer.end();
  }
}

/** Says whether a body of this type is text: a form is what curl -d says of whatever it sends. */
function isText(type: string | undefined): boolean {
  if (type === undefined) return true;
  const [essence = ""] = type.split(";");
  return /^\s*(?:text\/.*|application\/(?:.*\+)?json|application\/x-www-form-urlencoded)\s*$/i
    .test(essence);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
