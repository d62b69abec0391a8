import type { Field } from "../../codec/http/mod.ts";
import type { HttpServerRequest } from "../../net/http/mod.ts";
import { isOwnHost, withoutPort } from "../../net/http/own_host.ts";
import { originRefusal } from "../../net/websocket/page_origin.ts";
import { escapeControls } from "../../codec/escape_controls.ts";
import type { Refusal } from "./answers.ts";

/** Whose pages may use the server, and what it is called. */
export interface OriginsAndHosts {
  /** Origins beside the server's own host; `*` is all. */
  readonly origins: readonly string[];
  /** Names of the server, beside its addresses and `localhost`. */
  readonly hosts: readonly string[];
}

/** What is to be done so that a refused page or name is let in, which is the program's to say. */
export interface OriginAdvice {
  /** So that pages of this origin may. */
  readonly origin: (origin: string) => string;
  /** So that the server may be called by this name. */
  readonly host: (name: string) => string;
}

/**
 * Returns why a request is not answered: it comes from a page of elsewhere, or calls us by a name that may be a stranger's (DNS
 * rebinding).
 */
export function pageRefusal(
  request: HttpServerRequest,
  { origins, hosts, advice }: OriginsAndHosts & { readonly advice: OriginAdvice },
): Refusal | undefined {
  const { host } = request;
  const origin = request.fields.get("origin");
  if (origins.includes("*")) return undefined;
  const refusal = originRefusal({ origin, host }, { origins, hosts });
  if (refusal === "other-origin") {
    const shown = escapeControls(origin ?? "");
    const file = origin === "null" ? ", as one that was opened from a file is" : "";
    return {
      status: 403,
      code: "other-origin",
      message: `The page is of ${shown}${file}, which is not this server. ${advice.origin(shown)}`,
    };
  }
  // A page that is let in by its origin may call us by whatever name it knows.
  if (origin !== undefined && refusal === undefined) return undefined;
  if (isOwnHost(host, hosts)) return undefined;
  const name = escapeControls(withoutPort(host ?? ""));
  return {
    status: origin === undefined ? 421 : 403,
    code: "other-host",
    message: `"${name}" may be a name that a stranger pointed here. ${advice.host(name || "NAME")}`,
  };
}

/** Returns the fields that let a page read an answer, and what may follow a question whether it may (Fetch Standard, 3.3). */
export function corsFields(
  request: HttpServerRequest,
  { isPreflight = false }: { isPreflight?: boolean } = {},
): readonly Field[] {
  const vary: Field = ["Vary", "Origin"];
  const origin = request.fields.get("origin");
  if (origin === undefined) return [vary];
  return [
    vary,
    ["Access-Control-Allow-Origin", origin],
    ...isPreflight ? PREFLIGHT : [],
  ];
}

const PREFLIGHT: readonly Field[] = [
  ["Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"],
  ["Access-Control-Allow-Headers", "Authorization, Cache-Control, Content-Type, Last-Event-ID"],
  ["Access-Control-Max-Age", "600"],
];
