import type { Address } from "../net/address.ts";
import type { Listener } from "../net/transport.ts";
import { type Endpoint, parseEndpoint, parseHost } from "./endpoint.ts";
import { flagOf } from "./options.ts";
import { parseWhole, quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** Where a program listens or whom it calls: a host and a port, or a Unix socket. */
export type Place = Endpoint & { readonly unix?: undefined } | { readonly unix: string };

/** What a command line says of the place. */
export interface PlaceOptions {
  /** The names of the options that were typed. */
  readonly given: ReadonlySet<string>;
  /** What stands beside the options, where that is an address. @default none */
  readonly operands?: readonly string[];
  /** The smallest port: 0 stands for a free one where something listens. @default {1} */
  readonly min?: 0 | 1;
}

/** The options that say where. */
export interface PlaceValues extends Endpoint {
  /** The path of a Unix socket. */
  readonly unix: string | undefined;
  /** `HOST[:PORT]`. */
  readonly to?: string | undefined;
}

/** Bytes that the path of a Unix socket may have: Linux has 107, macOS and the BSDs 103. */
const MAX_PATH_BYTES = Deno.build.os === "linux" ? 107 : 103;

/**
 * Returns where a program listens or whom it calls, by its options and by what stands beside them: `HOST PORT`,
 * `HOST:PORT`, `HOST` or `PORT`.
 *
 * @throws {UsageError} It is said twice, or cannot be.
 */
export function placeOf(values: PlaceValues, options: PlaceOptions): Place {
  const { given, operands = [], min = 1 } = options;
  const beside = operands.length > 0 ? besideOptions(operands, min) : {};
  const to = values.to === undefined ? {} : parseEndpoint(values.to, { name: "--to", min });
  const said: readonly Said[] = [
    { by: operands.join(" "), ...beside },
    { by: "--to", ...to },
    ...given.has("hostname") ? [{ by: "--hostname", hostname: values.hostname }] : [],
    ...given.has("port") ? [{ by: "--port", port: values.port }] : [],
  ];
  const hostname = once(said, "hostname");
  const port = once(said, "port");
  const { unix } = values;
  if (unix === undefined) {
    return { hostname: hostname?.hostname ?? values.hostname, port: port?.port ?? values.port };
  }
  const other = hostname ?? port;
  if (other) throw new UsageError(`--unix says where already: leave out ${other.by}`);
  const bytes = new TextEncoder().encode(unix).length;
  if (bytes <= MAX_PATH_BYTES) return { unix };
  throw new UsageError(
    `--unix takes a path of at most ${MAX_PATH_BYTES} bytes, and this one has ${bytes}`,
  );
}

/** Returns a place as an address. */
export function addressOf(place: Place): Address {
  return place.unix === undefined
    ? { transport: "tcp", hostname: place.hostname, port: place.port }
    : { transport: "unix", path: place.unix };
}

/** Refuses options that make no sense with a Unix socket. @throws {UsageError} One of them is there. */
export function refuseWithUnix(
  { unix }: Pick<PlaceValues, "unix">,
  given: ReadonlySet<string>,
  names: Readonly<Record<string, string>>,
): void {
  if (unix === undefined) return;
  for (const [name, why] of Object.entries(names)) {
    if (given.has(name)) throw new UsageError(`${flagOf(name)} does not go with --unix: ${why}`);
  }
}

interface Said extends Partial<Endpoint> {
  /** What said it. */
  readonly by: string;
}

function once(said: readonly Said[], what: keyof Endpoint): Said | undefined {
  const [first, second] = said.filter((one) => one[what] !== undefined);
  if (!second) return first;
  const name = what === "port" ? "port" : "host";
  throw new UsageError(`The ${name} is given twice, by ${first!.by} and ${second.by}`);
}

function besideOptions(operands: readonly string[], min: 0 | 1): Partial<Endpoint> {
  const [first = "", second, third] = operands;
  if (third !== undefined) throw new UsageError(`Unexpected argument ${quoted(third)}`);
  const port = { name: "PORT", min, max: 65_535 };
  if (second !== undefined) {
    return { hostname: parseHost(first, "HOST"), port: parseWhole(second, port) };
  }
  if (/^\d+$/.test(first)) return { port: parseWhole(first, port) };
  return parseEndpoint(first, { name: "The address", min });
}

/** Where a program's server listens. */
export type AnyAddr = Deno.NetAddr | Deno.UnixAddr;

/** What a program's server listens with. */
export type AnyListener = Listener<AnyAddr>;

/** What says that a server listens on the network, and so has an address and a port. */
export interface OverNetwork {
  /** No Unix socket. */
  unix?: undefined;
}

/** What {@linkcode requirePlace} looks at. */
export interface PlaceGiven {
  /** An address of this machine, or a host. */
  readonly hostname?: string;
  /** A port. */
  readonly port?: number;
  /** The path of a Unix socket. */
  readonly unix?: string | undefined;
  /** How TLS is spoken. */
  readonly tls?: unknown;
  /** Whose addresses are served. */
  readonly allow?: unknown;
}

/**
 * Returns what a program's function was given, and refuses a Unix socket beside what only the network has.
 *
 * @throws {TypeError} `unix` is given with one of the others.
 */
export function requirePlace<O extends PlaceGiven>(options: O): O {
  if (options.unix === undefined) return options;
  const others = ["hostname", "port", "tls", "allow"] as const;
  const other = others.find((name) => options[name] !== undefined);
  if (other === undefined) return options;
  throw new TypeError(`Cannot use unix with ${other}: a Unix socket has none`);
}
