import type { BodyLength } from "../../../../codec/http/mod.ts";

/** Lines of fields or trailers. */
export type Lines = readonly (readonly [name: string, value: string])[];

/** What a head has to hold; what is left out is not looked at. */
export interface WantedHead {
  readonly method?: string;
  readonly target?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly version?: "1.0" | "1.1";
  readonly fields?: Lines;
  /** @default {0} */
  readonly body?: BodyLength;
  readonly keepAlive?: boolean;
  readonly expectsContinue?: boolean;
  readonly upgrade?: readonly string[];
}

/** A message: a head, the whole of a body as text of one character a byte, or the trailers behind it. */
export type Wanted = WantedHead | string | { readonly trailers: Lines };

/** Bytes and what comes of them. */
export interface HttpSample {
  /** What it shows. */
  readonly name: string;
  /** The bytes, one character each, up to the end of the stream. */
  readonly bytes: string;
  /** The messages; in a sample that is refused, those in front of the error. @default none */
  readonly messages?: readonly Wanted[];
  /** The code of the error that refuses it. @default none */
  readonly code?: string;
  /** The status that tells the client so. @default {400} */
  readonly status?: number;
  /** The methods of the requests that were sent before the responses. @default one GET */
  readonly asked?: readonly string[];
  /** What follows is another protocol's, and stays where it is. @default none */
  readonly handedOn?: string;
  /** The end of the stream is what makes the last message whole. @default {false} */
  readonly unended?: true;
}

/** Returns a request that has this line, and the field that it needs. */
export function requestLine(line: string): string {
  return `${line}\r\nHost: a\r\n\r\n`;
}

/** Returns a request with these field lines beside its Host. */
export function withFields(...lines: readonly string[]): string {
  return ["GET / HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");
}

/** Returns a request that has no other field lines than these. */
export function withFieldsAlone(...lines: readonly string[]): string {
  return ["GET / HTTP/1.1", ...lines, "", ""].join("\r\n");
}

/** Returns a request whose body comes in chunks: what it is given. */
export function withChunks(body: string): string {
  return `${withFields("Transfer-Encoding: chunked")}${body}`;
}

/** The head in front of a body in chunks. */
export const CHUNKED: WantedHead = { method: "GET", body: "chunked" };
/** The end of a body that has no trailers. */
export const END: { readonly trailers: Lines } = { trailers: [] };
