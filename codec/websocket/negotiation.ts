// This module is browser compatible.

import { requireNames } from "../arguments.ts";
import type { AgreedCompression, CompressionDirection, DeflateEngine } from "./compression.ts";
import type { Extension } from "./extensions.ts";

/** The extension of RFC 7692. */
export const PERMESSAGE_DEFLATE = "permessage-deflate";

const MIN_WINDOW_BITS = 8;
const MAX_WINDOW_BITS = 15;
/** Raw zlib looks back over 512 bytes at least, so what it makes may not fit a smaller window. */
const MIN_OWN_WINDOW_BITS = 9;
const DEFAULT_THRESHOLD_BYTES = 1024;

/** How a side would compress; what is agreed on may be less. */
export interface CompressionOptions {
  /** What does the work: `deflateEngine` of `codec/deflate.ts`, or one that a browser has. */
  engine: DeflateEngine;
  /** Messages below this are sent as they are, in bytes. @default {1024} */
  thresholdBytes?: number | undefined;
  /** How this side compresses at most: the window is 9 to 15. @default a window of 15, with takeover */
  outgoing?: Partial<CompressionDirection> | undefined;
  /**
   * How the other side may compress at most. A smaller window and no takeover save memory here: a window of 15 is 32 KiB, held
   * for as long as the connection stands. @default a window of 15, with takeover
   */
  incoming?: Partial<CompressionDirection> | undefined;
}

/** What a server grants: what it does, and what it says of that. */
export interface GrantedCompression {
  readonly agreed: AgreedCompression;
  /** The member of Sec-WebSocket-Extensions that says so. */
  readonly extension: string;
}

/** The parameters of permessage-deflate (RFC 7692, 7.1). */
interface DeflateParameters {
  readonly serverNoTakeover: boolean;
  readonly clientNoTakeover: boolean;
  readonly serverWindowBits: number | undefined;
  /** `any`: there is no value, which an offer may have. */
  readonly clientWindowBits: number | "any" | undefined;
}

const OPTION_NAMES = ["engine", "thresholdBytes", "outgoing", "incoming"];
const DIRECTION_NAMES = ["windowBits", "takeover"];

/**
 * Returns what a server grants of what a client offers: the first offer that it can keep to (RFC 7692, 5.1 and 7.1). One with a
 * parameter that is unknown, twice there or has no sound value counts as if it were not there.
 */
export function grantCompression(
  offers: readonly Extension[],
  options: CompressionOptions,
): GrantedCompression | undefined {
  const own = ownOptions(options);
  for (const offer of offers) {
    if (offer.name !== PERMESSAGE_DEFLATE) continue;
    const parameters = parametersOf(offer);
    const granted = typeof parameters === "object" ? grant(parameters, own) : undefined;
    if (granted) return granted;
  }
  return undefined;
}

function grant(
  offer: DeflateParameters,
  { engine, thresholdBytes, outgoing, incoming }: OwnOptions,
): GrantedCompression | undefined {
  const { serverWindowBits = MAX_WINDOW_BITS, clientWindowBits } = offer;
  if (serverWindowBits < MIN_OWN_WINDOW_BITS) return undefined;
  // A client that does not say that it knows the parameter cannot be given it.
  if (clientWindowBits === undefined && incoming.windowBits < MAX_WINDOW_BITS) return undefined;
  const server = {
    windowBits: Math.min(outgoing.windowBits, serverWindowBits),
    takeover: outgoing.takeover && !offer.serverNoTakeover,
  };
  const client = {
    windowBits: Math.min(
      incoming.windowBits,
      typeof clientWindowBits === "number" ? clientWindowBits : MAX_WINDOW_BITS,
    ),
    takeover: incoming.takeover && !offer.clientNoTakeover,
  };
  const saysServerBits = offer.serverWindowBits !== undefined ||
    server.windowBits < MAX_WINDOW_BITS;
  const extension = extensionText({
    serverNoTakeover: !server.takeover,
    clientNoTakeover: !client.takeover,
    serverWindowBits: saysServerBits ? server.windowBits : undefined,
    clientWindowBits: client.windowBits < MAX_WINDOW_BITS ? client.windowBits : undefined,
  });
  return { agreed: { engine, thresholdBytes, outgoing: server, incoming: client }, extension };
}

/** Returns what a client offers: the member of Sec-WebSocket-Extensions. */
export function offerCompression(options: CompressionOptions): string {
  const { outgoing, incoming } = ownOptions(options);
  return extensionText({
    serverNoTakeover: !incoming.takeover,
    clientNoTakeover: !outgoing.takeover,
    serverWindowBits: incoming.windowBits < MAX_WINDOW_BITS ? incoming.windowBits : undefined,
    clientWindowBits: outgoing.windowBits < MAX_WINDOW_BITS ? outgoing.windowBits : "any",
  });
}

/**
 * Returns what a client and a server have agreed on, or in words what is wrong with the server's answer (RFC 7692, 5.1 and 7.1):
 * a parameter that is unknown, twice there, has no sound value, or says other than what was offered.
 */
