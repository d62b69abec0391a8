import { parseIp } from "../address.ts";

/**
 * Says whether a request that names this host was meant for this server: the host is an address, `localhost`, or one of
 * `names`. What shows one person's data to another asks this first: the page of a stranger may let its own name point to
 * this machine, and then it reads what it asks for (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, names: readonly string[] = []): boolean {
  if (addressIn(host) !== undefined) return true;
  const bare = nameIn(host);
  return bare === "localhost" ||
    names.some((one) => withoutDot(one.toLowerCase()) === bare && bare !== "");
}

/** Returns the address that a host is, without its brackets and its port; undefined where it is a name, or nothing. */
export function addressIn(host: string | undefined): string | undefined {
  const [, bracketed] = HOST.exec(host ?? "") ?? [];
  const address = bracketed ?? nameIn(host);
  const isAddress = bracketed === undefined || bracketed.includes(":");
  return isAddress && parseIp(address) !== undefined ? address : undefined;
}

/** Returns a host as it was written, without its port. */
export function withoutPort(host: string): string {
  return host.replace(/:\d*$/, "");
}

/** An address in brackets or a name, and a port. */
const HOST = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::\d*)?$/;

/** Returns a host without its port, in lower case; empty where it is no name. */
function nameIn(host: string | undefined): string {
  const [, , name = ""] = HOST.exec(host ?? "") ?? [];
  return withoutDot(name.toLowerCase());
}

/** A dot at the end of a name says that it is whole. */
function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
