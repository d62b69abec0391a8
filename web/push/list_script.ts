/** How the page of the push server shows messages, and what became of its own. It needs what makes elements. */
export const LIST_SCRIPT = String.raw`
const MAX_SHOWN = 500;
/** Of a longer message the beginning is shown: 500 of a megabyte would be more than a phone has. */
const MAX_CHARACTERS = 20000;
const SHOWN_BYTES = 32;
/** What was sent comes back sooner, if it does. */
const RETURN_MS = 30000;
const log = document.getElementById("log");
const list = document.getElementById("messages");
const newest = document.getElementById("newest");
const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
/** What was sent on this topic and has not come back. */
let unreturned = [];
let saysNew;
/** The log stands at an earlier message; otherwise it stays at its end by itself. */
let isAway = false;

function append(item) {
  list.append(item);
  while (list.children.length > MAX_SHOWN) list.firstElementChild.remove();
  if (isAway) newest.hidden = false;
}

function note(text) {
  const item = element("li", text, "note");
  append(item);
  return item;
}

function beginning(text) {
  if (text.length <= MAX_CHARACTERS) return text;
  const start = text.slice(0, MAX_CHARACTERS).replace(/[\ud800-\udbff]$/, "");
  return start + "\n(" + (text.length - start.length) + " more characters are left out here.)";
}

/** Returns how many bytes there are, and the first of them in hexadecimal digits. */
function bytesText(base64) {
  const size = base64.length / 4 * 3 - (base64.match(/=*$/)[0].length);
  const first = atob(base64.slice(0, Math.ceil(SHOWN_BYTES / 3) * 4)).slice(0, SHOWN_BYTES);
  const hex = Array.from(first, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"));
  const counted = size === 1 ? "1 byte" : size + " bytes";
  return counted + (size > 0 ? ": " + hex.join(" ") : "") + (size > SHOWN_BYTES ? " ..." : "");
}

function messageItem({ time, from, text, base64 }, isOwn) {
  const item = element("li", undefined, isOwn ? "own" : "");
  const head = element("p", undefined, "head");
  const who = isOwn ? "You" : from === undefined ? "Published by request" : "Visitor " + from;
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  const when = element("time", (isToday ? clockTime : dayAndTime).format(date));
  when.dateTime = date.toISOString();
  head.append(element("strong", who), " ", when);
  const body = text === undefined
    ? element("p", "Binary, " + bytesText(base64), "bytes")
    : element("p", beginning(text), "text");
  // Each message is written in its own direction.
  body.dir = "auto";
  item.append(head, body);
  return item;
}

/** Remembers what was sent, until it comes back. */
function awaitReturn(text) {
  unreturned.push({ text, sentAt: Date.now() });
}

/** One of our own has come back, perhaps after it was said that nobody knows. */
function returned(text) {
  const index = unreturned.findIndex((sent) => sent.text === text);
  if (index >= 0) unreturned.splice(index, 1)[0].note?.remove();
}

/** Says of what has not come back before the end that nobody knows. */
function noteUnreturned() {
  const since = Date.now() - RETURN_MS;
  unreturned = unreturned.filter((sent) => sent.sentAt >= since);
  for (const sent of unreturned) {
    sent.note ??= note("It is not known whether this was published: " + beginning(sent.text));
  }
}

/** Removes the messages; what is said of our own stays, until the topic is another. */
function clearList() {
  list.replaceChildren(...unreturned.flatMap((sent) => sent.note ?? []));
  newest.hidden = true;
}

/** Keeps a screen reader from reading all of a history: for this moment nothing is announced. */
function quietly() {
  log.setAttribute("aria-live", "off");
  clearTimeout(saysNew);
  saysNew = setTimeout(() => log.setAttribute("aria-live", "polite"), 1000);
}

log.addEventListener("scroll", () => {
  // It is laid out from its end, which is 0; what is before has numbers below that.
  isAway = log.scrollTop < -1;
  if (!isAway) newest.hidden = true;
}, { passive: true });
newest.addEventListener("click", () => {
  log.scrollTop = 0;
  log.focus();
});
`;
