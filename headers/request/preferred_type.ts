import { splitOutsideQuotes } from "../../codec/http/list_items.ts";
import { mediaTypeOf } from "./media_type.ts";

/** What a request can be shown as, the first where the client has no wish. */
export const SHOWN_TYPES = ["text/plain", "application/json", "text/html"] as const;

/** What a request can be shown as. */
export type ShownType = typeof SHOWN_TYPES[number];

/** More ranges are not looked at. */
const MAX_RANGES = 100;

/**
 * Returns what to show a client by its `Accept` (RFC 9110, 12.5.1): the type with the highest weight; among equals the one
 * that is named most exactly, then the one that is named first. Who takes anything gets text, and so does who takes none of
 * ours: it is better than nothing.
 */
export function preferredType(accept: string | undefined): ShownType {
  const ranges = splitOutsideQuotes(accept ?? "*/*", ",").slice(0, MAX_RANGES).map(rangeOf);
  let best: { type: ShownType; match: Match } | undefined;
  for (const type of SHOWN_TYPES) {
    const match = matchOf(type, ranges);
    if (match && match.weight > 0 && (!best || isBetter(match, best.match))) best = { type, match };
  }
  return best?.type ?? "text/plain";
}

interface Range {
  readonly type: string;
  /** From 0, not acceptable, to 1. */
  readonly weight: number;
}

/** The range that says most exactly how much a type is wanted. */
interface Match {
  readonly weight: number;
  /** 2 names the type, 1 a family of types, 0 all. */
  readonly exactness: number;
  readonly at: number;
}

function rangeOf(text: string): Range {
  const { type, parameters } = mediaTypeOf(text);
  const weight = parameters.get("q");
  if (weight === undefined) return { type, weight: 1 };
  // What is no weight asks for nothing.
  return { type, weight: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 };
}

function matchOf(type: ShownType, ranges: readonly Range[]): Match | undefined {
  const family = `${type.slice(0, type.indexOf("/"))}/*`;
  for (const [exactness, name] of [[2, type], [1, family], [0, "*/*"]] as const) {
    const at = ranges.findIndex((range) => range.type === name);
    if (at >= 0) return { weight: ranges[at]!.weight, exactness, at };
  }
  return undefined;
}

function isBetter(match: Match, than: Match): boolean {
  if (match.weight !== than.weight) return match.weight > than.weight;
  if (match.exactness !== than.exactness) return match.exactness > than.exactness;
  return match.at < than.at;
}
