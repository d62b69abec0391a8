import type { Hub } from "../hub.ts";

/** What a server counts beside its hub. */
export interface ServerFigures {
  /** Connections that stand. */
  readonly connections: number;
  /** Connections that were accepted. */
  readonly accepted: number;
  /** WebSockets that ended, by their close codes, as {@linkcode closeLabel} names them. */
  readonly closes: ReadonlyMap<string, number>;
}

/** Returns how figures name a close code: a client chooses among those from 3000 on, and makes no series of its own with each. */
export function closeLabel(code: number): string {
  return code < 3000 ? String(code) : `${Math.floor(code / 1000)}xxx`;
}

/** Returns the figures of a hub and its server in the text format of Prometheus (version 0.0.4). */
export function metricsText(
  { counters, subscribers, topics, historyBytes }: Hub,
  { connections, accepted, closes }: ServerFigures,
): string {
  const { published, publishedBytes, deliveries, deliveredBytes, drops } = counters;
  return [
    ...metric("connections", "gauge", "Connections that stand", connections),
    ...metric("connections_total", "counter", "Connections that were accepted", accepted),
    ...metric("subscribers", "gauge", "Subscribers of all topics", subscribers),
    ...metric("topics", "gauge", "Topics that are followed or have a history", topics),
    ...metric("history_bytes", "gauge", "Bytes of the histories", historyBytes),
    ...metric("messages_total", "counter", "Messages that were published", published),
    ...metric("message_bytes_total", "counter", "Bytes of these", publishedBytes),
    ...metric("deliveries_total", "counter", "Messages handed to subscribers", deliveries),
    ...metric("delivered_bytes_total", "counter", "Bytes handed to subscribers", deliveredBytes),
    ...labelled("drops_total", "Messages that a subscriber was too slow for", {
      label: "reason",
      values: Object.entries(drops),
    }),
    ...labelled("closes_total", "WebSockets that ended, by close code", {
      label: "code",
      values: [...closes].toSorted(([one], [other]) => one < other ? -1 : 1),
    }),
    "",
  ].join("\n");
}

function metric(name: string, type: string, help: string, value: number): string[] {
  return [...heading(name, type, help), `parley_push_${name} ${value}`];
}

function labelled(
  name: string,
  help: string,
  { label, values }: { label: string; values: readonly (readonly [string | number, number])[] },
): string[] {
  const lines = values.map(([key, value]) => `parley_push_${name}{${label}="${key}"} ${value}`);
  return [...heading(name, "counter", help), ...lines];
}

function heading(name: string, type: string, help: string): string[] {
  return [`# HELP parley_push_${name} ${help}.`, `# TYPE parley_push_${name} ${type}`];
}
