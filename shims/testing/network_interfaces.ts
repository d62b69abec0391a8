import * as os from "node:os";

/** Returns the addresses of this machine. */
export function networkInterfaces(): { name: string; family: "IPv4" | "IPv6"; address: string }[] {
  return Object.entries(os.networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ family, address }) => ({ name, family, address }))
  );
}
