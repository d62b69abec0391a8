/** How the page of the push server gets from a topic's name to its address, and from its own address to a name. */
export const TOPIC_SCRIPT = String.raw`
const MAX_TOPIC_BYTES = 255;
/** The folder of the page: behind a proxy the server's own paths begin there. */
const HERE = new URL("./", location.href);
const TOKEN = new URLSearchParams(location.search).get("token");

/** Returns the name that stands in the page's fragment. */
function topicOfPage() {
  const name = location.hash.slice(1);
  if (name === "") return "default";
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Returns why this is no topic that a browser can ask for. */
function topicFault(name) {
  if (name === "") return "A topic has a name.";
  if (/\p{Cs}/u.test(name)) return "This name has half of a character in it.";
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > MAX_TOPIC_BYTES) {
    return "A topic's name has up to " + MAX_TOPIC_BYTES + " bytes, and this one has " + bytes + ".";
  }
  if (name === "." || name === "..") return "A browser takes this name for a folder.";
  if (name === "healthz" || name === "metrics" || name.startsWith("topics/")) {
    return "The server has something else at this name.";
  }
  return "";
}

/** Encodes a name as a path that no browser and no proxy folds: an empty part, "." and ".." would be. */
function pathOf(name) {
  const parts = name.split("/");
  const isFolded = parts.some((part) => part === "" || part === "." || part === "..");
  return isFolded ? encodeURIComponent(name) : parts.map(encodeURIComponent).join("/");
}

/** Returns an address of the server, with the token that the page was given. */
function serverUrl(path) {
  const url = new URL("./" + path, HERE);
  if (TOKEN !== null) url.searchParams.set("token", TOKEN);
  return url;
}

/** Returns where the messages of a topic come from, behind the one with this id. */
function socketUrl(name, lastEventId) {
  const url = serverUrl(pathOf(name));
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (lastEventId !== undefined) url.searchParams.set("lastEventId", lastEventId);
  return url;
}
`;
