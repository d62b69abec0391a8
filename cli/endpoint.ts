import { quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** Where to connect to. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Reads `host`, `host:port`, `[::1]:port` or `::1`; what it does not say is the fallback's.
 *
 * @throws {UsageError} It is none of these.
 */
export function parseEndpoint(text: string | undefined, fallback: Endpoint): Endpoint {
  if (text === undefined) return fallback;
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const bare = /^[^:[\]]+$|^[^[\]]*:[^[\]]*:[^[\]]*$/.test(text) ? [text, text] : undefined;
  const [, hostname = "", port] = bracketed ?? bare ?? /^([^:[\]]+):(\d{1,5})$/.exec(text) ?? [];
  const number = port === undefined ? fallback.port : Number(port);
  if (hostname !== "" && number >= 1 && number <= 65_535) return { hostname, port: number };
  throw new UsageError(`--to takes host, host:port or [::1]:port, not ${quoted(text)}`);
}