export function agreeCompression(
  answer: Extension,
  options: CompressionOptions,
): AgreedCompression | string {
  const { engine, thresholdBytes, outgoing, incoming } = ownOptions(options);
  const parameters = parametersOf(answer);
  if (typeof parameters === "string") return parameters;
  const { serverNoTakeover, clientNoTakeover, serverWindowBits, clientWindowBits } = parameters;
  if (clientWindowBits === "any") return "client_max_window_bits without a value";
  if (!incoming.takeover && !serverNoTakeover) return "no server_no_context_takeover";
  if (incoming.windowBits < (serverWindowBits ?? MAX_WINDOW_BITS)) {
    return serverWindowBits === undefined
      ? "no server_max_window_bits"
      : `server_max_window_bits=${serverWindowBits}, above the ${incoming.windowBits} of the offer`;
  }
  if (clientWindowBits !== undefined && clientWindowBits > outgoing.windowBits) {
    return `client_max_window_bits=${clientWindowBits}, above the ${outgoing.windowBits} of the offer`;
  }
  return {
    engine,
    thresholdBytes,
    outgoing: {
      windowBits: clientWindowBits ?? outgoing.windowBits,
      takeover: outgoing.takeover && !clientNoTakeover,
    },
    incoming: {
      windowBits: serverWindowBits ?? MAX_WINDOW_BITS,
      takeover: !serverNoTakeover,
    },
  };
}

function extensionText(parameters: DeflateParameters): string {
  const { serverNoTakeover, clientNoTakeover, serverWindowBits, clientWindowBits } = parameters;
  let text = PERMESSAGE_DEFLATE;
  if (serverNoTakeover) text += "; server_no_context_takeover";
  if (clientNoTakeover) text += "; client_no_context_takeover";
  if (serverWindowBits !== undefined) text += `; server_max_window_bits=${serverWindowBits}`;
  if (clientWindowBits === "any") text += "; client_max_window_bits";
  else if (clientWindowBits !== undefined) text += `; client_max_window_bits=${clientWindowBits}`;
  return text;
}

/** Returns the parameters of an extension, or in words what is wrong with them. */
function parametersOf({ parameters }: Extension): DeflateParameters | string {
  const values = new Map(parameters);
  if (values.size < parameters.length) return "a parameter twice";
  for (const [name, value] of parameters) {
    if (!isSound(name, value)) {
      return `the parameter ${value === undefined ? name : `${name}=${value}`}`;
    }
  }
  const bitsOf = (name: string) => {
    const value = values.get(name);
    return value === undefined ? undefined : Number(value);
  };
  const clientWindowBits = bitsOf("client_max_window_bits");
  return {
    serverNoTakeover: values.has("server_no_context_takeover"),
    clientNoTakeover: values.has("client_no_context_takeover"),
    serverWindowBits: bitsOf("server_max_window_bits"),
    clientWindowBits: clientWindowBits ??
      (values.has("client_max_window_bits") ? "any" : undefined),
  };
}

const WINDOW_BITS = /^(?:[89]|1[0-5])$/;

function isSound(name: string, value: string | undefined): boolean {
  switch (name) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      return value === undefined;
    case "server_max_window_bits":
      return value !== undefined && WINDOW_BITS.test(value);
    case "client_max_window_bits":
      return value === undefined || WINDOW_BITS.test(value);
    default:
      return false;
  }
}

interface OwnOptions {
  engine: DeflateEngine;
  thresholdBytes: number;
  outgoing: CompressionDirection;
  incoming: CompressionDirection;
}

function ownOptions(options: CompressionOptions): OwnOptions {
  requireNames(options, { what: "options of compression", names: OPTION_NAMES });
  const { engine, thresholdBytes = DEFAULT_THRESHOLD_BYTES, outgoing, incoming } = options;
  if (!(thresholdBytes >= 0)) {
    throw new RangeError(`Cannot set thresholdBytes: ${thresholdBytes} is no number from 0`);
  }
  return {
    engine,
    thresholdBytes,
    outgoing: ownDirection(outgoing, { name: "outgoing", min: MIN_OWN_WINDOW_BITS }),
    incoming: ownDirection(incoming, { name: "incoming", min: MIN_WINDOW_BITS }),
  };
}

function ownDirection(
  given: Partial<CompressionDirection> = {},
  { name, min }: { name: string; min: number },
): CompressionDirection {
  requireNames(given, { what: `compression, ${name}`, names: DIRECTION_NAMES });
  const { windowBits = MAX_WINDOW_BITS, takeover = true } = given;
  if (!Number.isInteger(windowBits) || windowBits < min || windowBits > MAX_WINDOW_BITS) {
    throw new RangeError(
      `Cannot set windowBits of ${name}: ${windowBits} is no whole number from ${min} to ${MAX_WINDOW_BITS}`,
    );
  }
  return { windowBits, takeover };
}
