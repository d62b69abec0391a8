import { parseIp } from "../net/address.ts";
import { withoutBrackets } from "../net/url_endpoint.ts";
import { quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** What kind of URL is read: its schemes without and with TLS, and others that mean the same. */
interface UrlKind {
  readonly plain: string;
  readonly secure: string;
  /** @default none */
  readonly others?: readonly string[];
}

/**
 * Reads the URL of a web server: without a scheme it is one of http, and `:8080/a` is on this machine.
 *
 * @throws {UsageError} It is none of http or https. A password in it is not repeated.
 */
export function parseUrl(text: string): URL {
  return parsed(text, { plain: "http", secure: "https" });
}

/**
 * Reads the URL of a WebSocket: without a scheme it is one of ws, `:4000/a` is on this machine, and http and https are taken
 * for ws and wss, as browsers do.
 *
 * @throws {UsageError} It is none of them, or has a fragment, which no WebSocket has (RFC 6455, 3). A password in it is
 * not repeated.
 */
export function parseWebSocketUrl(text: string): URL {
  const kind = { plain: "ws", secure: "wss", others: ["http", "https"] };
  const url = parsed(text, kind);
  if (text.includes("#")) {
    throw wrong(text, { ...kind, problem: "a WebSocket has no fragment" });
  }
  const { protocol } = url;
  if (protocol.startsWith("http")) url.protocol = protocol === "http:" ? "ws:" : "wss:";
  return url;
}

/** Says whether text begins as a URL does: with a scheme of the web, with `:PORT` or with `HOST:PORT`. */
export function looksLikeUrl(text: string): boolean {
  return /^((https?|wss?):\/\/|(\[[\da-f:.]+\]|[\w.-]*):\d{1,5}(\/|\?|$))/i.test(text);
}

function parsed(text: string, kind: UrlKind): URL {
  const { plain, secure, others = [] } = kind;
  const typed = text.trim();
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\//i.exec(typed) ?? [];
  if (scheme !== undefined && ![plain, secure, ...others].includes(scheme.toLowerCase())) {
    throw wrong(typed, { ...kind, problem: `only ${plain} and ${secure} are spoken` });
  }
  const whole = scheme !== undefined
    ? typed
    : /^:\d/.test(typed)
    ? `${plain}://127.0.0.1${typed}`
    : `${plain}://${typed.replace(/^\/\//, "")}`;
  if (!URL.canParse(whole)) throw wrong(typed, { ...kind, problem: "it is no URL" });
  if (/^\d+$/.test(typed)) {
    throw wrong(typed, { ...kind, problem: `a port of this machine is written :${typed}` });
  }
  const url = new URL(whole);
  if (url.port === "0") throw wrong(typed, { ...kind, problem: "nobody can be called on port 0" });
  return url;
}

function wrong(typed: string, { plain, problem }: UrlKind & { problem: string }): UsageError {
  const shown = typed.replace(/^([^/]*\/\/)?[^/@]*@/, "$1...@");
  const form = `${plain}://HOST[:PORT][/PATH]`;
  return new UsageError(`URL takes ${form}, not ${quoted(shown)}: ${problem}`);
}

/** Addresses of hosts that are not looked up, by `host:port`. */
export type Resolved = ReadonlyMap<string, readonly string[]>;

/**
 * Reads `HOST:PORT:ADDRESS[,ADDRESS...]`, as curl's `--resolve` has it.
 *
 * @throws {UsageError} It is something else.
 */
export function parseResolve(texts: readonly string[]): Resolved {
  const resolved = new Map<string, readonly string[]>();
  for (const text of texts) {
    const takes = (problem: string) =>
      new UsageError(`--resolve takes HOST:PORT:ADDRESS, not ${quoted(text)}: ${problem}`);
    const [, host = "", port = "", rest] = /^(\[[^\]]*\]|[^:[\]]+):(\d+):(.*)$/.exec(text) ?? [];
    if (rest === undefined) throw takes("a host, a port and an address belong there");
    if (!URL.canParse(`http://${host}`)) throw takes(`${quoted(host)} is no host`);
    if (Number(port) < 1 || Number(port) > 65_535) throw takes("a port is from 1 to 65535");
    const addresses = rest.split(",").map((one) => withoutBrackets(one.trim()));
    const wrong = addresses.find((address) => parseIp(address) === undefined);
    if (wrong !== undefined) throw takes(`${quoted(wrong)} is no address`);
    const { hostname } = new URL(`http://${host}`);
    resolved.set(`${hostname}:${Number(port)}`, addresses);
  }
  return resolved;
}
