import { assert, assertEquals, assertMatch } from "@std/assert";
import { closeLabel, metricsText } from "../../../push/http/metrics.ts";
import { turns } from "../../../testing/turns.ts";
import { follow, openHub } from "../fakes.ts";

const closes = new Map([["1006", 1], ["1000", 20], ["4xxx", 3]]);

/** Returns the values by their names. */
function values(text: string): Record<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => {
    const [name = "", value] = line.split(" ");
    return [name, Number(value)];
  }));
}

Deno.test("metricsText() says what a hub and its server have done", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 4 } });
  const slow = follow(hub, { slow: "drop-oldest" });
  follow(hub, { topic: "sport" });
  slow.sink.isBlocked = true;
  for (const text of ["1", "2", "3", "4", "é"]) {
    hub.publish("news", text);
    await turns(1);
  }
  await turns();
  assertEquals(values(metricsText(hub, { connections: 4, accepted: 9, closes })), {
    parley_push_connections: 4,
    parley_push_connections_total: 9,
    parley_push_subscribers: 2,
    parley_push_topics: 2,
    parley_push_history_bytes: 5 * 256 + 6,
    parley_push_messages_total: 5,
    parley_push_message_bytes_total: 6,
    parley_push_deliveries_total: 2,
    parley_push_delivered_bytes_total: 4,
    'parley_push_drops_total{reason="too-slow"}': 0,
    'parley_push_drops_total{reason="oldest"}': 2,
    'parley_push_drops_total{reason="newest"}': 0,
    'parley_push_drops_total{reason="replaced"}': 0,
    'parley_push_closes_total{code="1000"}': 20,
    'parley_push_closes_total{code="1006"}': 1,
    'parley_push_closes_total{code="4xxx"}': 3,
  });
});

Deno.test("metricsText() is the text format of Prometheus", () => {
  const text = metricsText(openHub().hub, { connections: 0, accepted: 0, closes });
  assertMatch(text, /[^\n]\n$/);
  const types = new Map<string, string>();
  let help = "";
  for (const line of text.split("\n").slice(0, -1)) {
    const [, kind, of = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") help = of;
    else if (kind === "TYPE") {
      // Its help stands in front, and it comes once.
      assertEquals([of, types.has(of)], [help, false]);
      types.set(of, rest);
    } else {
      const [, sample = ""] = /^([a-z_]+)(?:\{[a-z]+="[a-z0-9-]+"\})? \d+$/.exec(line) ?? [];
      assertEquals(sample, help, line);
    }
  }
  for (const [name, type] of types) assertEquals(type === "counter", name.endsWith("_total"));
  assert(types.size > 0);
});

Deno.test("metricsText() begins each close code's figure when there is one, and the others at 0", () => {
  const text = metricsText(openHub().hub, { connections: 0, accepted: 0, closes: new Map() });
  assert(Object.values(values(text)).every((value) => value === 0));
  assertEquals(text.includes("closes_total{"), false);
});

Deno.test("closeLabel() makes no label of each code that a client may choose", () => {
  assertEquals([1000, 1015, 3000, 3999, 4000, 4999].map(closeLabel), [
    "1000",
    "1015",
    "3xxx",
    "3xxx",
    "4xxx",
    "4xxx",
  ]);
});
