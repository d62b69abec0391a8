import { isLocalHost } from "../address.ts";
import { isOwnHost } from "../http/own_host.ts";
import { withoutBrackets } from "../url_endpoint.ts";

/** Which pages may use a server. */
export interface PageOrigins {
  /** Origins beside the server's own host: `https://example.org`, `null`, or `*` for all. @default none */
  readonly origins?: readonly string[] | undefined;
  /** Names of the server, beside its addresses and `localhost`. @default none */
  readonly hosts?: readonly string[] | undefined;
}

/**
 * Why a page may not use a server: it is of another host, or of one that has the name that was called, which may be a
 * stranger's.
 */
export type OriginRefusal = "other-origin" | "other-host";

/**
 * Returns why a page may not open a WebSocket here, and undefined where it may. A browser lets any page connect to any
 * server and sends the cookies along, so the server has to look at `Origin` (RFC 6455, 10.2). A page of the host that was
 * called may, on whichever port: addresses of this machine and `localhost` are one host. That host must be the server's own,
 * because a stranger may point a name at it (DNS rebinding). Who sends no `Origin` is no browser.
 *
 * @example
 * ```ts
 * import { originRefusal } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * const asked = { origin: "https://evil.example", host: "localhost:4000" };
 * assert(originRefusal(asked) === "other-origin");
 * assert(originRefusal({ ...asked, origin: "http://localhost:8080" }) === undefined);
 * assert(originRefusal(asked, { origins: ["https://evil.example"] }) === undefined);
 * ```
 */
export function originRefusal(
  { origin, host }: { readonly origin: string | undefined; readonly host: string | undefined },
  { origins = [], hosts = [] }: PageOrigins = {},
): OriginRefusal | undefined {
  if (origin === undefined) return undefined;
  const asking = normalOrigin(origin);
  if (origins.some((one) => one === "*" || normalOrigin(one) === asking)) return undefined;
  const page = hostnameOf(asking);
  const called = host === undefined ? undefined : hostnameOf(`http://${host}`);
  if (page === undefined || called === undefined || page !== called) return "other-origin";
  return isOwnHost(host, hosts) ? undefined : "other-host";
}

/** Returns an origin as browsers write it: in lower case, and without the port that its scheme has anyway. */
function normalOrigin(text: string): string {
  if (!URL.canParse(text)) return text;
  const { origin } = new URL(text);
  // What is of no scheme of the web is its own origin.
  return origin === "null" ? text : origin;
}

/** Returns the host in a URL; all names of this machine are one. */
function hostnameOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const hostname = withoutBrackets(new URL(url).hostname).replace(/\.$/, "");
  if (hostname === "") return undefined;
  return isLocalHost(hostname) ? "localhost" : hostname;
}
