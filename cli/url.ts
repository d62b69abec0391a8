import { parseIp } from "../net/address.ts";
import type { Endpoint } from "./endpoint.ts";
import { quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Reads the URL of a web server: without a scheme it is one of http, and `:8080/a` is on this machine.
 *
 * @throws {UsageError} It is none of http or https. A password in it is not repeated.
 */
export function parseUrl(text: string): URL {
  const typed = text.trim();
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\//i.exec(typed) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    throw wrong(typed, "only http and https are spoken");
  }
  const whole = scheme !== undefined
    ? typed
    : /^:\d/.test(typed)
    ? `http://127.0.0.1${typed}`
    : `http://${typed.replace(/^\/\//, "")}`;
  if (!URL.canParse(whole)) throw wrong(typed, "it is no URL");
  if (/^\d+$/.test(typed)) throw wrong(typed, `a port of this machine is written :${typed}`);
  const url = new URL(whole);
  if (url.port === "0") throw wrong(typed, "nobody can be called on port 0");
  return url;
}

function wrong(typed: string, problem: string): UsageError {
  const shown = typed.replace(/^([^/]*\/\/)?[^/@]*@/, "$1...@");
  return new UsageError(`URL takes http://HOST[:PORT][/PATH], not ${quoted(shown)}: ${problem}`);
}

/** Returns whom a URL says to call: an IPv6 address without its brackets, and the scheme's port where it names none. */
export function endpointOf({ protocol, hostname, port }: URL): Endpoint {
  const schemePort = protocol === "https:" ? 443 : 80;
  return {
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? schemePort : Number(port),
  };
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
    const addresses = rest.split(",").map((one) => one.trim().replace(/^\[(.*)\]$/, "$1"));
    const wrong = addresses.find((address) => parseIp(address) === undefined);
    if (wrong !== undefined) throw takes(`${quoted(wrong)} is no address`);
    const { hostname } = new URL(`http://${host}`);
    resolved.set(`${hostname}:${Number(port)}`, addresses);
  }
  return resolved;
}
