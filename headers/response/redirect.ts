import { escapeControls } from "../../codec/escape_controls.ts";
import type { Field } from "../../codec/http/mod.ts";
import { valuesOf } from "../field_values.ts";
import { parsedUrl } from "../parsed_url.ts";
import { readable } from "../request/byte_text.ts";
import type { InspectedHead } from "./inspect_head.ts";
import { type ProbeRequest, shownUrl } from "./request.ts";

/** Redirects that are followed from one URL. */
export const MAX_REDIRECTS = 10;
const STATUSES = [301, 302, 303, 307, 308];
/** What is meant for one origin, and for nobody else. */
const CREDENTIALS = ["authorization", "cookie", "host", "proxy-authorization"];
const MAX_SHOWN_CHARS = 120;

/** Stable, so programs may branch on it; docs/errors.md has a paragraph for it. */
export type RedirectErrorCode = "bad-redirect";

/** Says that a redirect cannot be followed, and why. */
export class RedirectError extends Error {
  /** The class's name. */
  override readonly name = "RedirectError";
  /** What is wrong. */
  readonly code: RedirectErrorCode = "bad-redirect";
}

/**
 * Follows the redirects from one URL: what is asked next, and whether it goes on. What is meant for one origin goes to no
 * other: `Authorization`, `Cookie`, a `Host` that was given, and the URL's user and password.
 */
export class Redirects {
  readonly #asked = new Set<string>();
  #followed = 0;

  /** How many were followed. */
  get followed(): number {
    return this.#followed;
  }

  /**
   * Returns what is asked next; undefined where the answer sends nobody elsewhere.
   *
   * @throws {RedirectError} It leads to no URL of http or https, back to where it came from, or there were 10 already.
   */
  next(
    request: ProbeRequest,
    head: Pick<InspectedHead, "status" | "fields">,
  ): ProbeRequest | undefined {
    const { status = 0 } = head;
    const location = valuesOf(head, "location")[0];
    if (!STATUSES.includes(status) || location === undefined) return undefined;
    const url = targetOf(request.url, location);
    const method = methodAfter(request.method, status);
    this.#asked.add(keyOf(request));
    if (this.#asked.has(keyOf({ url, method }))) {
      throw new RedirectError(
        `Cannot follow to ${shown(shownUrl(url))}: it was asked before, so this goes in a circle`,
      );
    }
    if (++this.#followed > MAX_REDIRECTS) {
      throw new RedirectError(
        `Cannot follow to ${shown(shownUrl(url))}: ${MAX_REDIRECTS} redirects were followed`,
      );
    }
    const isSame = url.origin === request.url.origin;
    if (isSame && url.username === "" && url.password === "") {
      url.username = request.url.username;
      url.password = request.url.password;
    }
    return { url, method, fields: isSame ? request.fields : withoutCredentials(request.fields) };
  }
}

function targetOf(from: URL, location: string): URL {
  // Servers send URLs in UTF-8 that should have been escaped.
  const url = parsedUrl(readable(location), from);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new RedirectError(
      `Cannot follow to ${shown(location)}: it is no URL of http or https`,
    );
  }
  // RFC 9110, 10.2.2.
  if (url.hash === "") url.hash = from.hash;
  return url;
}

/** HEAD stays HEAD; what would be sent twice otherwise becomes GET, as browsers do it (RFC 9110, 15.4). */
function methodAfter(method: string, status: number): string {
  if (method === "HEAD" || method === "GET") return method;
  const becomesGet = status === 303 || (method === "POST" && status < 303);
  return becomesGet ? "GET" : method;
}

function keyOf({ url, method }: Pick<ProbeRequest, "url" | "method">): string {
  const bare = new URL(url);
  bare.hash = "";
  return `${method} ${shownUrl(bare)}`;
}

function withoutCredentials(fields: readonly Field[]): readonly Field[] {
  return fields.filter(([name]) => !CREDENTIALS.includes(name.toLowerCase()));
}

function shown(text: string): string {
  return escapeControls(text, { maxChars: MAX_SHOWN_CHARS });
}
