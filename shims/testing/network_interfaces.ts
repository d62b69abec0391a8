import * as os from "node:os";

/** An address of this machine. */
export interface NetworkInterfaceInfo {
  name: string;
  family: "IPv4" | "IPv6";
  address: string;
  netmask: string;
  cidr: string;
}

/** Returns the addresses of this machine. */
export function networkInterfaces(): NetworkInterfaceInfo[] {
  return Object.entries(os.networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ family, address, netmask, cidr }) => (
      { name, family, address, netmask, cidr: cidr ?? "" }
    ))
  );
}
