import { topicNameFault } from "../topic_name.ts";
import type { Refusal } from "./answers.ts";

/** The topic of who names none. */
export const DEFAULT_TOPIC = "default";

/** What a path stands for, when it is asked for over HTTP. */
export type Route =
  | { readonly kind: "page" | "health" | "metrics" | "nothing" }
  | { readonly kind: "topic"; readonly topic: string }
  | { readonly kind: "refused"; readonly refusal: Refusal };

const TOPICS = "/topics/";

/** Returns what a path stands for over HTTP. */
export function routeOf(path: string): Route {
  if (path === "/") return { kind: "page" };
  if (path === "/healthz") return { kind: "health" };
  if (path === "/metrics") return { kind: "metrics" };
  if (!path.startsWith(TOPICS)) {
    return path === "/topics" ? notNamed() : { kind: "nothing" };
  }
  if (path === TOPICS) return notNamed();
  const named = topicIn(path.slice(TOPICS.length));
  return "topic" in named
    ? { kind: "topic", topic: named.topic }
    : refused(400, "bad-topic", `That is no topic: ${named.fault}.`);
}

/** A topic, or what keeps a path from being one, in words. */
export type NamedTopic = { readonly topic: string } | { readonly fault: string };

/** Returns the topic of a WebSocket by its path. */
export function webSocketTopic(path: string): NamedTopic {
  return path === "/" ? { topic: DEFAULT_TOPIC } : topicIn(path.slice(1));
}

function topicIn(encoded: string): NamedTopic {
  const topic = decoded(encoded);
  if (topic === undefined) return { fault: "its percent-encoding is broken" };
  if (topic.startsWith("topics/") || ["topics", "healthz", "metrics"].includes(topic)) {
    return { fault: "that path is the server's own" };
  }
  const fault = topicNameFault(topic);
  return fault === undefined ? { topic } : { fault };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function notNamed(): Route {
  return refused(404, "not-found", "A topic's path is topics/ and its name.");
}

function refused(status: number, code: string, message: string): Route {
  return { kind: "refused", refusal: { status, code, message } };
}
