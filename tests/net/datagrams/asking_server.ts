import { serveDatagrams, textDatagrams } from "../../../net/datagrams/mod.ts";
import { FakeClock } from "../../../testing/mod.ts";
import { FakeSocket } from "./fake_socket.ts";

/** Starts a server over a socket in memory, on a clock that the test moves, and notes what its sessions hear. */
export function start(limits = {}) {
  const socket = new FakeSocket();
  const clock = new FakeClock();
  const heard: string[] = [];
  const server = serveDatagrams(
    socket,
    { codec: textDatagrams(), clock, limits, onEvent() {} },
    async (session) => {
      for await (const text of session) heard.push(text);
    },
  );
  return { socket, clock, server, heard };
}
