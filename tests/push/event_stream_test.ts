import { assertEquals } from "@std/assert";
import { EVENT_STREAM_START, eventStreamFraming } from "../../push/event_stream.ts";
import { messageJson } from "../../push/message_json.ts";
import type { PushMessage } from "../../push/push_message.ts";
import { messageOf, textMessage } from "./fakes.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const shown = (message: PushMessage) => decoder.decode(eventStreamFraming.frame(message));
const ID = "id: 1f3a90bb21c4-12\n";

const binary = (...bytes: number[]): PushMessage => ({
  ...messageOf(12),
  kind: "binary",
  bytes: Uint8Array.from(bytes),
});

interface Event {
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

/** Reads a stream as a browser does (HTML Standard, 9.2.6). */
function eventsOf(stream: string): Event[] {
  const events: Event[] = [];
  let [type, data, id] = ["", "", ""];
  for (const line of stream.replace(/^\u{FEFF}/u, "").split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (data !== "") events.push({ type: type || "message", data: data.slice(0, -1), id });
      [type, data] = ["", ""];
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data += `${value}\n`;
    else if (name === "event") type = value;
    else if (name === "id" && !value.includes("\0")) id = value;
  }
  return events;
}

Deno.test("eventStreamFraming says what its documentation shows", () => {
  assertEquals(shown(textMessage("hello")), `${ID}data: hello\n\n`);
});

for (
  const text of [
    "",
    " begins with a space",
    "  with two",
    "\u{FEFF}begins with a mark",
    "two\nlines",
    "\n",
    "\n\n",
    "ends\n",
    "\nbegins",
    "data: x",
    ": no comment",
    "id: 7\n\nevent: missed\ndata: x\n\n",
    "a\0b",
    "\u0085\u2028\u2029\u000b\f",
    "é😀",
    "\t",
  ]
) {
  Deno.test(`eventStreamFraming says a text as it is when it is ${JSON.stringify(text)}`, () => {
    const stream = decoder.decode(EVENT_STREAM_START) + shown(textMessage(text));
    assertEquals(eventsOf(stream), [{ type: "message", data: text, id: "1f3a90bb21c4-12" }]);
  });
}

for (
  const text of ["\r", "a\rb", "a\r\nb", "\r\n", "\r\nid: 7\r\rdata: x", '"\r\\', "\u{FEFF}\r"]
) {
  Deno.test(`eventStreamFraming says a text as JSON when it is ${JSON.stringify(text)}`, () => {
    const [event, ...more] = eventsOf(shown(textMessage(text)));
    assertEquals([event?.type, event?.id, more], ["json", "1f3a90bb21c4-12", []]);
    assertEquals(JSON.parse(event!.data), text);
  });
}

Deno.test("eventStreamFraming says bytes in base64", () => {
  assertEquals(shown(binary(0, 255, 254, 1)), `${ID}event: binary\ndata: AP/+AQ==\n\n`);
  assertEquals(eventsOf(shown(binary())), [{ type: "binary", data: "", id: "1f3a90bb21c4-12" }]);
});

Deno.test("eventStreamFraming says that messages were missed, and is silent to programs when it is alive", () => {
  assertEquals(decoder.decode(eventStreamFraming.alive!()), ": still here\n\n");
  const missed = decoder.decode(eventStreamFraming.missed!());
  const stream = shown(textMessage("a")) + missed + decoder.decode(eventStreamFraming.alive!());
  // The id of the last message stays.
  assertEquals(eventsOf(stream)[1], { type: "missed", data: "", id: "1f3a90bb21c4-12" });
  assertEquals(eventsOf(stream).length, 2);
  assertEquals(eventStreamFraming.present, undefined);
});

Deno.test("an event stream begins with how long a browser waits before it comes back", () => {
  assertEquals(decoder.decode(EVENT_STREAM_START), "retry: 2000\n\n");
});

Deno.test("messageJson() has the id, the time, who published it, and the text or the bytes", () => {
  const text = textMessage("é\u{FEFF}\0\r\n", { timeMs: 1767225600000, from: "7" });
  assertEquals(messageJson(text), {
    id: "1f3a90bb21c4-12",
    time: 1767225600000,
    from: "7",
    text: "é\u{FEFF}\0\r\n",
  });
  assertEquals(messageJson(textMessage("\u{FEFF}")), {
    id: "1f3a90bb21c4-12",
    time: 0,
    text: "\u{FEFF}",
  });
  assertEquals(messageJson(binary(0, 255)), { id: "1f3a90bb21c4-12", time: 0, base64: "AP8=" });
  assertEquals(Object.keys(messageJson(text)), ["id", "time", "from", "text"]);
});
