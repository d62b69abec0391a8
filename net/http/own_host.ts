import { parseIp } from "../address.ts";

/**
 * Says whether a request that names this host was meant for this server: the host is an address, `localhost`, or one of
 * `names`. What shows one person's data to another asks this first: the page of a stranger may let its own name point to
 * this machine, and then it reads what it asks for (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, names: readonly string[] = []): boolean {
  if (host === undefined) return false;
  const [, bracketed, name = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::\d*)?$/.exec(host) ?? [];
  if (bracketed !== undefined) return bracketed.includes(":") && parseIp(bracketed) !== undefined;
  const bare = withoutDot(name.toLowerCase());
  return bare === "localhost" || parseIp(bare) !== undefined ||
    names.some((one) => withoutDot(one.toLowerCase()) === bare && bare !== "");
}

/** A dot at the end of a name says that it is whole. */
function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
