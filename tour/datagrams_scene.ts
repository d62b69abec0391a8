import { program as datagramsClient } from "../clients/datagrams.ts";
import { program as datagramsServer } from "../servers/datagrams.ts";
import type { Scene } from "./scene.ts";

/** Datagrams: each is whole, and who is there is an address. */
export const datagramsScene: Scene = {
  name: "datagrams",
  title: "No connections: a peer is an address",
  notice:
    "an empty datagram is a message too, and came back; nobody said goodbye, since UDP has none: " +
    "the server forgets who is silent",
  async play(stage) {
    const { port } = await stage.server(datagramsServer, ["--idle-timeout", "50ms"]);
    const lines = await stage.client(datagramsClient, [], { port, stdin: "hello\n\n0\n" });
    stage.check("each datagram comes back, an empty one too", lines.printed === "hello\n\n0\n");
    const trips = ["--count", "3", "--interval", "20ms"];
    const measured = await stage.client(datagramsClient, trips, { port });
    stage.check(
      "round trips are measured",
      measured.printed.includes("3 sent, 3 answered, 0 % lost"),
    );
    const { port: chatPort } = await stage.server(datagramsServer, ["--chat"]);
    const alone = ["--wait", "50ms", "is anybody there?"];
    const unheard = await stage.client(datagramsClient, alone, { port: chatPort });
    stage.check("who gets no answer is told", unheard.code === 1);
  },
};
