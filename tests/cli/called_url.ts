/** Clients that are told by a URL whom to call, and not by options, with its scheme. */
const BY_URL: Readonly<Record<string, string>> = { headers: "http", push: "ws" };

/** Returns the URL that a client is told to call, as its operands; undefined where options say it. */
export function calledUrl(
  name: string,
  { hostname = "127.0.0.1", port }: { hostname?: string | undefined; port: number },
): string[] | undefined {
  const scheme = BY_URL[name];
  if (scheme === undefined) return undefined;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return [`${scheme}://${host}:${port}/`];
}
