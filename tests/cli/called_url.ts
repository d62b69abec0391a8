/** Clients that are told by a URL whom to call, and not by options. */
const BY_URL = ["headers"];

/** Returns the URL that a client is told to call, as its operands; undefined where options say it. */
export function calledUrl(
  name: string,
  { hostname = "127.0.0.1", port }: { hostname?: string | undefined; port: number },
): string[] | undefined {
  if (!BY_URL.includes(name)) return undefined;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return [`http://${host}:${port}/`];
}
