import { SHOWN_SCRIPT } from "../shown_script.ts";

/**
 * What the live page runs. Text from a request becomes text nodes and nothing else. It is plain JavaScript in a string,
 * since the page carries it inside of itself, and its policy allows exactly these characters.
 */
export const LIVE_SCRIPT = String.raw`
"use strict";
${SHOWN_SCRIPT}
const MAX_SHOWN = 100;
const list = document.getElementById("requests");
const state = document.getElementById("state");
const none = document.getElementById("none");
let run;

function table(title, rows) {
  const made = element("table");
  const body = element("tbody");
  for (const [name, value, notes = []] of rows) {
    const row = element("tr");
    const head = element("th", name);
    head.scope = "row";
    const cell = element("td", value);
    for (const note of notes) cell.append(element("small", note));
    row.append(head, cell);
    body.append(row);
  }
  made.append(body);
  return [element("h3", title), made];
}

function fieldRow({ name, value, hex, leftOut, bytes }) {
  if (leftOut) return [name, "left out by the server (" + bytes + " bytes)"];
  return [name, value, hex ? ["bytes " + hex] : []];
}

function pairRow({ name, value, decodedName, decodedValue }) {
  const notes = [];
  if (decodedName !== undefined) notes.push("name means " + JSON.stringify(decodedName));
  if (decodedValue !== undefined) notes.push("means " + JSON.stringify(decodedValue));
  return [name, value === undefined ? "(no =)" : value, notes];
}

function signatureRow({ provider, holds, text }) {
  return [provider, holds ? text : "does not hold: " + text];
}

function place({ hostname, port, path, transport }) {
  if (hostname === undefined) return path || transport;
  return (hostname.includes(":") ? "[" + hostname + "]" : hostname) + ":" + port;
}

function bodyParts(body) {
  if (body.tooLarge) {
    return [element("p", "More than " + body.maxBytes + " bytes, which are not kept.")];
  }
  if (body.cut !== undefined) return [element("p", "Not all of it came: " + body.cut)];
  const parts = [element("p", body.bytes + " bytes, " + (body.type || "no type given"), "quiet")];
  const text = body.text !== undefined ? body.text : body.hex;
  if (text) parts.push(element("pre", text));
  if (body.more) parts.push(element("p", body.more + " more are left out here.", "quiet"));
  return parts;
}

function requestItem(request) {
  const item = element("li");
  const details = element("details");
  const summary = element("summary");
  const time = element("time", new Date(request.time).toLocaleTimeString());
  time.dateTime = request.time;
  summary.append(
    time,
    " ",
    element("strong", request.method, "method"),
    " " + shown(request.target),
    element("span", " (" + place(request.connection.remote) + ")", "quiet"),
  );
  for (const { provider, holds } of request.signatures || []) {
    const [text, className] = holds ? [" holds", "holds"] : [" does not hold", "fails"];
    summary.append(" ", element("span", provider + text, className));
  }
  details.append(summary, ...table("Fields", request.fields.map(fieldRow)));
  if (request.cookies.length > 0) details.append(...table("Cookies", request.cookies.map(pairRow)));
  if (request.query.length > 0) details.append(...table("Query", request.query.map(pairRow)));
  if (request.body) details.append(element("h3", "Body"), ...bodyParts(request.body));
  if (request.trailers) details.append(...table("Trailers", request.trailers.map(fieldRow)));
  if (request.signatures) {
    details.append(...table("Signatures", request.signatures.map(signatureRow)));
  }
  const { id, requests, remote, local, tls } = request.connection;
  details.append(...table("Connection", [
    ["addresses", place(remote) + " to " + place(local)],
    ["connection", "#" + id + ", request " + requests + " of it, " + (tls ? "TLS" : "no TLS")],
  ]));
  item.append(details);
  return item;
}

function clear() {
  list.replaceChildren();
  none.hidden = false;
}

function show(item) {
  none.hidden = true;
  list.prepend(item);
  while (list.children.length > MAX_SHOWN) list.lastElementChild.remove();
}

const events = new EventSource("/-/live/events");
events.addEventListener("open", () => {
  state.textContent = "Connected: requests appear here as they come.";
});
events.addEventListener("error", () => {
  state.textContent = events.readyState === EventSource.CLOSED
    ? "Disconnected: the server refuses. Load the page again."
    : "Disconnected. Connecting again ...";
});
events.addEventListener("server", ({ data }) => {
  const told = JSON.parse(data);
  // Another server has other requests.
  if (run !== undefined && run !== told.run) clear();
  run = told.run;
});
events.addEventListener("missed", ({ data }) => {
  show(element("li", JSON.parse(data).count + " requests were missed here.", "quiet"));
});
events.addEventListener("request", ({ data }) => show(requestItem(JSON.parse(data))));
document.getElementById("clear").addEventListener("click", clear);
`;
