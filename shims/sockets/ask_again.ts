import type { Socket } from "node:net";

/**
 * Has a socket that came to its end read once more, and says whether it does. Where a reset came right behind the last
 * bytes, libuv tells of an end without asking the system, which would say what it was.
 */
export function askAgain(socket: Socket): boolean {
  // Node's own handle: it is only asked for what is named here, and where it has that no more, the end stays an end.
  const { _handle: handle } = socket as { _handle?: { reading?: boolean } };
  if (handle?.reading !== true) return false;
  handle.reading = false;
  socket._read(0);
  return true;
}
