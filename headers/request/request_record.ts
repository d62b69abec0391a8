import type { Address } from "../../net/address.ts";
import { valuesOf } from "../field_values.ts";
import type { Verification } from "../webhooks/verification.ts";
import { type BodyView, bodyView, type ReceivedBody } from "./body_view.ts";
import { cookiesIn, formPairsIn, type Pair } from "./pairs.ts";

/** The connection that a request came over. */
export interface RequestConnection {
  /** Its number on the server. */
  readonly id: number;
  /** Where it comes from. */
  readonly remote: Address;
  /** Where it arrived. */
  readonly local: Address;
  /** How many requests it has brought so far, this one among them. */
  readonly requests: number;
  /** Whether it speaks TLS. */
  readonly tls: boolean;
}

/** A field of a head: its name and its value exactly as they came, one character a byte. */
export type FieldPair = readonly [name: string, value: string];

/** What came: the exact request, and where it came from. Text of it has one character a byte. */
export interface ReceivedRequest {
  /** Its number on the server, from 1. */
  readonly number: number;
  /** When its head was there. */
  readonly date: Date;
  /** What brought it. */
  readonly connection: RequestConnection;
  /** Its method, which is case-sensitive. */
  readonly method: string;
  /** What it asks for, as it came: mostly a path with a query. */
  readonly target: string;
  /** The version of HTTP. */
  readonly version: "1.0" | "1.1";
  /** The target without its query. */
  readonly path: string;
  /** What stands behind the target's `?`, empty where there is none. */
  readonly query: string;
  /** The exact head, without the empty line at its end. */
  readonly head: string;
  /** Its fields, in the order in which they came. */
  readonly fields: readonly FieldPair[];
  /** Its body. */
  readonly body: ReceivedBody;
  /** The fields that came behind its body. */
  readonly trailers: readonly FieldPair[];
  /** What became of its signature, for each secret that there is. */
  readonly signatures: readonly Verification[];
}

/** A request, taken apart for people. */
export interface RequestRecord extends ReceivedRequest {
  /** The first line of the head, exactly. */
  readonly requestLine: string;
  /** Its cookies. */
  readonly cookies: readonly Pair[];
  /** Its query. */
  readonly queryPairs: readonly Pair[];
  /** The media type that it gives its body. */
  readonly contentType: string | undefined;
  /** Its body as people read it; undefined where there is none, or not all of it. */
  readonly bodyView: BodyView | undefined;
}

/** Takes a request apart. */
export function requestRecord(request: ReceivedRequest): RequestRecord {
  const { head, query, body } = request;
  const contentType = valuesOf(request, "content-type")[0];
  return {
    ...request,
    requestLine: /^[^\r\n]*/.exec(head)![0],
    cookies: cookiesIn(valuesOf(request, "cookie")),
    queryPairs: formPairsIn(query),
    contentType,
    bodyView: body.state === "whole" && body.bytes.length > 0
      ? bodyView(body.bytes, contentType)
      : undefined,
  };
}
