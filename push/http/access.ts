import { sameDigest, sha256 } from "../../codec/hashing.ts";
import type { Field } from "../../codec/http/mod.ts";
import type { HttpServerRequest } from "../../net/http/mod.ts";
import type { Refusal } from "./answers.ts";

/** What somebody may do. */
export type Right = "subscribe" | "publish";

/** Which words let somebody in. */
export interface AccessTokens {
  /** Who follows a topic has to know this. @default anybody may */
  readonly subscribeToken?: string | undefined;
  /** Who publishes has to know this; who does may follow too. @default anybody may who may follow */
  readonly publishToken?: string | undefined;
}

/** Says who may follow topics, and who may publish on them. Tokens are compared by their digests, in a time that tells nothing. */
export class Access {
  readonly #subscribe: string | undefined;
  readonly #publish: string | undefined;

  /** Lets in whoever knows the tokens. @throws {TypeError} One of them is empty. */
  constructor({ subscribeToken, publishToken }: AccessTokens) {
    this.#subscribe = digestOf(subscribeToken);
    this.#publish = digestOf(publishToken);
  }

  /** Says whether who sent a request may do this. */
  allows(right: Right, request: HttpServerRequest): boolean {
    const given = digestOf(tokenOf(request) || undefined);
    if (this.#publish !== undefined && isSame(given, this.#publish)) return true;
    if (right === "publish" && this.#publish !== undefined) return false;
    return this.#subscribe === undefined || isSame(given, this.#subscribe);
  }
}

/** What somebody is told who may not. */
export function unauthorized(right: Right): Refusal {
  const challenge: Field = ["WWW-Authenticate", 'Bearer realm="push"'];
  const what = right === "publish" ? "Publishing" : "Following a topic";
  return {
    status: 401,
    code: "unauthorized",
    message: `${what} needs a token: Authorization: Bearer TOKEN, or ?token=TOKEN.`,
    fields: [challenge],
  };
}

/** Returns a target as logs may show it: whatever counts as a token in its query is left out. */
export function withoutToken(target: string): string {
  const at = target.indexOf("?");
  if (at < 0) return target;
  const pairs = target.slice(at + 1).split("&").map((pair) => {
    const isToken = new URLSearchParams(pair).has("token");
    return isToken ? `${pair.slice(0, pair.indexOf("=") + 1)}...` : pair;
  });
  return `${target.slice(0, at + 1)}${pairs.join("&")}`;
}

/** Returns the token that a request brings (RFC 6750, 2.1 and 2.3). */
function tokenOf({ fields, query }: HttpServerRequest): string | undefined {
  const [, bearer] = /^Bearer +(.*?) *$/i.exec(fields.get("authorization") ?? "") ?? [];
  return utf8Of(bearer) ?? new URLSearchParams(query).get("token") ?? undefined;
}

/** A field has a character for each byte; what those bytes say is UTF-8. */
function utf8Of(byteText: string | undefined): string | undefined {
  if (byteText === undefined) return undefined;
  return new TextDecoder().decode(
    Uint8Array.from(byteText, (character) => character.charCodeAt(0)),
  );
}

function digestOf(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  if (token === "") throw new TypeError("Cannot use a token: it is empty");
  const hash = sha256();
  hash.update(new TextEncoder().encode(token));
  return hash.digest();
}

function isSame(given: string | undefined, wanted: string): boolean {
  return given !== undefined && sameDigest(given, wanted);
}
