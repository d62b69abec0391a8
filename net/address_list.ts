import { type Address, parseIp } from "./address.ts";

interface Block {
  bytes: readonly number[];
  bits: number;
}

/**
 * A set of IP addresses given as CIDR blocks (RFC 4632, RFC 4291 §2.3) or single addresses. IPv4-mapped IPv6 counts as
 * IPv4, on both sides. It refuses what is neither, and bits set behind the prefix.
 *
 * @throws {SyntaxError} A block cannot be read.
 *
 * @example
 * ```ts
 * import { AddressList } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const office = new AddressList(["192.168.7.0/24", "::1"]);
 * assert(office.has("192.168.7.9") && office.has("::ffff:192.168.7.9"));
 * assert(!office.has("192.168.8.1"));
 * ```
 */
export class AddressList {
  readonly #blocks: readonly Block[];

  /** Reads the blocks. */
  constructor(blocks: Iterable<string>) {
    this.#blocks = Array.from(blocks, parseBlock);
  }

  /** Says whether an address lies in one of the blocks; a Unix socket's never does. */
  has(address: Address | string): boolean {
    if (typeof address !== "string" && !("hostname" in address)) return false;
    const bytes = parseIp(typeof address === "string" ? address : address.hostname);
    return bytes !== undefined && this.#blocks.some((block) => contains(block, bytes));
  }
}

function parseBlock(text: string): Block {
  const [ip = "", prefix, ...more] = text.split("/");
  const bytes = parseIp(ip);
  const mapped = bytes?.length === 4 && ip.includes(":");
  const width = (bytes?.length ?? 0) * 8;
  const bits = prefix === undefined ? width : /^\d{1,3}$/.test(prefix)
    // A prefix of a mapped address counts from the front of the IPv6 form.
    ? Number(prefix) - (mapped ? 96 : 0)
    : -1;
  if (bytes === undefined || more.length > 0 || bits < 0 || bits > width) {
    throw new SyntaxError(
      `Cannot read ${JSON.stringify(text)}: expected an address or a block such as 10.0.0.0/8`,
    );
  }
  const block = { bytes, bits };
  const first = bytes.map((byte, index) => byte & mask(block, index));
  if (first.some((byte, index) => byte !== bytes[index])) {
    throw new SyntaxError(
      `Cannot read ${JSON.stringify(text)}: it has bits set behind its first ${bits}`,
    );
  }
  return block;
}

function contains(block: Block, bytes: readonly number[]): boolean {
  return bytes.length === block.bytes.length &&
    block.bytes.every((byte, index) => (bytes[index]! & mask(block, index)) === byte);
}

/** Returns which bits of the byte at `index` belong to the prefix. */
function mask({ bits }: Block, index: number): number {
  const inside = Math.min(8, Math.max(0, bits - index * 8));
  return (0xff00 >> inside) & 0xff;
}
