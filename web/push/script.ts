import { SHOWN_SCRIPT } from "../shown_script.ts";
import { LIST_SCRIPT } from "./list_script.ts";
import { TOPIC_SCRIPT } from "./topic_script.ts";

/**
 * What the page of the push server runs: it follows a topic, comes back when that breaks, and sends what is typed and
 * nothing else. It is plain JavaScript in a string, since the page carries it inside of itself, and its policy allows
 * exactly these characters.
 */
export const PUSH_SCRIPT = String.raw`
"use strict";
${SHOWN_SCRIPT}
${TOPIC_SCRIPT}
${LIST_SCRIPT}
const PROTOCOL = "parley.push";
/** The server says something every 15 s. */
const SILENT_MS = 40000;
const CHECK_MS = 5000;
/** What has come while the page slept is heard before it is judged. */
const CHANCE_MS = 2000;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30000;
const PATIENT_WAIT_MS = 5000;
/** A connection that lasted this long was a good one. */
const STABLE_MS = 10000;
const byId = (id) => document.getElementById(id);
const [heading, joining, topicBox, fault] = ["name", "join", "topic", "fault"].map(byId);
const [state, wait, retry, present] = ["state", "wait", "retry", "present"].map(byId);
const [sending, box, send, why] = ["sending", "box", "send", "why"].map(byId);
let topic;
let socket;
/** When the server was heard last. */
let heardAt = 0;
/** When it said hello; undefined while there is no connection. */
let greetedAt;
let mayPublish;
let run;
let lastId;
/** Who we are, and were before connections broke. */
const ours = new Set();
let attempt = 0;
/** Handshakes in a row that came to nothing. */
let refusals = 0;
/** When to connect again, by a clock that nobody sets; Infinity says that a person has to ask for it. */
let retryAt;
let waiting;
let chance;

/** Says how it stands. A screen reader announces it, so nothing is said twice; the wait is shown alone. */
function tell(words, waitWords = "") {
  const text = shown(words);
  if (state.textContent !== text) state.textContent = text;
  wait.textContent = waitWords;
}

/** What others write may have its full stop. */
function sentence(text) {
  return text.endsWith(".") ? text : text + ".";
}

function showPresent(count) {
  present.textContent = count === undefined ? "" : count + " present";
}

function showSending() {
  const isConnected = greetedAt !== undefined;
  box.disabled = mayPublish === false;
  send.disabled = !isConnected || mayPublish !== true;
  why.textContent = mayPublish === false
    ? "You may read this topic, and not publish to it."
    : isConnected
    ? "Enter sends, Shift+Enter begins a line."
    : "Nothing can be sent while there is no connection.";
}

function connect() {
  clearTimeout(waiting);
  waiting = undefined;
  const goesOn = retryAt !== undefined && retryAt !== Infinity;
  retryAt = undefined;
  retry.hidden = true;
  if (goesOn) wait.textContent = "now ...";
  else tell("Connecting ...");
  heardAt = Date.now();
  const made = socket = new WebSocket(socketUrl(topic, lastId), PROTOCOL);
  made.addEventListener("open", () => {
    if (socket !== made || made.protocol === PROTOCOL) return;
    leave();
    comeBack("The server refuses: it does not speak " + PROTOCOL + ".", { isPatient: true });
  });
  made.addEventListener("message", ({ data }) => {
    if (socket !== made) return;
    heardAt = Date.now();
    hear(JSON.parse(data));
  });
  made.addEventListener("close", (end) => {
    if (socket === made) ended(end);
  });
}

function hear(said) {
  if (said.type === "hello") greet(said);
  else if (said.type === "message") receive(said);
  else if (said.type === "presence") showPresent(said.present);
  else if (said.type === "missed") note("Messages are missing here: the server does not have them any more.");
}

function greet(hello) {
  if (run !== hello.run) {
    // Ids and visitors of another run have nothing to do with these.
    ours.clear();
    lastId = undefined;
    clearList();
  }
  run = hello.run;
  ours.add(hello.you);
  mayPublish = hello.mayPublish;
  greetedAt = Date.now();
  refusals = 0;
  // What was missed meanwhile is news, a whole history is not.
  if (lastId === undefined) quietly();
  tell("Connected.");
  showPresent(hello.present);
  showSending();
}

function receive(message) {
  lastId = message.id;
  const isOwn = message.from !== undefined && ours.has(message.from);
  if (isOwn) returned(message.text);
  append(messageItem(message, isOwn));
}

function ended({ code, reason }) {
  const wasGreeted = greetedAt !== undefined;
  leave();
  refusals = wasGreeted ? 0 : refusals + 1;
  const because = sentence(reason ? ": " + reason : "");
  if (code === 1008) {
    retryAt = Infinity;
    retry.hidden = false;
    return tell("The server refuses" + because);
  }
  const words = {
    1001: "Disconnected: the server stops.",
    1009: "Disconnected: the message is too large for the server.",
    1012: "Disconnected: the server starts again.",
    1013: "Disconnected: the server asks to come back later" + because,
  }[code] ?? "Disconnected" + because;
  comeBack(words, { isPatient: code === 1012 || code === 1013 });
  if (refusals > 1) askWhy();
}

/** Gives the connection up, and hears nothing of it any more. */
function leave() {
  const left = socket;
  socket = undefined;
  left?.close();
  clearTimeout(waiting);
  clearTimeout(chance);
  waiting = chance = undefined;
  if (greetedAt !== undefined && Date.now() - greetedAt >= STABLE_MS) attempt = 0;
  greetedAt = undefined;
  noteUnreturned();
  showPresent();
  showSending();
}

function patientWait() {
  return PATIENT_WAIT_MS + Math.random() * (MAX_WAIT_MS - PATIENT_WAIT_MS);
}

/** Connects again after a random time, so that many pages do not come back at once. */
function comeBack(words, { isPatient = false } = {}) {
  const bound = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt++);
  retryAt = performance.now() + (isPatient ? patientWait() : Math.random() * bound);
  tell(words + " Connecting again");
  retry.hidden = false;
  waitOn();
}

function waitOn() {
  clearTimeout(waiting);
  const left = retryAt - performance.now();
  if (left <= 0) return connect();
  wait.textContent = "in " + Math.ceil(left / 1000) + " s ...";
  waiting = setTimeout(waitOn, left % 1000 || 1000);
}

/** A browser does not tell a page why a handshake failed; a request tells it. */
async function askWhy() {
  const asked = topic;
  let words = "Disconnected: the server cannot be reached.";
  let isPatient = true;
  try {
    const url = serverUrl("topics/" + pathOf(asked));
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    words = "The server refuses" + await refusalText(answer);
  } catch {
    isPatient = false;
  }
  if (topic !== asked || greetedAt !== undefined || retryAt === Infinity) return;
  if (waiting === undefined) return tell(words + " Connecting again", "now ...");
  tell(words + " Connecting again");
  if (isPatient) retryAt = performance.now() + patientWait();
  waitOn();
}

async function refusalText(answer) {
  if (answer.ok) {
    void answer.body?.cancel();
    return " the WebSocket, and answers other requests: something between may not let it through.";
  }
  const { error } = await answer.json().catch(() => ({}));
  const help = answer.status === 401 ? ' The address of this page can end with "?token=...".' : "";
  return ": " + sentence(error?.message ?? "it answers " + answer.status) + help;
}

/** Looks at the clock, since a page that is hidden or asleep has slow timers. */
function check() {
  const now = Date.now();
  // Somebody has set the clock back.
  if (now < heardAt) heardAt = now;
  if (waiting !== undefined) return waitOn();
  if (socket === undefined || chance !== undefined || now - heardAt <= SILENT_MS) return;
  chance = setTimeout(() => {
    chance = undefined;
    if (socket === undefined || Date.now() - heardAt <= SILENT_MS) return;
    leave();
    comeBack("Disconnected: the server was silent for too long.");
  }, CHANCE_MS);
}

function follow(name) {
  leave();
  topic = name;
  run = lastId = retryAt = mayPublish = undefined;
  attempt = refusals = 0;
  ours.clear();
  unreturned = [];
  clearList();
  showSending();
  heading.textContent = document.title = shown(name);
  topicBox.value = name;
  fault.textContent = topicFault(name);
  if (fault.textContent === "") return connect();
  retry.hidden = true;
  tell("Not connected.");
}

joining.addEventListener("submit", (event) => {
  event.preventDefault();
  // A phone's keyboard likes to put a blank behind a word.
  const name = topicBox.value.trim();
  fault.textContent = topicFault(name);
  if (fault.textContent !== "") return topicBox.focus();
  if (name !== topicOfPage()) location.hash = pathOf(name);
  else if (socket === undefined) connect();
});
sending.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value;
  box.focus();
  if (text === "" || send.disabled || socket.readyState !== WebSocket.OPEN) return;
  socket.send(text);
  awaitReturn(text);
  box.value = "";
});
box.addEventListener("keydown", (event) => {
  // An Enter that ends a composition belongs to the keyboard.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sending.requestSubmit();
});
retry.addEventListener("click", () => {
  connect();
  (box.disabled ? log : box).focus();
});
addEventListener("hashchange", () => follow(topicOfPage()));
addEventListener("online", check);
addEventListener("pageshow", check);
document.addEventListener("visibilitychange", check);
setInterval(check, CHECK_MS);
follow(topicOfPage());
`;
