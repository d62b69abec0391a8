import { topicNameFault } from "../push/topic_name.ts";
import type { Option } from "./options.ts";
import { quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** An option that is the name of a topic, and undefined where it is not given. */
export function topic(description: string): Option<string | undefined> {
  return {
    placeholder: "TOPIC",
    description,
    fallback: undefined,
    fallbackText: undefined,
    parse: parseTopic,
  };
}

/** An option that is the name of a topic, and may be given again and again. */
export function topics(description: string): Option<readonly string[]> {
  return {
    placeholder: "TOPIC",
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse: (it, flag) => [parseTopic(it, flag)],
  };
}

/** Returns where a topic is: below `base`, whatever its name holds. What is asked there stays. */
export function topicUrl(base: URL, topic: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, "")}/${encodeURIComponent(topic)}`;
  return url;
}

function parseTopic(typed: string, flag: string): string {
  // In any spelling these two lead elsewhere (WHATWG URL, 4.4).
  const isFolder = typed === "." || typed === "..";
  const fault = isFolder ? "in a URL this is no name" : topicNameFault(typed);
  if (fault === undefined) return typed;
  throw new UsageError(`${flag} takes the name of a topic, not ${quoted(typed)}: ${fault}`);
}
